"""At rest nothing rings: what came meanwhile is one list when a person's work begins."""

from typing import Any

from bot.cards.morning import what_came
from bot.context import Context
from bot.digest import told_at
from bot.outgoing import ring
from bot.rest import at_work, keep_for_work, rests
from leads.rights import Who
from store import due
from store.members import find_member
from store.queues import Due
from store.tables import Member
from store.tx import Tx


async def ring_at_work(tx: Tx, ctx: Context, member: Member, *, key: str, lead_id: int, headline: str = "") -> None:
    """A lead's card for somebody who did not ask for it: now, or in the list with which their work begins."""
    if not rests(member, ctx):
        params: dict[str, Any] = {"headline": headline} if headline else {}
        await ring(tx, ctx, member, "lead", key=key, lead_id=lead_id, **params)
        return
    await keep_for_work(tx, ctx, member)


async def told_at_work(tx: Tx, ctx: Context, member: Member, headline: str, *, key: str, lead_id: int) -> None:
    """A lead's card with what has just happened; at rest the sentence alone, when the member's work begins."""
    if rests(member, ctx):
        await note_at_work(tx, ctx, member, f"L{lead_id} {headline}", key=key, lead_id=lead_id)
    else:
        await ring(tx, ctx, member, "lead", key=key, lead_id=lead_id, headline=headline)


async def note_at_work(tx: Tx, ctx: Context, member: Member, text: str, *, key: str, lead_id: int | None) -> None:
    """A sentence that nobody waits for: now, or when the member's work begins."""
    await card_at_work(tx, ctx, member, "note", key=key, lead_id=lead_id, text=text)


async def card_at_work(
    tx: Tx, ctx: Context, member: Member, card: str, *, key: str, lead_id: int | None = None, **params: Any
) -> None:
    """A card that nobody waits for: now, or when the member's work begins, drawn as things stand then."""
    if not rests(member, ctx):
        await ring(tx, ctx, member, card, key=key, lead_id=lead_id, **params)
        return
    payload = {"member": member.id, "card": card, "params": params}
    await due.keep(tx, kind="note", key=f"later:{key}", at=at_work(member, ctx), lead_id=lead_id, payload=payload)


async def on_morning(tx: Tx, row: Due, ctx: Context) -> list[Any]:
    """Work has begun: one list of what came since it ended."""
    member = await find_member(tx, row.payload["member"])
    if member is None or member.state != "active":
        return []
    told = await told_at(tx, member, ctx) if member.role == "rep" else None
    came = await what_came(tx, Who.of(member), ctx, after=told)
    if came.count == 1 and not came.still:
        (lead,) = came.mine or came.free
        headline = came.words[0] if came.words else ""
        params = {"headline": headline} if headline else {}
        await ring(tx, ctx, member, "lead", key=row.key, lead_id=lead.id, **params)
    elif came.count:
        after = told.isoformat() if told else ""
        await ring(tx, ctx, member, "morning", key=row.key, after=after)
    return []


async def on_later_note(tx: Tx, row: Due, ctx: Context) -> list[Any]:
    """Work has begun: a sentence or a card that waited for it."""
    member = await find_member(tx, row.payload["member"])
    if member is not None and member.state == "active":
        card, params = row.payload.get("card", "note"), row.payload.get("params") or {"text": str(row.payload["text"])}
        await ring(tx, ctx, member, card, key=row.key, lead_id=row.lead_id, **params)
    return []
