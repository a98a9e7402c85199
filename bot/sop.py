"""What journeys leave to a colleague's own hand within one minute is one list, with the texts ready."""

from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.outgoing import ring
from store import due, handed
from store.handed import Handed
from store.members import find_member
from store.queues import Due
from store.tables import Member
from store.tx import Tx

GATHER = timedelta(seconds=60)
CARD = "sop"


def of_journey(row: Handed) -> bool:
    """Whether a journey has asked for it, and not a person who waits for the card."""
    return row.key.startswith("journey:")


async def keep_for_list(tx: Tx, ctx: Context, member: Member) -> None:
    """The list of this minute is kept for a member."""
    minute = int(ctx.now.timestamp()) // 60
    payload = {"member": member.id, "since": ctx.now.isoformat()}
    await due.keep(tx, kind="sop", key=f"sop:{member.id}:{minute}", at=ctx.now + GATHER, payload=payload)


async def on_sop(tx: Tx, row: Due, ctx: Context) -> list[Any]:
    """The minute is over: one text is its own card, several are a list."""
    member = await find_member(tx, str(row.payload["member"]))
    if member is None or member.state != "active":
        return []
    waiting = [one for one in await handed.list_waiting(tx, member.id) if of_journey(one)]
    if len(waiting) == 1:
        (one,) = waiting
        await ring(tx, ctx, member, "hand", key=f"hand:{one.key}", lead_id=one.lead_id, handed=one.id)
    elif waiting:
        await ring(tx, ctx, member, CARD, key=row.key, until=waiting[-1].id)
    return []
