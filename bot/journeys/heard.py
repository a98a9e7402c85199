"""Journeys hear of everything that happens to a lead, go on when their time has come, and tell colleagues about it."""

from collections.abc import Sequence

from bot.context import Context
from bot.duty import on_duty
from bot.morning import note_at_work
from bot.outgoing import managers_of
from leads.facts import Fact
from nurture import dormant, enrolment, running
from nurture.facts import JourneyTold
from store.leads import get_lead
from store.members import list_members
from store.queues import Due
from store.tx import Tx

DEAF = ("clock_", "journey_", "cover_", "extension_", "dispute_")  # facts that are about our own work only


async def hear_journeys(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The lead's journeys rest, go on or end by what has happened, and others begin."""
    if fact.kind.startswith(DEAF):
        return ()
    await dormant.wake(tx, fact, now=ctx.now)
    heard = await running.hear(tx, fact, rules=ctx.rules, now=ctx.now)
    if not ctx.rules.journeys:
        return heard
    return [*heard, *await enrolment.enrol(tx, fact, rules=ctx.rules, now=ctx.now)]


async def on_journey(tx: Tx, row: Due, ctx: Context) -> list[Fact]:
    """The time of a step is over."""
    return await running.go_on(tx, row, rules=ctx.rules, now=ctx.now)


async def tell_colleague(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A step has words for the owner (for the managers, when nobody has the lead) or for marketing."""
    if not isinstance(fact, JourneyTold) or fact.to not in ("owner", "marketing"):
        return ()
    lead = await get_lead(tx, fact.lead_id)
    owner = await on_duty(tx, lead) if fact.to == "owner" else None
    people = [owner] if owner is not None else await managers_of(tx, lead, rules=ctx.rules)
    if fact.to == "marketing":
        people = await list_members(tx, role="marketing") or people
    for member in people:
        key = f"journey:{origin}:{fact.lead_id}:{member.id}"
        await note_at_work(tx, ctx, member, f"{lead.no}{fact.text()}", key=key, lead_id=fact.lead_id)
    return ()
