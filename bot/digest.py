"""The morning's digest: before work begins, each person's numbers or list, once; also after an outage."""

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.cards.morning import what_came
from bot.cards.picture import find_font
from bot.context import Context
from bot.outgoing import ring
from leads.rights import Who
from reports.numbers import figures, numbers
from reports.period import DAY, Period
from reports.words import month_of
from store import due, owned, reached
from store.members import find_member, list_members
from store.queues import Due
from store.tables import Member
from store.tx import Tx

SPREAD = 8 * 60  # seconds over which they are sent, so that a platform's limits are no matter
STALE = timedelta(hours=6)  # after which a digest is no news any more


def instant_of(member_id: str, day: date, ctx: Context) -> datetime:
    """When a member's digest of a day goes out: always the same second of the eight minutes."""
    hour, minute = map(int, ctx.rules.digest.at.split(":"))
    later = int.from_bytes(hashlib.sha256(member_id.encode()).digest()[:4]) % SPREAD
    return datetime.combine(day, time(hour, minute), ctx.rules.zone) + timedelta(seconds=later)


def key_of(member_id: str, day: date) -> str:
    """The slot of a member's digest of a day."""
    return f"digest:{day.isoformat()}:{member_id}"


async def plan_digests(tx: Tx, ctx: Context) -> None:
    """Remember everybody's next digest, once: today's where it is not long past, and that of the next working day."""
    days = [ctx.today] if ctx.calendar.is_workday(ctx.today) else []
    following = ctx.today + DAY
    while not ctx.calendar.is_workday(following):
        following += DAY
    for role in ctx.rules.digest.to:
        for member in await list_members(tx, role=role):
            for day in (*days, following):
                at = instant_of(member.id, day, ctx)
                if ctx.now - at < STALE:
                    payload = {"member": member.id, "day": day.isoformat()}
                    await due.keep(tx, kind="digest", key=key_of(member.id, day), at=at, payload=payload)


async def on_digest(tx: Tx, row: Due, ctx: Context) -> list[Any]:
    """A member's digest is due: managers get their team's day, marketing the channels, reps their list."""
    day = date.fromisoformat(str(row.payload["day"]))
    member = await find_member(tx, str(row.payload["member"]))
    late = ctx.now - instant_of(str(row.payload["member"]), day, ctx)
    if member is None or member.state != "active" or member.role not in ctx.rules.digest.to or late > STALE:
        return []
    if member.role == "rep":
        await _list_of(tx, ctx, member, row.key)
        return []
    before = _last_workday(day, ctx)
    await _report(tx, ctx, member, Period(before, day - DAY), f"早上好,{member.name}", row.key)
    if month_of(day).first > before:
        last = month_of(month_of(day).first - DAY)
        await _report(tx, ctx, member, last, f"{last.first.month} 月的月报", f"{row.key}:month")
    return []


async def _list_of(tx: Tx, ctx: Context, member: Member, key: str) -> None:
    came = await what_came(tx, Who.of(member), ctx)
    today = await owned.list_due(tx, member.id, now=ctx.now, midnight=ctx.midnight, limit=1)
    if came.count or today:
        await ring(tx, ctx, member, "morning", key=key, today=True)


async def _report(tx: Tx, ctx: Context, member: Member, period: Period, greeting: str, key: str) -> None:
    """A card of a period, with its picture."""
    report = "channel" if member.role == "marketing" else "day"
    team = member.team if member.role == "manager" else ""
    (row,) = await numbers(tx, period, zone=ctx.rules.zone)
    told = figures(row)
    if not await reached.list_after(tx, 0, limit=1):
        return  # nobody has ever come
    days: dict[str, Any] = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    await ring(tx, ctx, member, "numbers", key=key, report=report, team=team, greeting=greeting, **days)
    if ctx.rules.digest.picture and find_font() is not None and told["leads"]:
        await ring(tx, ctx, member, "picture", key=f"{key}:picture", team=team, **days)


def _last_workday(day: date, ctx: Context) -> date:
    day -= DAY
    while not ctx.calendar.is_workday(day):
        day -= DAY
    return day


async def told_at(tx: Tx, member: Member, ctx: Context) -> datetime | None:
    """When this member got today's digest, None while they did not."""
    return await due.done_at(tx, kind="digest", key=key_of(member.id, ctx.today))
