"""When somebody is not to be disturbed, and how what came meanwhile is kept for the start of their work."""

from datetime import datetime, time, timedelta

from bot.context import Context
from store import due
from store.tables import Member
from store.tx import Tx

GRID = 10  # seconds: what is told within them is told together
BREAK = timedelta(hours=4)  # a longer rest is a night


def rests(member: Member, ctx: Context) -> bool:
    """Whether this is not the time to ring the member: they are not at work, or their work begins this very moment."""
    return ctx.gathers or not ctx.hours_of(member).is_open(ctx.now)


def sleeps(member: Member, ctx: Context) -> bool:
    """Whether what cannot wait should wait all the same: their work is over for the day, it is no mere lunch break."""
    hours = ctx.hours_of(member)
    return not hours.is_open(ctx.now) and hours.next_open(ctx.now) - hours.rested_since(ctx.now) > BREAK


def at_work(member: Member, ctx: Context) -> datetime:
    """When to tell the member what came: just after their work begins (or now, when it does)."""
    return _on_grid(ctx.hours_of(member).next_open(ctx.now))


def _on_grid(opens: datetime) -> datetime:
    return datetime.fromtimestamp((int(opens.timestamp()) // GRID + 1) * GRID, tz=opens.tzinfo)


async def keep_for_work(tx: Tx, ctx: Context, member: Member) -> None:
    """The list with which the member's work begins; what stands in it is read then."""
    await _keep(tx, member, at_work(member, ctx))


async def keep_for_tomorrow(tx: Tx, ctx: Context, member: Member) -> None:
    """The list with which the member's next working day begins."""
    hours = ctx.hours_of(member)
    midnight = datetime.combine(ctx.now.astimezone(hours.zone).date() + timedelta(days=1), time(0), hours.zone)
    await _keep(tx, member, _on_grid(hours.next_open(midnight)))


async def _keep(tx: Tx, member: Member, at: datetime) -> None:
    key = f"morning:{member.id}:{int(at.timestamp())}"
    await due.keep(tx, kind="morning", key=key, at=at, payload={"member": member.id})
