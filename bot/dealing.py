"""What follows for deals when something happens to their lead: they go along with it, or come back by themselves."""

from collections.abc import Sequence

from bot.context import Context
from bot.outgoing import redraw
from leads.deal_facts import OpportunityTransferred
from leads.facts import Fact
from leads.owner_facts import LeadTransferred
from store import cards, deals
from store.tx import Tx


async def give_deals_along(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A lead goes to a colleague with the deals that its owner had there; whose a win was stays with it."""
    if not isinstance(fact, LeadTransferred):
        return ()
    told = []
    for deal in await deals.list_of_lead(tx, fact.lead_id):
        if deal.owner_id == fact.from_id:
            await deals.change_deal(tx, deal.id or 0, owner_id=fact.to_id)
            told.append(
                OpportunityTransferred(
                    lead_id=fact.lead_id,
                    at=fact.at,
                    by=fact.by,
                    opportunity_id=deal.id or 0,
                    from_id=fact.from_id,
                    to_id=fact.to_id,
                    reason=fact.reason,
                )
            )
    return told


async def refresh_deal(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The deal's cards are true again, and of the lead's those that can change: nobody gets two cards for one act."""
    hanging = [place for place in await cards.list_places(tx, fact.lead_id) if place.code or ":" in place.card]
    await redraw(tx, ctx, hanging, lead_id=fact.lead_id, origin=origin)
    return ()
