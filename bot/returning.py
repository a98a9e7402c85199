"""A customer comes back: the deal that arises is told to its owner, with why."""

from collections.abc import Sequence

from bot.context import Answer, Context
from bot.duty import on_duty
from bot.outgoing import managers_of, ring
from leads.cleaning import classify
from leads.deal_facts import OpportunityChanged, OpportunityOpened, OpportunityWon
from leads.facts import Fact, LeadEnquired
from leads.returning import after_silence, asked_again, plan_return, renew
from store import deals
from store.leads import get_lead
from store.queues import Due
from store.tables import Lead
from store.tx import Tx

WHY = {"renewal": "续约快到期了", "asked": "老客户又来咨询", "silence": "老客户好久没联系了"}


async def plan_what_comes_after(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """It is won, or the day of its renewal was named: when the customer is to come back is remembered."""
    named = isinstance(fact, OpportunityChanged) and "renews_on" in fact.fields
    if isinstance(fact, OpportunityWon) or (named and isinstance(fact, OpportunityChanged)):
        deal = await deals.find_deal(tx, fact.opportunity_id)
        if deal is not None and deal.result == "won":
            await plan_return(tx, deal, rules=ctx.rules, now=ctx.now)
    return ()


async def sell_again(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Somebody who has bought asks again: a deal for the same owner."""
    lead = await get_lead(tx, fact.lead_id)
    if not isinstance(fact, LeadEnquired) or lead.stage not in ("won", "opportunity"):
        return ()
    asked = Lead(**{**lead.model_dump(), "need": fact.need, "product": ""})
    product = classify(asked, rules=ctx.rules).get("product", "")
    return await asked_again(tx, lead, product, count=fact.count, rules=ctx.rules, now=ctx.now)


async def tell_owner_of_return(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever has the customer gets the deal's card, with why it is there; with nobody left their managers do."""
    if not isinstance(fact, OpportunityOpened) or not fact.origin:
        return ()
    lead = await get_lead(tx, fact.lead_id)
    owner = await on_duty(tx, lead)
    people = [owner] if owner is not None and owner.state == "active" else await managers_of(tx, lead, rules=ctx.rules)
    for member in people:
        key = f"returned:{origin}:{fact.opportunity_id}:{member.id}"
        headline = WHY[fact.origin]
        await ring(tx, ctx, member, f"deal:{fact.opportunity_id}", key=key, lead_id=lead.id, headline=headline)
    return ()


async def on_returning(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """The day has come on which a renewal is near, or silence has lasted too long."""
    number = int(row.payload["opportunity"])
    if row.payload["why"] == "renewal":
        return list(await renew(tx, number, str(row.payload["renews_on"]), rules=ctx.rules, now=ctx.now))
    return list(await after_silence(tx, number, rules=ctx.rules, now=ctx.now))
