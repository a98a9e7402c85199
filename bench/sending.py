"""B11: ten thousand messages wait, and each road and each chat gets as much as is permitted, and never more.

Limits are rules about time, so time is given: ten minutes of them pass as fast as the store allows.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.run import Run
from bot.context import Context
from bot.courier import Courier
from bot.dingtalk.platform import DingTalk
from bot.letter import Letter
from bot.limiter import Limiter
from bot.platform import Receipt
from bot.wechat.road import AccountRoad
from bot.wecom.kfroad import KfRoad
from bot.wecom.platform import WeCom
from config.document import read_text
from config.folder import TEMPLATES, Folder
from config.hours import calendar_of
from config.rules import Rules, load_rules
from leads.capture import Person, capture
from nurture.sending import Wanted, want
from store import budget
from store.db import Store
from store.follower import save_follower
from store.migrate import migrate
from store.sealed import Keys
from store.tx import Tx

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
MINUTES = 5
TICK = timedelta(seconds=2)  # between two looks of the courier
RULES = TEMPLATES / "default" / "rules.yaml"
MANY = """
nurture:
  caps: {}
  all_channels: {per_day: 99, per_week: 99}
  budget: {mass: {per_day: 412}, hand: {per_day: 412}}
"""
WORDS = {"subject": "进展", "text": "您的询价有进展了。"}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PER_DAY = 412  # of 群发 and of the reps' own hands, as a company's budget says


def sending(run: Run) -> list[Figure]:
    """B11: the roads to customers by the rows of a real store, the chats by the limiter, budgets by their days."""
    run.say("B11: sending under limits")
    rate, little = run.size(900, 60), run.size(600, 40)
    roads = {
        "mail": {MINUTE: rate}, "sms": {MINUTE: rate // 3}, "kf": _scaled(KfRoad.limits, little),
        "mp": _scaled(AccountRoad.limits, little),
    }  # fmt: skip
    found = asyncio.run(_roads(run.place(), roads))
    figures = []
    for road, (share, over) in found.items():
        said = f"share of {roads[road][MINUTE]}/min used by {road} while messages wait"
        figures += [
            Figure(f"B11 {road}", said, share, "×", 0.95, 0.99),
            Figure(f"B11 {road} over", f"messages of {road} over its limit in a minute", over, "messages", 0, 0, True),
        ]
    for name, limits in _chats().items():
        share, over = _chat(limits, run.size(10_000, 300))
        told = " and ".join(f"{most}/{'min' if span == MINUTE else 'h'}" for span, most in limits.items())
        figures += [
            Figure(f"B11 {name}", f"share of {told} used by {name} while messages wait", share, "×", 0.95, 0.99),
            Figure(f"B11 {name} over", f"messages of {name} over its limits", over, "messages", 0, 0, True),
        ]
    for road, (share, over) in asyncio.run(_days(run.place(), run.size(4000, 900))).items():
        figures += [
            Figure(f"B11 {road} day", f"share of {PER_DAY} a day planned for {road} while wishes wait", share, "×",
                   0.95, 0.99),
            Figure(f"B11 {road} day over", f"messages of {road} over its day's budget", over, "messages", 0, 0, True),
        ]  # fmt: skip
    return figures


def _scaled(limits: Mapping[timedelta, int], most: int) -> dict[timedelta, int]:
    """A road's own limits; a short run has smaller ones."""
    return {span: min(count, most) for span, count in limits.items()}


def _chats() -> dict[str, Mapping[timedelta, int]]:
    """What the platforms let through to one place, as our platforms state it."""
    nobody: Any = None  # limits depend on nothing but the kind of place
    return {
        "wecom member": WeCom.limits(nobody, "member"), "wecom group": WeCom.limits(nobody, "group"),
        "dingtalk member": DingTalk.limits(nobody, "member"),
        "dingtalk group": DingTalk.limits(nobody, "group"),
    }  # fmt: skip


class _Road:
    """A channel that only notes when."""

    final = True
    repeatable = False

    def __init__(self, limits: Mapping[timedelta, int], clock: "_Clock") -> None:
        self.limits = limits
        self.sent: list[datetime] = []
        self._clock = clock

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        return json.dumps({"to": letter.lead.no}).encode()

    async def send(self, body: bytes) -> Receipt:
        self.sent.append(self._clock.at)
        return Receipt()


@dataclass
class _Clock:
    at: datetime = NOW


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{folder / 'leadbot.db'}"
    migrate(url)
    store = Store(url, "acme", Keys(bytes(range(32))))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def _rules() -> Rules:
    return load_rules(read_text(RULES).partition("\njourneys:")[0] + MANY, "rules.yaml")


async def _roads(folder: Path, limits: Mapping[str, Mapping[timedelta, int]]) -> dict[str, tuple[float, float]]:
    """All roads at once, by one courier: (share of what is permitted, messages beyond it)."""
    clock, rules = _Clock(), _rules()
    roads = {name: _Road(one, clock) for name, one in limits.items()}
    calendar = calendar_of(rules, Folder(folder), today=NOW.date())

    async def context() -> Context:
        return Context(rules, calendar, clock.at)

    async with _opened(folder) as store:
        for name, one in limits.items():
            await _wishes(store, rules, name, one[MINUTE] * (MINUTES + 1) + 50)
        courier = Courier(store, dict(roads), context, lambda: clock.at)
        while clock.at < NOW + timedelta(minutes=MINUTES):
            while await courier.run_once():
                pass
            clock.at += TICK
    found = {}
    for name, road in roads.items():
        rate = limits[name][MINUTE]
        used = len([at for at in road.sent if at < NOW + timedelta(minutes=MINUTES)])
        found[name] = used / (rate * MINUTES), float(_over(road.sent, MINUTE, rate))
    return found


async def _wishes(store: Store, rules: Rules, road: str, count: int) -> None:
    async def some(numbers: range) -> None:
        async def work(tx: Tx) -> None:
            for number in numbers:
                person = Person(
                    source="官网", name=f"客户{number}", phone=f"138{number:08}", email=f"b{number}@hengli.cn",
                    external_id=f"wm{number}",
                )  # fmt: skip
                lead_id = (await capture(tx, person, rules=rules, now=NOW)).lead_id
                if road == "mp":
                    await save_follower(tx, "main", f"o{number}", lead_id=lead_id, at=NOW, wrote_at=NOW)
                wanted = await want(
                    tx, lead_id, channel=road, content="", topic="service", key=f"b11:{road}:{number}",
                    variables=WORDS, rules=rules, now=NOW,
                )  # fmt: skip
                if not isinstance(wanted, Wanted):
                    raise RuntimeError(f"a wish was withheld: {wanted}")

        await store.transaction(work)

    for begin in range(0, count, 200):
        await some(range(begin, min(begin + 200, count)))


async def _days(folder: Path, count: int) -> dict[str, tuple[float, float]]:
    """群发 and hands have no rate of ours: the company's budget says how many a day; the planner fills the days."""
    rules, found = _rules(), {}
    async with _opened(folder) as store:
        for road in ("mass", "hand"):
            await _wishes(store, rules, road, count)
            async with store.read() as tx:
                planned = await budget.planned_from(tx, road, NOW.date().replace(day=1))
            full = sorted(planned.values(), reverse=True)[: count // PER_DAY]
            share = sum(full) / (PER_DAY * max(len(full), 1))
            found[road] = share, float(sum(max(one - PER_DAY, 0) for one in planned.values()))
    return found


def _chat(limits: Mapping[timedelta, int], count: int) -> tuple[float, float]:
    """One chat for two hours: a message is always waiting."""
    limiter, now, sent = Limiter(limits), NOW, list[datetime]()
    end = NOW + timedelta(hours=2)
    while now < end and len(sent) < count:
        wait = limiter.wait("a", now)
        if wait > timedelta(0):
            now += max(wait, timedelta(milliseconds=1))
            continue
        limiter.spend("a", now).ended(now)
        sent.append(now)
    minutes = max((sent[-1] - sent[0]).total_seconds() / 60, 1)
    permitted = limits[MINUTE] * (minutes + 1)
    if HOUR in limits and minutes >= 60:
        permitted = min(permitted, limits[HOUR] * -(-minutes // 60))
    return len(sent) / permitted, float(max(_over(sent, span, most) for span, most in limits.items()))


def _over(sent: list[datetime], span: timedelta, most: int) -> int:
    """How many messages some stretch of time holds beyond what is permitted."""
    worst, first = 0, 0
    for last, at in enumerate(sent):
        while sent[first] <= at - span:
            first += 1
        worst = max(worst, last - first + 1 - most)
    return worst
