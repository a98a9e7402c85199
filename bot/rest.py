"""When somebody is not to be disturbed, and how what came meanwhile is kept for the start of their work."""

from datetime import datetime

from bot.context import Context
from store import due
from store.tables import Member
from store.tx import Tx

GRID = 10  # seconds: what is told within them is told together


def rests(member: Member, ctx: Context) -> bool:
    """Whether this is not the time to ring the member: they are not at work, or their work begins this very moment."""
    return ctx.gathers or not ctx.hours_of(member).is_open(ctx.now)


def at_work(member: Member, ctx: Context) -> datetime:
    """When to tell the member what came: just after their work begins (or now, when it does)."""
    opens = ctx.hours_of(member).next_open(ctx.now)
    return datetime.fromtimestamp((int(opens.timestamp()) // GRID + 1) * GRID, tz=opens.tzinfo)


async def keep_for_work(tx: Tx, ctx: Context, member: Member) -> None:
    """The list with which the member's work begins; what stands in it is read then."""
    at = at_work(member, ctx)
    key = f"morning:{member.id}:{int(at.timestamp())}"
    await due.keep(tx, kind="morning", key=key, at=at, payload={"member": member.id})
