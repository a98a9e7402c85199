"""Quotes and orders for programs: looked at, quoted in words, ordered."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from bot.context import Answer, Context
from bot.handlers import order as ordering
from bot.handlers import quote as quoting
from bot.pipeline import Outcome
from bot.quote_actions import PlaceOrder
from bot.web.api.auth import acting
from bot.web.api.fields import Id, Words
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from leads.errors import NotFound
from leads.price import plain_yuan
from store import approval as approvals
from store import order as orders
from store import quotes
from store.order import SalesOrder
from store.quote import Quote
from store.tx import Tx

By = Annotated[Id, Field(description="以哪位成员的名义;不写就是程序自己")]


class NewQuote(Shape):
    """What is to be quoted, in the words of chat."""

    model_config = ConfigDict(extra="forbid")

    opportunity: Annotated[str, Field(pattern=r"^[Oo][0-9]{1,12}$", description="O88")]
    text: Annotated[Words, Field(min_length=1, max_length=1000, description="相机×30 9折;镜头 10")]
    another: Annotated[bool, Field(description="真:另做一张;假:改已有的那张")] = False
    by: By = None


class ByWhom(Shape):
    """In whose name."""

    model_config = ConfigDict(extra="forbid")

    by: By = None


class QuoteShown(Shape):
    """A quote as its present version says; sums in yuan, discounts in percent."""

    quote: str
    opportunity: str
    lead: str
    state: Literal["asking", "refused", "ready", "sent", "ordered"]
    version: int
    versions: list[dict[str, Any]]
    price_list: int
    total: float
    full: float
    lines: list[dict[str, Any]]
    approval: str | None
    valid_until: str
    created_at: datetime
    created_by: str | None


class QuotePage(Shape):
    """A page of quotes."""

    items: list[QuoteShown]
    next_cursor: str | None


class OrderShown(Shape):
    """An order; `number` is the other system's, `reason` why a person must see to it."""

    order: str
    quote: str
    opportunity: str
    lead: str
    contract: str
    amount: float
    paid: float
    state: Literal["waiting", "accepted", "manual"]
    connector: str
    number: str
    reason: str
    delivery: str
    created_at: datetime
    created_by: str | None


class OrderPage(Shape):
    """A page of orders."""

    items: list[OrderShown]
    next_cursor: str | None


def number_of(text: str, letter: str) -> int:
    """The number in Q12, A3 or 12; raises NotFound for anything else."""
    plain = text[1:] if text[:1].upper() == letter else text
    if not plain.isascii() or not plain.isdigit() or len(plain) > 12:
        raise NotFound(text[:20])
    return int(plain)


async def list_quotes(call: Call) -> Reply:
    """GET /quotes."""
    wanted: Page = call.query
    async with call.desk.store.read() as tx:
        rows = await quotes.list_quotes(tx, before=start_of(wanted, "quotes"), limit=wanted.limit + 1)
        shown, cursor = cut(rows, wanted, "quotes", lambda row: row.id or 0)
        return Reply(QuotePage(items=[await _quote(tx, row, call.context) for row in shown], next_cursor=cursor))


async def get_quote(call: Call) -> Reply:
    """GET /quotes/{quote}."""
    async with call.desk.store.read() as tx:
        row = await quotes.find_quote(tx, number_of(call.path["quote"], "Q"))
        if row is None:
            raise NotFound(call.path["quote"])
        return Reply(await _quote(tx, row, call.context))


async def create_quote(call: Call) -> Reply:
    """POST /quotes."""
    given: NewQuote = call.body
    words = f"{given.opportunity} {'另做 ' if given.another else ''}{given.text}"
    made: list[int] = []

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        who = await acting(tx, given.by, call.caller)
        outcome = await quoting.on_quote_word(tx, words, who, ctx)
        made[:] = [int(one.card.partition(":")[2]) for one in outcome if isinstance(one, Answer)]
        return deeds(outcome)

    await call.desk.act(verb)
    async with call.desk.store.read() as tx:
        row = await quotes.find_quote(tx, made[0])
        if row is None:
            raise NotFound(f"Q{made[0]}")
        return Reply(await _quote(tx, row, call.context), status=201)


async def place_order(call: Call) -> Reply:
    """POST /quotes/{quote}/order."""
    given: ByWhom = call.body
    quote_id = number_of(call.path["quote"], "Q")

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        who = await acting(tx, given.by, call.caller)
        row = await quotes.find_quote(tx, quote_id)
        if row is None:
            raise NotFound(f"Q{quote_id}")
        return deeds(await ordering.on_place_order(tx, PlaceOrder(row.lead_id, quote_id, row.version), who, ctx))

    await call.desk.act(verb)
    async with call.desk.store.read() as tx:
        order = await orders.find_order_of(tx, quote_id)
        if order is None:
            raise NotFound(f"Q{quote_id}")
        return Reply(await _order(tx, order, call.context), status=201)


async def list_orders(call: Call) -> Reply:
    """GET /orders."""
    wanted: Page = call.query
    async with call.desk.store.read() as tx:
        rows = await orders.list_orders(tx, before=start_of(wanted, "orders"), limit=wanted.limit + 1)
        shown, cursor = cut(rows, wanted, "orders", lambda row: row.id or 0)
        return Reply(OrderPage(items=[await _order(tx, row, call.context) for row in shown], next_cursor=cursor))


def deeds(outcome: Outcome) -> Outcome:
    """What has happened; the answers are for chat."""
    return [one for one in outcome if not isinstance(one, Answer)]


async def _quote(tx: Tx, row: Quote, ctx: Context) -> QuoteShown:
    version = await quotes.get_version(tx, row)
    asked = await approvals.latest_of(tx, "quote", row.id or 0, row.version)
    every = [await quotes.find_version(tx, row.id or 0, number) for number in range(1, row.version + 1)]
    told = [
        {"version": one.version, "total": plain_yuan(one.total), "made_at": local(one.made_at, zone=ctx.rules.zone)}
        for one in every
        if one is not None
    ]
    lines = [
        {"sku": line["sku"], "name": line["name"], "unit": line["unit"], "count": line["count"] / 1000,
         "price": plain_yuan(line["price"]), "net": plain_yuan(line["net"]), "amount": plain_yuan(line["amount"]),
         "discount": line["off"] / 100} for line in version.lines
    ]  # fmt: skip
    return QuoteShown.model_construct(
        quote=row.no, opportunity=f"O{row.opportunity_id}", lead=f"L{row.lead_id}", state=row.state,
        version=row.version, versions=told, price_list=version.price_list, total=plain_yuan(version.total),
        full=plain_yuan(version.full), lines=lines, approval=asked.no if asked is not None else None,
        valid_until=version.valid_until, created_at=local(row.created_at, zone=ctx.rules.zone),
        created_by=row.created_by,
    )  # fmt: skip


async def _order(tx: Tx, row: SalesOrder, ctx: Context) -> OrderShown:
    return OrderShown.model_construct(
        order=row.no, quote=f"Q{row.quote_id}", opportunity=f"O{row.opportunity_id}", lead=f"L{row.lead_id}",
        contract=row.contract, amount=plain_yuan(row.amount), paid=plain_yuan(await orders.paid_of(tx, row)),
        state=row.state, connector=row.connector, number=row.theirs, reason=row.error, delivery=row.delivery,
        created_at=local(row.created_at, zone=ctx.rules.zone), created_by=row.created_by,
    )  # fmt: skip


V1 = "/api/v1"
ROUTES = (
    Route("GET", V1 + "/quotes", list_quotes, "查报价", QuotePage, "any", query=Page, statuses={200: "一页报价"}),
    Route("POST", V1 + "/quotes", create_quote, "报价", QuoteShown, "acting", body=NewQuote,
          statuses={201: "报好了"}, refusals=(404, 409)),
    Route("GET", V1 + "/quotes/{quote}", get_quote, "看一张报价", QuoteShown, "any", statuses={200: "报价"},
          refusals=(404,)),
    Route("POST", V1 + "/quotes/{quote}/order", place_order, "下单", OrderShown, "acting", body=ByWhom,
          statuses={201: "下好了"}, refusals=(404, 409)),
    Route("GET", V1 + "/orders", list_orders, "查订单", OrderPage, "any", query=Page, statuses={200: "一页订单"}),
)  # fmt: skip
