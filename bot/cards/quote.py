"""A quote as it is now: lines, sum, price list, who must agree, what is doubtful, what can be done next."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.lead_actions import Show
from bot.quote_actions import PlaceOrder, RetryOrder, SendQuote
from leads.approval import waits_for
from leads.cautions import cautions
from leads.deal import can_act_on
from leads.errors import NotFound
from leads.price import yuan
from leads.quantity import quantity
from leads.quote import Line, line_of, off_of, percent_off
from leads.quoting import get_quote
from store import leads, quotes
from store.approval import latest_of
from store.members import name_of
from store.order import SalesOrder, find_order_of, paid_of
from store.quote import Quote, QuoteVersion
from store.tables import Lead
from store.tx import Tx

MOST_LINES = 6  # on a card; the PDF has all of them


@dataclass(frozen=True)
class View:
    """What the card shows; `consent` and `headline` are sentences or "". `acts`: the reader may do something."""

    lead: Lead
    quote: Quote
    version: QuoteVersion
    deal: str
    lines: tuple[Line, ...]
    promotions: dict[str, str]
    cautions: tuple[str, ...] = ()
    consent: str = ""
    headline: str = ""
    acts: bool = False
    sure: bool = False  # asked once more, because something is doubtful
    order: SalesOrder | None = None
    system: str = ""  # how the other system is called
    paid: int = 0  # fen, for the order


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the quote as it is now; None for who may not see it."""
    if asked.who is None:
        return None
    try:
        quote, deal = await get_quote(tx, _id_of(asked), asked.who, rules=ctx.rules)
    except NotFound:
        return None
    lead = await leads.find_lead(tx, quote.lead_id)
    if lead is None:
        return None
    wanted = int(asked.params.get("version") or quote.version)
    version = await quotes.find_version(tx, quote.id or 0, wanted)
    if version is None:
        return None
    present = wanted == quote.version
    order = await find_order_of(tx, quote.id or 0)
    system = ctx.connectors.get(order.connector) if order is not None else None
    doubts = await cautions(tx, version, lead.id or 0, rules=ctx.rules, today=ctx.today) if present else []
    return View(
        lead=lead, quote=quote, version=version, deal=deal.no, lines=tuple(line_of(line) for line in version.lines),
        promotions={name: one.label for name, one in ctx.rules.promotions.items()}, cautions=tuple(doubts),
        consent=await _consent(tx, version), headline=str(asked.params.get("headline") or ""),
        acts=present and await can_act_on(tx, deal, asked.who), sure=bool(asked.params.get("sure")),
        order=order, system=system.label if system is not None else "",
        paid=await paid_of(tx, order) if order is not None else 0,
    )  # fmt: skip


def draw(view: View) -> Card:
    """The card; an older version has nothing to press."""
    quote, version = view.quote, view.version
    present = quote.version == version.version
    no = f"{quote.no} 第 {version.version} 版"
    return Card(
        title=f"{no}:{title_of(view.lead)}",
        subtitle=view.headline or f"{view.deal} {STATES[quote.state]}"
        if present
        else f"旧版,现在是第 {quote.version} 版",
        source="报价",
        text="\n".join((*told_lines(view.lines, view.promotions), *map(str, version.notes), *_doubts(view))),
        fields=tuple(_fields(view)),
        buttons=(*(_buttons(view) if view.acts else ()), Button("看线索", Show(view.lead.id or 0))) if present else (),
        done="" if present else "旧版",
    )


STATES = {"asking": "等审批", "refused": "被驳回", "ready": "可以发给客户", "sent": "已发给客户", "ordered": "已下单"}


def told_lines(lines: Sequence[Line], promotions: dict[str, str]) -> list[str]:
    """· 工业相机 500 万 30 台 × ¥7,920(9折)= ¥237,600."""
    told = [f"· {line.name} {quantity(line.count)} {line.unit} × {yuan(line.net)}{_off(line, promotions)}"
            f" = {yuan(line.amount)}" for line in lines[:MOST_LINES]]  # fmt: skip
    return told + ([f"…… 还有 {len(lines) - MOST_LINES} 行,在 PDF 里"] if len(lines) > MOST_LINES else [])


def _off(line: Line, promotions: dict[str, str]) -> str:
    parts = [promotions.get(line.promotion, line.promotion)] if line.promotion else []
    if line.cut:
        parts.append(f"立减 {yuan(line.cut)}")
    elif line.off:
        parts.append(f"{(10_000 - line.off) / 1000:g}折")
    return f"({','.join(parts)})" if parts else ""


def _doubts(view: View) -> list[str]:
    return [f"⚠ {one}" for one in view.cautions] if view.quote.state != "ordered" else []


def _fields(view: View) -> list[Field]:
    version = view.version
    full = f"(原价 {yuan(version.full)})" if version.full != version.total else ""
    fields = [Field("合计", f"{yuan(version.total)}{full}")]
    if version.full > version.total:
        fields.append(Field("优惠", percent_off(off_of(version.total, version.full))))
    fields.append(Field("价格表", f"第 {version.price_list} 版"))
    fields.append(Field("有效期", f"到 {version.valid_until}"))
    if version.label:
        fields.append(Field("审批", view.consent or version.label))
    if view.order is not None:
        return [fields[0], *(fields[-1:] if version.label else []), *_order_fields(view, view.order)]
    return fields


def _order_fields(view: View, order: SalesOrder) -> list[Field]:
    """The order's number there, or why it has none; how far delivery and money are."""
    system = view.system or "对方"
    if order.state == "accepted":
        rows = [Field("订单", f"{order.no},{system}单号 {order.theirs}")]
    elif order.state == "manual":
        rows = [Field("订单", f"🔴 {order.no} 待人工"), Field("原因", order.error)]
    else:
        rows = [Field("订单", f"{order.no} 正在交给{system}")]
        rows += [Field("会再试", order.error)] if order.error else []
    if order.delivery:
        rows.append(Field("发货", order.delivery))
    if view.paid or order.state == "accepted":
        rows.append(Field("回款", paid_told(view.paid, order.amount)))
    return rows


def paid_told(paid: int, amount: int) -> str:
    """¥100,000 / ¥237,600, 收齐了, 多收 ¥500."""
    if paid > amount:
        return f"{yuan(paid)},多收 {yuan(paid - amount)}"
    return f"{yuan(paid)},收齐了" if paid == amount else f"{yuan(paid)} / {yuan(amount)}"


def _buttons(view: View) -> list[Button]:
    lead_id, quote = view.lead.id or 0, view.quote
    order = Button("下单", PlaceOrder(lead_id, quote.id or 0, quote.version))
    if quote.state == "ready" or (view.sure and quote.state == "sent"):
        words = "仍然发给客户" if view.sure else "发给客户"
        return [Button(words, SendQuote(lead_id, quote.id or 0, quote.version, int(view.sure)), "primary"), order]
    if quote.state == "sent":
        return [order, Button("再发一次", SendQuote(lead_id, quote.id or 0, quote.version, 1))]
    if view.order is not None and view.order.state == "manual" and view.order.connector:
        return [Button("重试", RetryOrder(lead_id, view.order.id or 0), "primary")]
    return []


async def _consent(tx: Tx, version: QuoteVersion) -> str:
    asked = await latest_of(tx, "quote", version.quote_id, version.version)
    if asked is None:
        return ""
    where = "(OA)" if asked.way == "oa" else ""
    if asked.state == "open":
        return f"等{await waits_for(tx, asked)}同意{where}"
    who = await name_of(tx, asked.decided_by) if asked.decided_by else "OA"
    return {
        "agreed": f"{who}已同意{where}", "refused": f"{who}驳回{where}:{asked.note}", "void": "作废",
        "withdrawn": f"{who}{asked.note}{where}",
    }[asked.state]  # fmt: skip


def _id_of(asked: Asked) -> int:
    return int(asked.card.partition(":")[2] or 0)
