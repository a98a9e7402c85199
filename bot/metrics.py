"""What operations watches: what came in, what went out, what waits, and how late we are."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select
from sqlmodel import col

from store import clocks, inbox, messages, webhook
from store.db import Store
from store.queues import Due, Inbox
from store.tx import Tx

LATENESS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)  # seconds
MOST_VALUES = 60  # of one label, so that nobody can fill the memory from outside


class Metrics:
    """Counters that the parts of the server raise, and gauges that are asked from the store at every scrape."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._values: dict[str, set[str]] = {}
        self._children: dict[tuple[Counter, tuple[str, ...]], Counter] = {}
        self._callbacks = Counter(
            "leadbot_callbacks", "Callbacks of platforms by outcome", ["platform", "outcome"], registry=self.registry
        )
        self._calls = Counter(
            "leadbot_platform_calls",
            "Calls to platforms by answer",
            ["platform", "api", "code"],
            registry=self.registry,
        )
        self._answers = Counter(
            "leadbot_http_answers", "Answered requests", ["method", "route", "status"], registry=self.registry
        )
        self._quota_used = Gauge(
            "leadbot_quota_used", "Used of this month's quota", ["platform", "kind"], registry=self.registry
        )
        self._quota_limit = Gauge(
            "leadbot_quota_limit", "This month's quota", ["platform", "kind"], registry=self.registry
        )
        self._stream = Gauge("leadbot_stream_open", "Whether a line to DingTalk stands", registry=self.registry)
        self._late = Histogram(
            "leadbot_late_seconds",
            "How much later than due something was done",
            ["what"],
            buckets=LATENESS,
            registry=self.registry,
        )

    def callback(self, *, platform: str, outcome: str) -> None:
        """A platform's callback was accepted, repeated, not stored or refused (with a reason from a fixed list)."""
        self._counted(self._callbacks, platform, self._bounded("outcome", outcome)).inc()

    def call(self, *, platform: str, api: str, code: str) -> None:
        """A platform answered a call (`code` is its errcode, or the word for what happened to the connection)."""
        self._calls.labels(platform, self._bounded("api", api), self._bounded("code", code)).inc()

    def answered(self, *, method: str, route: str, status: int) -> None:
        """A request was answered; `route` is the pattern, never the path."""
        self._counted(self._answers, self._bounded("method", method), route, str(status)).inc()

    def _counted(self, counter: Counter, *labels: str) -> Counter:
        """The counter of these labels; the library looks one up under a lock, every time."""
        found = self._children.get((counter, labels))
        if found is None:
            found = self._children[counter, labels] = counter.labels(*labels)
        return found

    def quota(self, *, platform: str, kind: str, used: int, limit: int) -> None:
        """How much of a platform's monthly quota is used (kind: api or webhook), and how much there is."""
        self._quota_used.labels(platform, kind).set(used)
        self._quota_limit.labels(platform, kind).set(limit)

    def stream(self, *, open: bool) -> None:  # noqa: A002 - the plain word
        """Whether a line to DingTalk stands."""
        self._stream.set(int(open))

    def late(self, *, what: str, by: timedelta) -> None:
        """Something (message, clock, reminder, callback) was done this much after it was due."""
        self._late.labels(what).observe(max(by.total_seconds(), 0.0))

    def count(self, name: str, **labels: str) -> float:
        """The present value of a counter, for tests and the doctor: count("leadbot_callbacks_total", platform=…)."""
        return self.registry.get_sample_value(name, labels) or 0.0

    async def exposition(self, store: Store, *, now: datetime) -> bytes:
        """Everything in Prometheus' text format; a store that cannot be read leaves the counters and says so."""
        try:
            async with store.read() as tx:
                families = [
                    *await _waiting(tx, now=now),
                    _gauge("leadbot_store_up", "Whether the store can be read", 1),
                ]
        except Exception:
            families = [_gauge("leadbot_store_up", "Whether the store can be read", 0)]
        asked = CollectorRegistry()
        asked.register(_Asked(families))
        return generate_latest(self.registry) + generate_latest(asked)

    def _bounded(self, label: str, value: str) -> str:
        known = self._values.setdefault(label, set())
        if value in known:
            return value
        if len(known) >= MOST_VALUES:
            return "other"
        known.add(value)
        return value


class _Asked:
    """Families that were computed for one scrape."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """As prometheus_client wants it."""
        yield from self._families


async def _waiting(tx: Tx, *, now: datetime) -> list[GaugeMetricFamily]:
    waiting, since = await inbox.count_open(tx)
    parked = await tx.rows(
        select(func.count()).where(col(Inbox.corp) == tx.corp, col(Inbox.state) == "parked")
    )  # fmt: skip
    due = await tx.rows(
        select(func.min(col(Due.run_at))).where(
            col(Due.corp) == tx.corp, col(Due.state) == "new", col(Due.run_at) <= now
        )
    )
    sending = dict.fromkeys(
        ("queued", "sending", "sent", "failed", "unknown", "stopped"), 0
    ) | await messages.count_by_state(tx)
    promises = dict.fromkeys(("running", "met", "overdue", "cancelled"), 0) | await clocks.count_by_state(tx)
    hooks = (await webhook.count_open(tx)).values()
    telling = {
        "waiting": sum(one.get("new", 0) for one in hooks), "parked": sum(one.get("parked", 0) for one in hooks),
    }  # fmt: skip
    untold = await webhook.oldest_waiting(tx)
    oldest_message, unswept = await messages.oldest_waiting(tx), await clocks.oldest_unswept(tx, now=now)
    return [
        _states("leadbot_inbox", "Callbacks that wait or were given up", {"open": waiting, "parked": parked[0][0]}),
        _gauge("leadbot_inbox_oldest_seconds", "Age of the oldest waiting callback", _age(since, now)),
        _states("leadbot_outbox", "Messages by state", sending),
        _gauge("leadbot_outbox_oldest_seconds", "Age of the oldest waiting message", _age(oldest_message, now)),
        _states("leadbot_webhooks", "What other systems are still to be told, or was given up", telling),
        _gauge("leadbot_webhooks_oldest_seconds", "Age of the oldest waiting webhook delivery", _age(untold, now)),
        _states("leadbot_clocks", "Promises by state", promises),
        _gauge("leadbot_clock_late_seconds", "How late the oldest promise waits to be swept", _age(unswept, now)),
        _gauge("leadbot_due_late_seconds", "How late the oldest due row is", _age(due[0][0], now)),
    ]


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since is not None else 0.0


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _states(name: str, words: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=["state"])
    for state, value in values.items():
        family.add_metric([state], value)
    return family
