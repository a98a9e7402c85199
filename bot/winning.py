"""A deal is won: the groups hear it with the story behind it, without the customer's name."""

from collections.abc import Sequence

from bot.context import Context
from leads.deal_facts import OpportunityWon
from leads.facts import Fact
from store import outbox
from store.tx import Tx


async def tell_groups_of_win(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """One message a group for each deal that is won, however often it is opened and won again."""
    if not isinstance(fact, OpportunityWon):
        return ()
    for place in ctx.groups:
        await outbox.ask(
            tx, platform=place.platform, place=place.id, lane=place.lane(), card="victory", lead_id=fact.lead_id,
            key=f"win:{fact.opportunity_id}:{place.platform}:{place.id}", params={"opportunity": fact.opportunity_id},
            now=ctx.now,
        )  # fmt: skip
    return ()
