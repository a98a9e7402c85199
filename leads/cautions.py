"""What must be said before a quote goes out: over the credit, a promotion that is over, too little in stock."""

from collections.abc import Sequence
from datetime import date, datetime

from config.rules import Rules
from leads.price import yuan
from leads.quantity import quantity
from leads.quote import Line, line_of, not_now
from store.prices import credit_of, prices_on, stock_of
from store.quote import Credit, QuoteVersion
from store.tx import Tx


async def cautions(tx: Tx, version: QuoteVersion, lead_id: int, *, rules: Rules, today: date) -> list[str]:
    """Sentences, the gravest first; none when it can just go."""
    lines = [line_of(line) for line in version.lines]
    credit = await credit_of(tx, lead_id)
    found = [over_credit(credit, version.total, rules=rules)] if credit is not None else []
    found += ended(lines, rules, today)
    if version.valid_until < today.isoformat():
        found.append(f"这张报价 {version.valid_until} 已经过期")
    listed = await prices_on(tx, today.isoformat())
    if listed is not None and listed.version != version.price_list:
        found.append(f"价格表已经是第 {listed.version} 版,这张用的是第 {version.price_list} 版")
    stock = await stock_of(tx, [line.sku for line in lines])
    for line in lines:
        there = stock.get(line.sku)
        if there is not None and there.count < line.count:
            found.append(f"{line.name}只有 {quantity(there.count)} {line.unit}({there.source},{_at(there.at, rules)})")
    return [one for one in found if one]


def over_credit(credit: Credit, total: int, *, rules: Rules) -> str:
    """超出授信 … with who said so and when; "" within it."""
    over = credit.used + total - credit.most
    if over <= 0:
        return ""
    source = credit.source or "人工登记"
    told = f"超出客户授信 {yuan(over)}:额度 {yuan(credit.most)},已用 {yuan(credit.used)},这张 {yuan(total)}"
    return f"{told}({source},{_at(credit.at, rules)})"


def ended(lines: Sequence[Line], rules: Rules, today: date) -> list[str]:
    """Promotions that a quote counts with and that do not hold on this day."""
    found = []
    for name in dict.fromkeys(line.promotion for line in lines if line.promotion):
        promotion = rules.promotions.get(name)
        if promotion is None:
            found.append(f"促销 {name} 已经不在规则里了")
        elif not promotion.runs(today):
            sku = next(line.sku for line in lines if line.promotion == name)
            found.append(not_now(promotion, sku, today).replace("没有算进去", "这张报价还按它算的"))
    return found


def _at(at: datetime, rules: Rules) -> str:
    return f"{at.astimezone(rules.zone):%m-%d %H:%M}"
