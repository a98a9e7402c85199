"""What somebody wants to quote, as they type it: 相机×30 9折; 镜头 10个 -5%; 光源 2 立减500; 整单 95折."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from config.selling import Promotion
from leads.errors import Unusable
from leads.price import sum_of
from leads.product import named, nearest
from leads.quantity import MOST, quantity, thousandths_of
from leads.understand.number import read_number
from leads.understand.text import clean
from store.quote import Price

EXAMPLE = "例如:报价 O88 相机×30 9折"
MOST_LINES = 30
ALL = 10_000  # hundredths of a percent

_NUMBER = r"\d{1,12}(?:\.\d{1,4})?"
_SPOKEN = "零一二两三四五六七八九十百千万"
_TENTHS = re.compile(rf"打?\s*(?P<n>-?{_NUMBER}|[一二三四五六七八九]{{1,2}})\s*折")
_PERCENT = re.compile(
    rf"(?:-|减|降|优惠|让利|折扣)\s*(?P<a>{_NUMBER})\s*%|(?P<b>{_NUMBER})\s*%\s*(?:off|折扣|优惠)", re.IGNORECASE
)
_BARE_PERCENT = re.compile(rf"(?P<n>{_NUMBER})\s*%")
_CUT = re.compile(r"(?:立减|减免|直降|便宜|优惠|抹掉|让利|减|-\s*¥)\s*¥?\s*(?P<n>[\d,]+(?:\.\d+)?\s*万?)\s*[元块]?")
_FIXED = re.compile(r"(?:特价|单价|按)\s*¥?\s*(?P<n>[\d,]+(?:\.\d+)?\s*万?)\s*[元块]?")
_TIMES = re.compile(rf"[×xX*]\s*(?P<n>-?{_NUMBER}|[{_SPOKEN}]{{1,6}})")
_COUNT = re.compile(rf"(?P<n>-?{_NUMBER}|[{_SPOKEN}]{{1,6}})\s*(?P<unit>[^\d\s,.×*%-]{{0,3}})\s*$")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SOMEWHERE = re.compile(rf"(?P<n>-?{_NUMBER})\s*(?P<unit>[^\d\s,.×*%-]?)")
_UNITS = frozenset("台个件套米箱条张只把批组块支盒卷根瓶袋桶吨片部辆")
_FILLERS = frozenset(("要", "共", "一共", "数量", "各", "先", "大概"))
_WHOLE = re.compile(r"^(?:整单|全部|一律|都|总共|全单)")


@dataclass(frozen=True)
class Off:
    """What is taken off: `rate` in hundredths of a percent, or `cut` in fen off the line, or `fixed` fen a piece."""

    rate: int = 0
    cut: int = 0
    fixed: int | None = None

    def __bool__(self) -> bool:
        return bool(self.rate or self.cut or self.fixed is not None)


@dataclass(frozen=True)
class Wish:
    """One line: how many (thousandths) of a product, with what taken off, under which promotion (its key, "" none)."""

    product: Price
    count: int
    off: Off = Off()
    promotion: str = ""


def read_wishes(text: str, products: Sequence[Price], promotions: Mapping[str, Promotion]) -> list[Wish]:
    """The lines in order. Raises Unusable, which asks back for what is not clear; nothing is guessed."""
    found: list[Wish] = []
    whole = Off()
    for part in re.split(r"[;\n、,。]", _THOUSANDS.sub("", clean(text))):
        part = part.strip()
        if not part:
            continue
        if _WHOLE.match(part):
            whole, left = _off_of(_WHOLE.sub("", part), part)
            if not whole or whole.cut or whole.fixed is not None or left.strip():
                raise Unusable(f"「{part[:30]}」没看懂:整单只能写几折或 -几%,例如:整单 95折。")
            continue
        found.append(_wish(part, products, promotions))
    if not found:
        raise Unusable(f"要报什么?写上产品、数量和折扣。{EXAMPLE}")
    if len(found) > MOST_LINES:
        raise Unusable(f"一张报价最多 {MOST_LINES} 行,这里有 {len(found)} 行,请分成几张。")
    return [wish if wish.off else replace(wish, off=whole) for wish in found]


def _wish(part: str, products: Sequence[Price], promotions: Mapping[str, Promotion]) -> Wish:
    promotion = next((key for key, one in promotions.items() if one.label in part), "")
    rest = part.replace(promotions[promotion].label, " ") if promotion else part
    product, rest = _product(rest, products)
    off, rest = _off_of(rest, part)
    if product is None:
        words, count_text = _counted(rest)
        if not words:
            raise Unusable(f"「{part[:30]}」是哪个产品的?产品、数量写在一起,{EXAMPLE}。什么都没有存。")
        product = named(products, words)
        if product is None:
            near = "、".join(f"「{one.name}」" for one in nearest(products, words))
            raise Unusable(f"没有叫「{words[:20]}」的产品。是不是{near}?什么都没有存。")
        rest = count_text
    return Wish(product, _count(rest, part, product, promotions), off, promotion)


def _product(part: str, products: Sequence[Price]) -> tuple[Price | None, str]:
    """The product whose number, name or alias the line begins with (the longest), and what follows."""
    words = sorted(
        ((word, one) for one in products for word in (one.sku, one.name, *one.aliases)), key=lambda w: -len(w[0])
    )
    for word, one in words:
        pattern = r"\s*".join(re.escape(sign) for sign in clean(word).replace(" ", ""))
        end = "(?![A-Za-z0-9])" if word.isascii() else ""
        match = re.match(rf"\s*{pattern}{end}", part, re.IGNORECASE)
        if match is not None:
            return one, part[match.end() :]
    return None, part


def _counted(rest: str) -> tuple[str, str]:
    """Words of a product that nobody knows, and the number behind them."""
    times = _TIMES.search(rest) or _COUNT.search(rest)
    return (rest[: times.start()].strip(), rest[times.start() :]) if times is not None else (rest.strip(), "")


def _off_of(rest: str, part: str) -> tuple[Off, str]:
    """The discount in a line and the line without it. Raises Unusable for one that cannot be."""
    if (match := _TENTHS.search(rest)) is not None:
        return Off(rate=ALL - _tenths(match["n"], part)), _without(rest, match)
    if (match := _PERCENT.search(rest)) is not None:
        rate = int(Decimal(match["a"] or match["b"]) * 100)
        if rate >= ALL:
            raise Unusable(f"「{part[:30]}」要减 {rate / 100:g}%,减不了这么多。写成 9折 或 -10%。什么都没有存。")
        return Off(rate=rate), _without(rest, match)
    if (match := _BARE_PERCENT.search(rest)) is not None:
        n = match["n"]
        cure = f"写成 -{n}% 或几折" if Decimal(n) < 100 else "哪样都不行,写成 9折 或 -10%"
        raise Unusable(f"「{n}%」是减 {n}%,还是按 {n}% 收?{cure}。什么都没有存。")
    if (match := _FIXED.search(rest)) is not None:
        return Off(fixed=_sum(match["n"], part)), _without(rest, match)
    if (match := _CUT.search(rest)) is not None:
        return Off(cut=_sum(match["n"], part)), _without(rest, match)
    return Off(), rest


def _tenths(text: str, part: str) -> int:
    """9折, 95折, 9.5折, 九五折: what is paid, in hundredths of a percent."""
    if text.isascii():
        value = Decimal(text)
        tenths = value / 10 if "." not in text and 10 < value < 100 else value
    else:
        digits = "".join(str(int(read_number(sign) or 0)) for sign in text)
        tenths = Decimal(digits) / (10 if len(digits) == 2 else 1)
    if not 0 < tenths < 10:
        raise Unusable(f"「{part[:30]}」里的 {text}折 没看懂。9折、95折、9.5折、-5% 都行。什么都没有存。")
    return int(tenths * 1000)


def _sum(text: str, part: str) -> int:
    found = sum_of(text.replace(" ", ""))
    if found is None or found == 0:
        raise Unusable(f"「{part[:30]}」里的金额没看懂,写成 立减500 或 立减1.5万。什么都没有存。")
    return found


def _without(rest: str, match: re.Match[str]) -> str:
    return f"{rest[: match.start()]} {rest[match.end() :]}"


def _count(rest: str, part: str, product: Price, promotions: Mapping[str, Promotion]) -> int:
    rest = rest.strip()
    match = _TIMES.search(rest) or _COUNT.search(rest) or _SOMEWHERE.search(rest)
    if match is None:
        raise Unusable(f"{product.name}要多少{product.unit}?写成 {product.name}×30。什么都没有存。")
    text = match["n"]
    if text.startswith("-") or re.search(rf"-\s*{re.escape(text)}", rest):
        raise Unusable(f"「{part[:30]}」的数量是负的。要报多少{product.unit}?什么都没有存。")
    count = thousandths_of(text)
    if count is None:
        raise Unusable(f"「{part[:30]}」的数量没看懂,写成数字,最多三位小数。什么都没有存。")
    if not 0 < count <= MOST:
        told = f"「{part[:30]}」的数量是 {quantity(count)},要大于 0,不超过一千万"
        raise Unusable(f"{told}。要报多少{product.unit}?什么都没有存。")
    if left := _left(rest, match, product):
        raise Unusable(f"「{left[:20]}」没看懂,{_cure(left, promotions)}什么都没有存。")
    return count


def _left(rest: str, match: re.Match[str], product: Price) -> str:
    """The words of a line that are neither number nor unit: nothing of what was asked for is dropped silently."""
    unit = match.groupdict().get("unit") or ""
    after = f"{unit}{rest[match.end() :]}"
    known = next((one for one in (product.unit, after[:1]) if one and after.startswith(one)), "")
    if known == product.unit or known in _UNITS:
        after = after[len(known) :]
    words = f"{rest[: match.start()]} {after}".split()
    return " ".join(word for word in words if word not in _FILLERS)


def _cure(left: str, promotions: Mapping[str, Promotion]) -> str:
    if _WHOLE.match(left):
        return "整单的折扣另写一段,例如:相机×30; 整单 95折。"
    names = "、".join(one.label for one in promotions.values())
    known = f"促销有:{names}。" if names else "没有这个促销。" if "促" in left or "活动" in left else ""
    return f"折扣写 9折、-5%、立减500。{known}要说明的话写在「原因」后面。"
