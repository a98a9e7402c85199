"""A quote becomes an order, once; it goes to the other system, or waits for a person; money comes back for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.connector import Connector
from config.rules import Rules
from leads.deal_facts import PaymentReceived
from leads.errors import Refused, Unusable
from leads.facts import Fact
from leads.order_facts import OrderAccepted, OrderPlaced, OrderStuck
from leads.price import plain_yuan
from leads.quote import line_of
from leads.quoting import require_agreed, require_present
from leads.rights import Who
from store import order as orders
from store import quotes
from store.deal import Opportunity, Payment
from store.deals import add_payment
from store.leads import get_lead
from store.members import name_of
from store.order import SalesOrder
from store.quote import Quote, QuoteVersion
from store.tx import Tx

NOBODY_TAKES_IT = "没有对接 ERP,请人工录入"


class AlreadyOrdered(Refused):
    """The quote was ordered before."""

    code = "already_ordered"


async def place_order(
    tx: Tx, quote: Quote, version: int, deal: Opportunity, who: Who, *, connectors: Mapping[str, Connector],
    rules: Rules, now: datetime,
) -> tuple[SalesOrder, list[Fact]]:  # fmt: skip
    """Order what the present version says. Raises AlreadyOrdered, NotAgreed, QuoteChanged.

    Whether the other system lives does not matter: the order stands, and is carried over when it can be.
    """
    if (known := await orders.find_order_of(tx, quote.id or 0)) is not None:
        there = f",对方单号 {known.theirs}" if known.theirs else ""
        raise AlreadyOrdered(f"{quote.no} 已经下过单了:{known.no}{there}。要加东西就另做一张报价。")
    await require_present(tx, quote, version)
    await require_agreed(tx, quote)
    found = await quotes.get_version(tx, quote)
    name = next((name for name, one in connectors.items() if one.orders is not None), "")
    contracts = await orders.list_contracts(tx, deal.id or 0)
    contract = next((one.no for one in contracts if one.state in ("agreed", "signed")), "")
    row = SalesOrder(
        corp=tx.corp, opportunity_id=deal.id or 0, lead_id=deal.lead_id, quote_id=quote.id or 0,
        quote_version=quote.version, contract=contract, amount=found.total, connector=name,
        state="waiting" if name else "manual", error="" if name else NOBODY_TAKES_IT, created_at=now,
        created_by=who.id,
    )  # fmt: skip
    if not await orders.place(tx, row):
        raise AlreadyOrdered(f"{quote.no} 刚刚下过单了,不用再点。")
    placed = await orders.find_order_of(tx, quote.id or 0)
    if placed is None:
        raise LookupError(f"the order of {quote.no} is not there")
    moved = await quotes.move_quote(tx, quote.id or 0, version, ("ready", "sent"), state="ordered")
    if not moved:
        raise LookupError(f"{quote.no} moved while it was ordered")
    facts: list[Fact] = [
        OrderPlaced(
            lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=deal.id or 0, order_id=placed.id or 0,
            quote_id=quote.id or 0, quote_version=quote.version, amount=placed.amount, connector=name,
        )
    ]  # fmt: skip
    if not name:
        facts.append(_stuck(placed, NOBODY_TAKES_IT, now))
        return placed, facts
    body = await told_of(tx, placed, found, deal)
    key = f"{tx.corp}:order:{placed.id}"
    await orders.ask_connector(tx, name, "order", placed.id or 0, key=key, body=body, now=now)
    return placed, facts


async def told_of(tx: Tx, order: SalesOrder, version: QuoteVersion, deal: Opportunity) -> dict[str, Any]:
    """What another system may be told of an order, in our words: sums in yuan, counts as numbers."""
    lead = await get_lead(tx, deal.lead_id)
    lines = [line_of(line) for line in version.lines]
    return {
        "order": order.no,
        "quote": f"Q{order.quote_id}",
        "opportunity": deal.no,
        "lead": lead.no,
        "company": lead.company or lead.name,
        "customer": lead.name,
        "contract": order.contract,
        "amount": plain_yuan(order.amount),
        "owner": await name_of(tx, deal.owner_id) if deal.owner_id else "",
        "date": order.created_at.date().isoformat(),
        "currency": "CNY",
        "lines": [
            {
                "sku": line.sku, "name": line.name, "unit": line.unit, "count": _number(line.count),
                "price": plain_yuan(line.net), "amount": plain_yuan(line.amount),
            }
            for line in lines
        ],
    }  # fmt: skip


def _number(thousandths: int) -> int | float:
    return thousandths // 1000 if thousandths % 1000 == 0 else float(Decimal(thousandths) / 1000)


async def accepted(tx: Tx, order: SalesOrder, theirs: str, *, by: str | None = None, now: datetime) -> list[Fact]:
    """The other system's number is known, said by it or typed by a person; nothing when it was known before."""
    done = await orders.change_order(
        tx, order.id or 0, states=("waiting", "manual"), state="accepted", theirs=theirs, error=""
    )
    if not done:
        return []
    return [
        OrderAccepted(
            lead_id=order.lead_id, at=now, by=by, opportunity_id=order.opportunity_id, order_id=order.id or 0,
            connector=order.connector, theirs=theirs,
        )
    ]  # fmt: skip


async def stuck(tx: Tx, order: SalesOrder, reason: str, *, now: datetime) -> list[Fact]:
    """A person must see to it: the reason stands on the card, red."""
    if not await orders.change_order(tx, order.id or 0, states=("waiting",), state="manual", error=reason[:200]):
        return []
    return [_stuck(order, reason[:200], now)]


def _stuck(order: SalesOrder, reason: str, now: datetime) -> OrderStuck:
    return OrderStuck(
        lead_id=order.lead_id, at=now, opportunity_id=order.opportunity_id, order_id=order.id or 0,
        connector=order.connector, reason=reason,
    )  # fmt: skip


async def receive(
    tx: Tx, deal: Opportunity, amount: int, *, order: SalesOrder | None, key: str | None, note: str, at: datetime,
    by: str | None, now: datetime,
) -> Sequence[Fact]:  # fmt: skip
    """Money came in for a deal (less than 0: went back), in fen; the same key counts once. Raises Unusable for 0."""
    if amount == 0:
        raise Unusable("金额是 0,没有记。")
    row = Payment(
        corp=tx.corp, opportunity_id=deal.id or 0, order_id=order.id if order is not None else None, amount=amount,
        at=at, by=by, note=note[:200], key=key,
    )  # fmt: skip
    if not await add_payment(tx, row):
        return ()
    return [PaymentReceived(lead_id=deal.lead_id, at=now, by=by, opportunity_id=deal.id or 0, amount=amount)]
