"""What follows around an order: a win offers its quote to be ordered with one tap; a stuck one is told at once."""

from collections.abc import Sequence

from bot.context import Context
from bot.outgoing import ring
from leads.deal_facts import OpportunityWon
from leads.facts import Fact
from leads.order_facts import OrderStuck
from store.deals import find_deal
from store.members import find_member, list_members
from store.order import find_order, list_orders
from store.quotes import list_quotes
from store.tx import Tx


async def offer_to_order(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The deal is won and nothing was ordered yet: its owner gets the quote that can be, with 下单 on it."""
    deal = await find_deal(tx, fact.opportunity_id) if isinstance(fact, OpportunityWon) else None
    if deal is None or await list_orders(tx, opportunity_id=deal.id, limit=1):
        return ()
    quote = next((one for one in await list_quotes(tx, opportunity_id=deal.id) if one.state in ("ready", "sent")), None)
    owner = await find_member(tx, deal.owner_id) if deal.owner_id else None
    if quote is not None and owner is not None:
        key, headline = f"won:{origin}:{quote.id}", f"{deal.no} 赢单了,点「下单」就行"
        await ring(tx, ctx, owner, f"quote:{quote.id}", key=key, lead_id=deal.lead_id, headline=headline)
    return ()


async def tell_of_stuck_order(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """An order that the other system does not take: whoever placed it, and the administrators, see it at once."""
    order = await find_order(tx, fact.order_id) if isinstance(fact, OrderStuck) else None
    if order is None:
        return ()
    people = [await find_member(tx, order.created_by)] if order.created_by and order.connector else []
    people += list(await list_members(tx, role="admin"))
    for member in {one.id: one for one in people if one is not None}.values():
        key, headline = f"stuck:{origin}:{member.id}", f"🔴 {order.no} 待人工:{order.error}"[:40]
        await ring(tx, ctx, member, f"quote:{order.quote_id}", key=key, lead_id=order.lead_id, headline=headline)
    return ()
