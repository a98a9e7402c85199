"""What another system tells is written down, each once; and 连接: how each of them is doing, and trying again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from bot.connected import prefix_of
from bot.context import Answer, Context, say
from bot.events import ConnectorTold
from bot.platform import Unreadable
from bot.quote_actions import RetryConnector, RetryOrder
from config.telling import Tellable
from leads.errors import NoRight, Unusable
from leads.facts import Fact
from leads.money import fen_of
from leads.order_facts import OrderDelivered
from leads.ordering import receive
from leads.quoting import get_quote
from leads.rights import Who
from store import order as orders
from store import pulse
from store.deals import get_deal
from store.leads import find_lead, ids_of_company
from store.order import SalesOrder
from store.prices import note_credit, note_stock
from store.tx import Tx

RETRIERS = ("manager", "admin")


class NoSuchOrder(Tellable):
    """News of an order that we do not know yet: it is tried again, then put aside."""


async def on_connector_told(tx: Tx, event: ConnectorTold, ctx: Context) -> list[Fact | Answer]:
    """A payment, a refund, a delivery, stock, a credit; raises Unreadable for what cannot be read."""
    await pulse.save_state(tx, f"{prefix_of(event.connector)}in", fetched_at=ctx.now)
    if event.kind in ("payment", "refund"):
        return list(await _paid(tx, event, ctx))
    if event.kind == "delivery":
        return await _delivered(tx, event, ctx)
    at = _at(event.fields.get("at", ""), event)
    if event.kind == "stock":
        count = _number(event.fields["count"], event)
        await note_stock(tx, event.fields["sku"], int(count * 1000), source=event.label, at=at)
        return []
    customer = event.fields["customer"]
    lead = await find_lead(tx, int(customer[1:])) if customer[:1] in "Ll" and customer[1:].isdigit() else None
    ids = [lead.id or 0] if lead is not None else await ids_of_company(tx, customer)
    if not ids:
        raise NoSuchOrder(f"没有客户 {customer[:40]}")
    for lead_id in ids:
        await note_credit(
            tx, lead_id, most=_fen(event.fields["most"], event), used=_fen(event.fields.get("used") or "0", event),
            source=event.label, by=None, at=at,
        )  # fmt: skip
    return []


async def _paid(tx: Tx, event: ConnectorTold, ctx: Context) -> Sequence[Fact]:
    order = await _order(tx, event)
    amount = abs(_fen(event.fields["amount"], event)) if event.kind == "refund" else _fen(event.fields["amount"], event)
    deal = await get_deal(tx, order.opportunity_id)
    at = _at(event.fields.get("at", ""), event)
    return await receive(
        tx, deal, -amount if event.kind == "refund" else amount, order=order, key=event.key,
        note=event.fields.get("note", ""), at=at, by=None, now=ctx.now,
    )  # fmt: skip


async def _delivered(tx: Tx, event: ConnectorTold, ctx: Context) -> list[Fact | Answer]:
    order, at = await _order(tx, event), _at(event.fields.get("at", ""), event)
    state = event.fields["state"][:60]
    if order.delivery_at is not None and (order.delivery_at > at or (order.delivery_at, order.delivery) == (at, state)):
        return []  # something later is known, or this very thing: systems promise no order
    states = ("waiting", "accepted", "manual")
    await orders.change_order(tx, order.id or 0, states=states, delivery=state, delivery_at=at)
    return [
        OrderDelivered(
            lead_id=order.lead_id, at=ctx.now, opportunity_id=order.opportunity_id, order_id=order.id or 0, state=state
        )
    ]


async def _order(tx: Tx, event: ConnectorTold) -> SalesOrder:
    named = event.fields["order"]
    found = await orders.find_order_named(tx, named)
    if found is None and named[:1] in "Dd" and named[1:].isdigit():
        found = await orders.find_order(tx, int(named[1:]))
    if found is None:
        raise NoSuchOrder(f"没有订单 {named[:40]}")
    return found


def _fen(text: str, event: ConnectorTold) -> int:
    fen = fen_of(text.replace(",", ""))
    if fen is None:
        raise Unreadable(event.connector, f"金额 {text[:20]} 不是最多两位小数的元")
    return fen


def _number(text: str, event: ConnectorTold) -> Decimal:
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise Unreadable(event.connector, f"数量 {text[:20]} 不是数字") from None
    if not found.is_finite() or abs(found) > 10**9:
        raise Unreadable(event.connector, f"数量 {text[:20]} 不是数字")
    return found


def _at(text: str, event: ConnectorTold) -> datetime:
    """ISO with an offset, seconds or milliseconds since 1970; without one, or an unreadable one, when it came."""
    if text.isdigit() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return event.at
    return found if found.tzinfo is not None else event.at


async def on_connector_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """连接: each system with its last success, what waits and what was given up; 连接 重试 ERP."""
    if not ctx.connectors:
        return [say("还没有对接别的系统。管理员可以在 leadbot.yaml 的 connectors 里声明,不用改程序。")]
    word, _, named = rest.partition(" ")
    if word == "重试":
        found = [name for name, one in ctx.connectors.items() if named.strip() in (name, one.label, "")]
        if not found:
            raise Unusable(f"没有叫「{named[:20]}」的连接。发「连接」看有哪些。")
        return await on_retry_connector(tx, RetryConnector(found[0]), who, ctx)
    return [Answer("connectors")]


async def on_retry_connector(tx: Tx, action: RetryConnector, who: Who, ctx: Context) -> list[Fact | Answer]:
    """重试: all that waits or was given up goes out now, what was put aside of theirs is read again."""
    if who.role not in RETRIERS:
        raise NoRight("重试由主管或管理员来点。你自己的订单可以在报价卡片上点「重试」。")
    connector = ctx.connectors.get(action.connector)
    if connector is None:
        raise Unusable("这个连接已经不在 leadbot.yaml 里了。")
    waiting = (await orders.count_calls(tx, action.connector)).values()
    for order_id in await orders.retry_calls(tx, action.connector, now=ctx.now):
        await orders.change_order(tx, order_id, states=("manual",), state="waiting", error="")
    aside = await pulse.rerun_parked(tx, prefix_of(action.connector), now=ctx.now)
    told = f",收到但放着的 {aside} 条重新处理" if aside else ""
    return [say(f"{connector.label}:{sum(waiting)} 件马上再发{told}。发「连接」看结果。")]


async def on_retry_order(tx: Tx, action: RetryOrder, who: Who, ctx: Context) -> list[Fact | Answer]:
    """重试 on the card of one order."""
    order = await orders.find_order(tx, action.order_id)
    if order is None:
        raise Unusable("没有这张订单。")
    await get_quote(tx, order.quote_id, who, rules=ctx.rules, work=True)
    if not order.connector or order.connector not in ctx.connectors:
        raise Unusable(f"{order.no} 没有对接的系统。录好以后发「订单 {order.no} 对方单号」。")
    if not await orders.retry_call(tx, order.id or 0, now=ctx.now):
        raise Unusable(f"{order.no} 已经在发了,等一下看卡片。")
    await orders.change_order(tx, order.id or 0, states=("manual",), state="waiting", error="")
    return [say(f"{order.no} 马上再发一次。")]
