"""Before anything is sent: how many may go today by each channel, and to which day the others are put off, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from config.nurture import Budget
from config.rules import Rules
from leads.reach_facts import CHANNEL_LABELS
from nurture.quiet import next_hour
from store import budget
from store.tx import Tx

FARTHEST = 400  # days that are looked through
WHY = {"budget": "超过当天额度", "capped": "他最近收得够多了", "quiet": "现在是安静时间", "window": "不在发送时段"}


@dataclass(frozen=True)
class Wish:
    """A message that could go at an instant; `put_off`: why it is no earlier (a word of WHY, "" when nothing is)."""

    at: datetime
    put_off: str = ""


@dataclass
class Outlook:
    """What becomes of the wishes of one channel: how many go today, how many on which later day, and why."""

    wished: int = 0
    today: int = 0
    later: Counter[date] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    per_day: int | None = None


async def place(tx: Tx, channel: str, *, run_at: datetime, rules: Rules, now: datetime) -> datetime:
    """Take a place in the channel's budget: the first instant from `run_at` on whose day has one left."""
    planned = await budget.planned_from(tx, channel, _first_of_month(run_at, rules))
    found = first_free(channel, planned, run_at=run_at, rules=rules)
    await budget.plan_one(tx, channel, found.astimezone(rules.zone).date())
    return found


def first_free(channel: str, planned: Mapping[str, int], *, run_at: datetime, rules: Rules) -> datetime:
    """The first instant from `run_at` on at which the channel is open and its day and month have room."""
    limit = rules.nurture.budget.get(channel, Budget())  # type: ignore[call-overload]
    at = run_at
    for _ in range(FARTHEST):
        day = at.astimezone(rules.zone).date()
        if _has_room(limit, planned, day):
            return at
        following = day + timedelta(days=1)
        if limit.per_month is not None and _in_month(planned, day) >= limit.per_month:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        at = next_hour(channel, rules=rules, now=datetime.combine(following, time(), rules.zone))
    return at


def look_ahead(
    channel: str, wishes: Sequence[Wish], planned: Mapping[str, int], *, rules: Rules, now: datetime
) -> Outlook:
    """Where the wishes would come to stand, one after the other; nothing is taken."""
    limit = rules.nurture.budget.get(channel, Budget())  # type: ignore[call-overload]
    today, filled = now.astimezone(rules.zone).date(), dict(planned)
    outlook = Outlook(wished=len(wishes), per_day=limit.per_day)
    for wish in sorted(wishes, key=lambda one: one.at):
        at = first_free(channel, filled, run_at=wish.at, rules=rules)
        day = at.astimezone(rules.zone).date()
        filled[day.isoformat()] = filled.get(day.isoformat(), 0) + 1
        if day == today:
            outlook.today += 1
            continue
        outlook.later[day] += 1
        outlook.why["budget" if at != wish.at else wish.put_off or "window"] += 1
    return outlook


async def outlook_text(tx: Tx, wishes: Mapping[str, Sequence[Wish]], *, rules: Rules, now: datetime) -> list[str]:
    """企业群发:今日可发 412/600,188 人顺延到明天(超过当天额度 188)."""
    lines = []
    for channel, wanted in wishes.items():
        planned = await budget.planned_from(tx, channel, _first_of_month(now, rules))
        found = look_ahead(channel, wanted, planned, rules=rules, now=now)
        lines.append(f"{CHANNEL_LABELS.get(channel, channel)}:{told(found, today=now.astimezone(rules.zone).date())}")
    return lines


def told(outlook: Outlook, *, today: date) -> str:
    """今日可发 412/600,188 人顺延到明天(超过当天额度 188)."""
    said = f"今日可发 {outlook.today}/{outlook.wished}"
    days = sorted(outlook.later.items())
    for day, count in days[:3]:
        said += f",{count} 人顺延到{_day(day, today)}"
    if more := sum(count for _, count in days[3:]):
        said += f",{more} 人再往后,最晚{_day(days[-1][0], today)}"
    why = "、".join(f"{WHY[word]} {count}" for word, count in outlook.why.most_common())
    return said + (f"({why})" if why else "")


def _day(day: date, today: date) -> str:
    near = {1: "明天", 2: "后天"}.get((day - today).days)
    return near or f" {day:%m-%d}"


def _has_room(limit: Budget, planned: Mapping[str, int], day: date) -> bool:
    if limit.per_day is not None and planned.get(day.isoformat(), 0) >= limit.per_day:
        return False
    return limit.per_month is None or _in_month(planned, day) < limit.per_month


def _in_month(planned: Mapping[str, int], day: date) -> int:
    month = f"{day:%Y-%m}"
    return sum(count for one, count in planned.items() if one.startswith(month))


def _first_of_month(at: datetime, rules: Rules) -> date:
    return at.astimezone(rules.zone).date().replace(day=1)
