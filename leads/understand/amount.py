"""The amount of one deal as a rep writes it: 50万 is taken, 五十万左右 is asked back, -5万 is refused."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from leads.money import LARGEST
from leads.understand.money import read_budget
from leads.understand.number import read_number
from leads.understand.text import clean

_UNITS = {
    "": 1,
    "百": 10**2,
    "千": 10**3,
    "k": 10**3,
    "万": 10**4,
    "w": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
}


@dataclass(frozen=True)
class Amount:
    """What was understood, in fen: exact (`guesses` empty), or one or some guesses of which a person chooses.

    `flaw` says in Chinese why it is no amount of a deal ("" when it is one).
    """

    fen: int | None
    guesses: tuple[int, ...] = ()
    flaw: str = ""


@cache
def _shape() -> re.Pattern[str]:
    number = r"\d{1,12}(?:\.\d{1,4})?|[零〇一二两三四五六七八九十百千万]{1,10}"
    unit = r"千万|百万|[万亿wWkK千百]"
    about = r"大概|大约|约|差不多|估计|可能|应该|接近|将近|近|至少|不低于|最多|不超过|超过|预计"
    tail = r"左右|上下|以内|以上|之内|不到|出头|吧|的样子"
    return re.compile(
        rf"(?P<about>(?:{about})*)(?P<sign>[-+])?(?P<mark>[¥￥]|RMB|rmb|人民币)?(?P<a>{number})(?P<many>多|几|来|余)?"
        rf"个?(?P<ua>{unit})?(?P<many2>多)?(?:(?:-|~|到|至)(?P<b>{number})(?P<ub>{unit})?)?"
        rf"(?P<yuan>元|块钱?|RMB|rmb|人民币)?(?P<tail>(?:{tail})*)"
    )


def read_amount(words: str) -> Amount | None:
    """The amount that these words are, or None when they are no amount at all.

    A bare number below 1000 may mean yuan or ten thousands of them, so both are guesses.
    """
    text = re.sub(r"[\s,]", "", clean(words[:40])).replace("～", "~")
    found = _shape().fullmatch(text)
    if found is None or found["many"] in ("几", "来"):
        return _spoken(text)
    spoken = not found["a"][0].isdigit()
    if spoken and not (found["ua"] or found["yuan"] or found["a"][-1] in "万千百亿"):
        return _spoken(text)  # 三 is a word, 三万 and 一万五 are money
    low = _fen(found["a"], found["ua"] or (found["ub"] if found["b"] else "") or "")
    high = _fen(found["b"], found["ub"] or found["ua"] or "") if found["b"] else low
    if low is None or high is None:
        return _spoken(text)
    if found["sign"] == "-":
        return Amount(None, flaw="金额不能是负数")
    if high == 0:
        return Amount(None, flaw="金额不能是 0")
    if high > LARGEST:
        return Amount(None, flaw="金额太大了,看看是不是多写了几个 0")
    if high < low:
        return Amount(None, flaw="金额写反了,小的在前面")
    if found["b"]:
        return Amount(None, guesses=tuple(dict.fromkeys((low, (low + high) // 200 * 100, high))))
    bare = not (found["ua"] or found["yuan"] or found["mark"]) and not spoken
    if bare and low < 1000 * 100 and "." not in found["a"]:
        return Amount(None, guesses=(low * 10**4, low))
    if found["about"] or found["many"] or found["many2"] or found["tail"]:
        return Amount(None, guesses=(low,))
    return Amount(low)


def _spoken(text: str) -> Amount | None:
    """三五万, 十几万, 一万五: what only a customer's way of speaking tells."""
    if (
        not re.fullmatch(r"[零〇一二两三四五六七八九十百千万亿几数多来\d元块大概约左右上下]+", text)
        or text[0] in "元块左右上下"
    ):
        return None
    read = read_budget(text)
    if read is None or not any(unit in text for unit in "百千万亿"):
        return None
    low, high = read[0] or read[1], read[1] or read[0]
    if low is None or high is None or high * 100 > LARGEST:
        return None
    sure = low == high and not re.search(r"[大概约左右上下多来几数]", text)
    return Amount(low * 100) if sure else Amount(None, guesses=tuple(dict.fromkeys((low * 100, high * 100))))


def _fen(number: str, unit: str) -> int | None:
    """Fen of a number with its unit; None when it is none, or when fen would be cut in pieces."""
    if number[0].isdigit():
        try:
            value = Decimal(number)
        except InvalidOperation:
            return None
    else:
        read = read_number(number)
        if read is None:
            return None
        value = Decimal(str(read))
    fen = value * _UNITS[unit.lower()] * 100
    return int(fen) if fen == fen.to_integral_value() else None
