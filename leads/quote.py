"""What a quote comes to, line by line, rounded in one place; and whose consent its discounts need."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from config.selling import ApprovalRule, Promotion
from leads.errors import Unusable
from leads.price import half_up, yuan
from leads.quote_words import ALL, Off, Wish
from store.quote import Price

MOST_TOTAL = 10**13  # fen


@dataclass(frozen=True)
class Line:
    """One line as it stands on paper. Sums in fen, count in thousandths, `off` (the rep's own part) in 0.01 %.

    `net` is the price of one piece, rounded half up to the fen; amount = net × count, rounded half up, minus `cut`.
    """

    sku: str
    name: str
    unit: str
    count: int
    price: int
    net: int
    cut: int
    amount: int
    off: int
    promotion: str = ""
    below: bool = False  # under the product's lowest price
    max_off: int | None = None

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


def line_of(stored: Mapping[str, Any]) -> Line:
    """A stored line."""
    return Line(**stored)


@dataclass(frozen=True)
class Priced:
    """All lines; `notes` say what was done differently from what was asked."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """What the customer pays, in fen."""
        return sum(line.amount for line in self.lines)

    @property
    def full(self) -> int:
        """What it would be without any discount, in fen."""
        return sum(half_up(Decimal(line.price) * line.count / 1000) for line in self.lines)


def price(wishes: Sequence[Wish], promotions: Mapping[str, Promotion], *, today: date) -> Priced:
    """The lines with their sums. Raises Unusable where less than nothing would be left."""
    lines, notes = [], []
    for wish in wishes:
        name = wish.promotion
        if name and (why := not_now(promotions[name], wish.product.sku, today)):
            notes.append(why)
            name = ""
        lines.append(_line(wish, promotions[name] if name else None, name))
        if not name:
            notes += _running(wish.product, promotions, today)
    priced = Priced(tuple(lines), tuple(dict.fromkeys(notes)))
    if priced.total > MOST_TOTAL:
        raise Unusable(f"这张报价有 {yuan(priced.total)},多半是数量写错了。什么都没有存。")
    return priced


def _line(wish: Wish, promotion: Promotion | None, key: str) -> Line:
    product, off = wish.product, wish.off
    base = Decimal(product.price)
    if promotion is not None:
        base = base * (1 - Decimal(str(promotion.percent)) / 100)
    net = half_up(base * (ALL - off.rate) / ALL) if off.fixed is None else off.fixed
    amount = half_up(Decimal(net) * wish.count / 1000) - off.cut
    if amount <= 0:
        raise Unusable(f"{product.name}减完是 {yuan(amount)},不能报。什么都没有存。")
    whole = half_up(half_up(base) * Decimal(wish.count) / 1000)
    each = Decimal(amount) * 1000 / wish.count
    return Line(
        sku=product.sku, name=product.name, unit=product.unit, count=wish.count, price=product.price, net=net,
        cut=off.cut, amount=amount, off=_own(off, amount, whole), promotion=key,
        below=product.floor is not None and each < product.floor, max_off=product.max_off,
    )  # fmt: skip


def _own(off: Off, amount: int, whole: int) -> int:
    """What the rep takes off, beyond any promotion: as it was said, or worked out where a sum was said."""
    if off.fixed is None and not off.cut:
        return off.rate
    return max(half_up(Decimal(whole - amount) * ALL / whole), 0) if whole else 0


def not_now(promotion: Promotion, sku: str, today: date) -> str:
    """Why a promotion does not hold for a product on a day; "" when it does."""
    if today > promotion.ends:
        return f"「{promotion.label}」{promotion.ends.month}月{promotion.ends.day}日已经结束,没有算进去"
    if today < promotion.begins:
        return f"「{promotion.label}」{promotion.begins.month}月{promotion.begins.day}日才开始,没有算进去"
    return "" if promotion.covers(sku) else f"「{promotion.label}」不包括这个产品({sku}),没有算进去"


def _running(product: Price, promotions: Mapping[str, Promotion], today: date) -> list[str]:
    return [
        f"{product.name}正在「{one.label}」减 {one.percent:g}%,到 {one.ends.month}月{one.ends.day}日,写上它就能用"
        for one in promotions.values()
        if one.runs(today) and one.covers(product.sku)
    ]


@dataclass(frozen=True)
class Demand:
    """Whose consent is needed, by which rule, and what exceeded it."""

    name: str
    rule: ApprovalRule
    why: str


def demand_of(lines: Sequence[Line], rules: Mapping[str, ApprovalRule]) -> Demand | None:
    """The strictest rule that a quote's discounts come under; None when the rep may give them alone."""
    steps = sorted(((n, r) for n, r in rules.items() if r.kind == "discount"), key=lambda step: step[1].over)
    if not steps:
        return None
    found: list[tuple[float, Demand]] = []
    for line in lines:
        if line.below:
            name, rule = steps[-1]
            found.append((rule.over, Demand(name, rule, f"{line.name}低于最低价")))
        own = line.max_off / 100 if line.max_off is not None else steps[0][1].over
        if line.off / 100 > own:
            name, rule = next((step for step in reversed(steps) if line.off / 100 > step[1].over), steps[0])
            found.append((rule.over, Demand(name, rule, f"{line.name}减了 {percent_off(line.off)}")))
    return max(found, key=lambda one: one[0])[1] if found else None


def percent_off(hundredths: int) -> str:
    """12.5%."""
    return f"{hundredths / 100:g}%"


def off_of(total: int, full: int) -> int:
    """What a whole quote takes off, in hundredths of a percent."""
    return half_up(Decimal(full - total) * ALL / full) if full else 0
