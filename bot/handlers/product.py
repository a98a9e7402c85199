"""产品 X: what it costs by the running price list, how far one may go, and what is in stock."""

from collections.abc import Sequence

from bot.cards.asked import moment
from bot.context import Answer, Context, say
from leads.facts import Fact
from leads.price import yuan
from leads.product import named, nearest
from leads.quantity import quantity
from leads.rights import Who
from store.prices import list_products, prices_on, stock_of
from store.quote import Price, PriceList, Stock
from store.tx import Tx

SHOWN = 15
NO_PRICES = "还没有产品价格。请管理员填好 products.csv,运行 ./run products publish 公司文件夹。"


async def on_product_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """产品: the list; 产品 相机: one with its stock, or the three nearest."""
    prices = await prices_on(tx, ctx.today.isoformat())
    if prices is None:
        return [say(NO_PRICES)]
    products = await list_products(tx, prices.version)
    if not rest:
        return [say(_all(products, prices))]
    found = named(products, rest)
    if found is None:
        near = nearest(products, rest)
        lines = [f"· {_line(one)}" for one in near]
        return [say("\n".join([f"没有叫「{rest[:20]}」的产品。最像的:", *lines]))]
    stock = (await stock_of(tx, [found.sku])).get(found.sku)
    return [say(_one(found, prices, stock, ctx))]


def stock_told(product: Price, stock: Stock | None, ctx: Context) -> str:
    """120 台(ERP,今天 10:15), or 未知."""
    if stock is None:
        return "未知"
    at = moment(stock.at, now=ctx.now, zone=ctx.rules.zone)
    return f"{quantity(stock.count)} {product.unit}({stock.source},{at})"


def _one(product: Price, prices: PriceList, stock: Stock | None, ctx: Context) -> str:
    lines = [f"{product.name}({product.sku})", f"单价:{yuan(product.price)} / {product.unit}"]
    if product.max_off is not None:
        lines.append(f"折扣:{product.max_off / 100:g}% 以内自己定")
    if product.floor is not None:
        lines.append(f"最低价:{yuan(product.floor)}")
    lines.append(f"库存:{stock_told(product, stock, ctx)}")
    for promotion in ctx.rules.promotions.values():
        if promotion.covers(product.sku) and promotion.runs(ctx.today):
            lines.append(f"促销:「{promotion.label}」再减 {promotion.percent:g}%,到 {promotion.ends}")
    lines.append(f"价格表第 {prices.version} 版,{prices.from_on} 起")
    return "\n".join(lines)


def _all(products: Sequence[Price], prices: PriceList) -> str:
    lines = [f"价格表第 {prices.version} 版,{prices.from_on} 起,{len(products)} 个产品:"]
    lines += [f"· {_line(one)}" for one in products[:SHOWN]]
    more = len(products) - SHOWN
    lines.append(f"…… 还有 {more} 个。发「产品 名字」看一个。" if more > 0 else "发「产品 名字」看库存和折扣。")
    return "\n".join(lines)


def _line(one: Price) -> str:
    return f"{one.name}({one.sku}){yuan(one.price)} / {one.unit}"
