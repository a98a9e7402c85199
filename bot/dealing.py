"""What follows for deals when something happens to their lead: they go along with it, or come back by themselves."""

from collections.abc import Sequence

from bot.context import Context
from leads.deal_facts import OpportunityTransferred
from leads.facts import Fact, LeadTransferred
from store import deals
from store.tx import Tx


async def give_deals_along(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A lead goes to a colleague with the deals that its owner had there: open ones, and all when somebody leaves."""
    if not isinstance(fact, LeadTransferred):
        return ()
    told = []
    for deal in await deals.list_of_lead(tx, fact.lead_id):
        if deal.owner_id == fact.from_id and (deal.result == "open" or fact.handover):
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
