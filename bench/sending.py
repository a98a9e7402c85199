"""B11: ten thousand messages wait, and each road and each chat gets as much as is permitted, and never more.

Limits are rules about time, so time is given: ten minutes of them pass as fast as the store allows.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.run import Run
from bot.context import Context
from bot.courier import Courier, Letter
from bot.limiter import Limiter
from bot.platform import Receipt
from config.document import read_text
from config.folder import TEMPLATES, Folder
from config.hours import calendar_of
from config.rules import load_rules
from leads.capture import Person, capture
from nurture.sending import Wanted, want
from store.db import Store
from store.migrate import migrate
from store.sealed import Keys
from store.tx import Tx

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
MINUTES = 10
TICK = timedelta(seconds=2)  # between two looks of the courier
RULES = TEMPLATES / "default" / "rules.yaml"
MANY = "\nnurture: {caps: {}, all_channels: {per_day: 99, per_week: 99}}\n"
WORDS = {"subject": "进展", "text": "您的询价有进展了。"}
CHAT = {timedelta(minutes=1): 30, timedelta(hours=1): 1000}  # WeCom, a member (page 90236)


def sending(run: Run) -> list[Figure]:
    """B11: the roads to customers by the rows of a real store, the chats by the limiter."""
    run.say("B11: sending under limits")
    rate = run.size(900, 60)
    share, over = asyncio.run(_road(run.place(), rate))
    chat_share, chat_over = _chat(run.size(10_000, 300))
    return [
        Figure("B11 road", f"share of {rate}/min used by a road while messages wait", share, "×", 0.95, 0.99),
        Figure("B11 road over", "messages of a road over its limit in any minute", over, "messages", 0, 0, True),
        Figure(
            "B11 chat", "share of 30/min and 1000/h used by a chat while messages wait", chat_share, "×", 0.95, 0.99
        ),
        Figure("B11 chat over", "messages of a chat over its limits", chat_over, "messages", 0, 0, True),
    ]


class _Road:
    """A channel that only notes when."""

    final = True

    def __init__(self, rate: int) -> None:
        self.limits: Mapping[timedelta, int] = {timedelta(minutes=1): rate}
        self.sent: list[datetime] = []
        self.at = NOW

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        return json.dumps({"to": letter.lead.no}).encode()

    async def send(self, body: bytes) -> Receipt:
        self.sent.append(self.at)
        return Receipt()


async def _road(folder: Path, rate: int) -> tuple[float, float]:
    url = f"sqlite:///{folder / 'leadbot.db'}"
    migrate(url)
    store = Store(url, "acme", Keys(bytes(range(32))))
    await store.open()
    rules = load_rules(read_text(RULES) + MANY, "rules.yaml")
    calendar = calendar_of(rules, Folder(folder), today=NOW.date())
    road = _Road(rate)
    await _wishes(store, rules, rate * (MINUTES + 1) + 50)

    async def context() -> Context:
        return Context(rules, calendar, road.at)

    courier = Courier(store, {"mail": road}, context, lambda: road.at)
    while road.at < NOW + timedelta(minutes=MINUTES):
        while await courier.run_once():
            pass
        road.at += TICK
    await store.close()
    used = len([at for at in road.sent if at < NOW + timedelta(minutes=MINUTES)])
    return used / (rate * MINUTES), float(_over(road.sent, timedelta(minutes=1), rate))


async def _wishes(store: Store, rules: Any, count: int) -> None:
    async def some(numbers: range) -> None:
        async def work(tx: Tx) -> None:
            for number in numbers:
                person = Person(
                    source="官网", name=f"客户{number}", phone=f"138{number:08}", email=f"b{number}@hengli.cn"
                )
                lead_id = (await capture(tx, person, rules=rules, now=NOW)).lead_id
                wanted = await want(
                    tx, lead_id, channel="mail", content="", topic="service", key=f"b11:{number}", variables=WORDS,
                    rules=rules, now=NOW,
                )  # fmt: skip
                if not isinstance(wanted, Wanted):
                    raise RuntimeError(f"a wish was withheld: {wanted}")

        await store.transaction(work)

    for begin in range(0, count, 200):
        await some(range(begin, min(begin + 200, count)))


def _chat(count: int) -> tuple[float, float]:
    """One chat for two hours: a message is always waiting."""
    limiter, now, sent = Limiter(CHAT), NOW, list[datetime]()
    end = NOW + timedelta(hours=2)
    while now < end and len(sent) < count:
        wait = limiter.wait("a", now)
        if wait > timedelta(0):
            now += max(wait, timedelta(milliseconds=1))
            continue
        limiter.spend("a", now).ended(now)
        sent.append(now)
    minutes = max((sent[-1] - sent[0]).total_seconds() / 60, 1)
    permitted = min(30 * (minutes + 1), 1000 * -(-minutes // 60)) if minutes >= 60 else 30 * (minutes + 1)
    return len(sent) / permitted, float(max(_over(sent, span, most) for span, most in CHAT.items()))


def _over(sent: list[datetime], span: timedelta, most: int) -> int:
    """How many messages some stretch of time holds beyond what is permitted."""
    worst, first = 0, 0
    for last, at in enumerate(sent):
        while sent[first] <= at - span:
            first += 1
        worst = max(worst, last - first + 1 - most)
    return worst
