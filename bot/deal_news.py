"""A deal's own group hears the deal in words that name no customer, and hears when it is won, lost or open again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.context import Context
from bot.platform import group_of_deal
from leads.deal_facts import OpportunityLost, OpportunityReopened, OpportunityWon
from leads.facts import Fact
from leads.group_facts import DealGroupOpened
from store import deal_groups, outbox
from store.tx import Tx

TOLD: Mapping[type[Fact], str] = {
    DealGroupOpened: "opened", OpportunityWon: "won", OpportunityLost: "lost", OpportunityReopened: "reopened",
}  # fmt: skip
ROBOT_COMES = timedelta(seconds=5)  # DingTalk brings the template's robot into a new group a moment later


async def tell_group_of_deal(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The deal's own group, if it has one, hears what became of the deal; once for each thing that happened."""
    what, number = TOLD.get(type(fact), ""), int(getattr(fact, "opportunity_id", 0))
    row = await deal_groups.of_deal(tx, number) if what else None
    if row is None or row.state != "open":
        return ()
    place = group_of_deal(row.platform, number, row.chat)
    fresh = isinstance(fact, DealGroupOpened) and row.platform == "dingtalk" and bool(row.people)  # opened by ourselves
    await outbox.ask(
        tx, platform=place.platform, place=place.id, lane=place.lane(), card="deal_group", lead_id=fact.lead_id,
        key=f"deal_group:{row.chat}:{what}:{origin}", params={"opportunity": number, "what": what}, now=ctx.now,
        run_at=ctx.now + ROBOT_COMES if fresh else None,
    )  # fmt: skip
    return ()
