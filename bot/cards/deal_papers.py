"""What paper there is about a deal, in one line: its newest quote, contract and order, each with how far it is."""

from bot.cards.quote import STATES
from store import order as orders
from store import quotes
from store.deal import Opportunity
from store.tx import Tx

CONTRACTS = {"asking": "等审批", "refused": "被驳回", "agreed": "可以签", "signed": "已签"}


async def papers_of(tx: Tx, deal: Opportunity) -> str:
    """Q12 等审批 · HT-2026-001 已签 · D3 XSD00001; "" when there is none."""
    number = deal.id or 0
    found = []
    quoted = await quotes.list_quotes(tx, opportunity_id=number, limit=1)
    ordered = await orders.list_orders(tx, opportunity_id=number, limit=1)
    if quoted and quoted[0].state != "ordered":
        found.append(f"{quoted[0].no} {STATES[quoted[0].state]}")
    for contract in (await orders.list_contracts(tx, number))[:1]:
        found.append(f"{contract.no} {CONTRACTS[contract.state]}")
    for order in ordered:
        found.append(f"{order.no} {order.theirs or ('🔴待人工' if order.state == 'manual' else '正在交')}")
    return " · ".join(found)
