"""For whoever brings the bot to the company: who does not use it yet, what it has brought, before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.cards.asked import Asked, moment
from bot.cards.card import Card, Field
from bot.cards.counted import minutes, percent
from bot.context import Context
from config.words import FACT_LABELS
from reports.numbers import figures, numbers
from reports.period import DAY, Period
from reports.words import shown
from store import adoption
from store.members import list_members
from store.rulebook import find_rules
from store.tx import Tx

WEEK, BASELINE, LATELY = 7, 90, 30  # days
ROWS = 5


@dataclass(frozen=True)
class View:
    """Members who opened and did nothing for a week, with what each did last; promises kept, and after a reminder."""

    silent: tuple[tuple[str, str], ...]
    members: int
    kept: int
    reminded: int


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Look at every rep and manager."""
    if asked.who is None:
        return None
    since, silent, members = ctx.now - timedelta(days=WEEK), [], 0
    for role in ("rep", "manager"):
        for member in await list_members(tx, role=role):
            members += 1
            opened, done = await adoption.last_opened(tx, member.id), await adoption.last_done(tx, member.id)
            if all(at is None or at < since for at in (opened, done[1] if done else None)):
                silent.append((member.name, _last(opened, done, ctx)))
    kept, reminded = await adoption.kept_after_a_reminder(tx, since, ctx.now)
    return View(tuple(silent), members, kept, reminded)


def _last(opened: datetime | None, done: tuple[str, datetime] | None, ctx: Context) -> str:
    told = [(opened, "看线索")] if opened is not None else []
    told += [(done[1], FACT_LABELS.get(done[0], done[0]))] if done is not None else []
    if not told:
        return "还没用过"
    at, word = max(told)
    return f"上次 {moment(at, now=ctx.now, zone=ctx.rules.zone)} {word}"


def draw(view: View) -> Card:
    """本周 3 人没打开过任何卡片."""
    more = len(view.silent) - ROWS
    return Card(
        title=f"本周 {len(view.silent)} 人没打开过任何卡片" if view.silent else f"本周 {view.members} 人都在用",
        source="使用情况",
        fields=(
            *(Field(name[:5], last) for name, last in view.silent[:ROWS]),
            Field("提醒", f"按时做到 {view.kept} 次,其中 {view.reminded} 次是提醒之后"),
        ),
        text=f"还有 {more} 人没列出来。" if more > 0 else "",
    )


@dataclass(frozen=True)
class Compared:
    """The figures before the bot was brought in and lately."""

    before: Mapping[str, Any]
    now: Mapping[str, Any]
    before_days: str
    now_days: str


async def started_on(tx: Tx, ctx: Context) -> date | None:
    """The day on which the bot was brought in: its first rules were published."""
    first = await find_rules(tx, 1)
    return first.at.astimezone(ctx.rules.zone).date() if first is not None else None


async def look_baseline(tx: Tx, asked: Asked, ctx: Context) -> Compared | None:
    """The ninety days before the first rules were published (an imported history) and the last thirty."""
    start = await started_on(tx, ctx)
    if asked.who is None or start is None:
        return None
    before = Period(start - BASELINE * DAY, start - DAY)
    lately = Period(max(start, ctx.today - (LATELY - 1) * DAY), ctx.today)
    rows = [(await numbers(tx, period, zone=ctx.rules.zone))[0] for period in (before, lately)]
    told = [shown(period, today=ctx.today) for period in (before, lately)]
    return Compared(figures(rows[0]), figures(rows[1]), told[0], told[1])


def draw_baseline(view: Compared) -> Card:
    """响应时间 5.2 小时 → 38 分."""
    before, now = view.before, view.now
    rows = (
        Field("响应", f"{minutes(before['response_minutes'])} → {minutes(now['response_minutes'])}"),
        Field("到MQL", f"{percent(before['lead_to_mql'])} → {percent(now['lead_to_mql'])}"),
        Field("到商机", f"{percent(before['sql_to_opportunity'])} → {percent(now['sql_to_opportunity'])}"),
        Field("胜率", f"{percent(before['win_rate'])} → {percent(now['win_rate'])}"),
        Field("周期", f"{_days(before['cycle_days'])} → {_days(now['cycle_days'])}"),
    )
    none = "" if before["leads"] else "上线前没有数据:用 ./run import DIR history.ndjson 导入旧系统的历史就能比。"
    return Card(
        title="上线前后对比",
        source="使用情况",
        subtitle=f"{view.before_days} → {view.now_days}",
        fields=rows,
        text=none,
    )


def _days(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f} 天"
