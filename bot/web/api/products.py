"""Products for programs: the price list that holds on a day, with what is in stock and who says so."""

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from bot.web.api.fields import Words
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from leads.price import plain_yuan
from leads.product import named, nearest
from store.prices import list_products, prices_on, stock_of


class ProductQuery(Shape):
    """Which of them, and on which day."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[Words, Field(max_length=60, description="编号、名称或别名;没有一样的就给最像的三个")] = ""
    on: Annotated[date | None, Field(description="按哪一天的价格;不写就是今天")] = None


class ProductShown(Shape):
    """A product; sums in yuan, `max_discount` in percent (null: by the rules), `stock` null when nobody has said."""

    sku: str
    name: str
    aliases: list[str]
    unit: str
    price: float
    min_price: float | None
    max_discount: float | None
    stock: float | None
    stock_source: str | None
    stock_at: datetime | None


class ProductList(Shape):
    """All of them; `price_list` is null before the first one was published."""

    price_list: int | None
    from_on: str | None
    items: list[ProductShown]
    next_cursor: str | None = None


async def list_them(call: Call) -> Reply:
    """GET /products."""
    wanted: ProductQuery = call.query
    async with call.desk.store.read() as tx:
        prices = await prices_on(tx, (wanted.on or call.context.today).isoformat())
        if prices is None:
            return Reply(ProductList(price_list=None, from_on=None, items=[]))
        rows = list(await list_products(tx, prices.version))
        if wanted.q:
            found = named(rows, wanted.q)
            rows = [found] if found is not None else nearest(rows, wanted.q)
        stock = await stock_of(tx, [row.sku for row in rows])
    items = []
    for row in rows:
        there = stock.get(row.sku)
        items.append(
            ProductShown(
                sku=row.sku, name=row.name, aliases=row.aliases, unit=row.unit, price=plain_yuan(row.price),
                min_price=plain_yuan(row.floor) if row.floor is not None else None,
                max_discount=row.max_off / 100 if row.max_off is not None else None,
                stock=there.count / 1000 if there else None, stock_source=there.source if there else None,
                stock_at=local(there.at, zone=call.context.rules.zone) if there else None,
            )
        )  # fmt: skip
    return Reply(ProductList(price_list=prices.version, from_on=prices.from_on, items=items))


ROUTES = (
    Route("GET", "/api/v1/products", list_them, "查产品和价格", ProductList, "any", query=ProductQuery,
          statuses={200: "产品"}),
)  # fmt: skip
