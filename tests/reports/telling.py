"""What a surface tells, read back into a number with the step to which it tells it; and whether that is the truth."""

import re
from dataclasses import dataclass

from tests.reports.truth import Truth

NONE = ("—", "None")
UNITS = {"%": 0.01, "万": 10_000, "亿": 100_000_000, "元": 1, "条": 1, "单": 1}
SPANS = {"天": 1440, "小时": 60, "分": 1}  # minutes
NUMBER = re.compile(r"(-?[\d,]+(?:\.(\d+))?) ?(%|万|亿|元|条|单)?")
SPAN = re.compile(r"(\d+(?:\.(\d+))?) ?(天|小时|分)")
EXACT = 1e-6


@dataclass(frozen=True)
class Told:
    """One number on one surface: what stands there. `digits`: of a number that is cut to so many figures."""

    surface: str
    number: str
    key: str | None
    text: str
    digits: int = 0


def value_of(text: str) -> tuple[float, float] | None:
    """(value, how far the truth may lie from it): yuan, shares, or minutes of a span; None for —."""
    bare = text.strip()
    if bare in NONE:
        return None
    if "不到 1 分" in bare:
        return 0.5, 0.5
    parts = SPAN.findall(bare)
    if parts:
        whole = sum(float(number) * SPANS[unit] for number, _, unit in parts)
        _, decimals, unit = parts[-1]
        return whole, SPANS[unit] * (10.0 ** -len(decimals) / 2 if decimals else 1)  # a span is cut, not rounded
    found = NUMBER.match(bare)
    assert found is not None, text
    size = UNITS.get(found[3] or "", 1)
    return float(found[1].replace(",", "")) * size, size * 10.0 ** -len(found[2] or "") / 2 + EXACT


def differs(told: Told, table: Truth) -> str:
    """What is wrong with what a surface tells; "" when it is the truth as exactly as it is told."""
    name = f"{told.surface}: {told.number}" + (f" of {told.key}" if told.key else "")
    if (told.number, told.key) not in table:
        return f"{name}: the oracle knows none" if (value_of(told.text) or (0,))[0] else ""
    truth, read = table[told.number, told.key], value_of(told.text)
    if truth is None or read is None:
        return "" if truth is None and read is None else f"{name}: told {told.text}, truth {truth}"
    value, step = read
    if told.number.startswith(("stay.", "cycle_days")) and SPAN.search(told.text):
        truth *= 1440  # days, told as a span
    if told.digits and truth:  # 12.3万: three figures, whatever their size
        step = max(step, 10.0 ** (len(str(int(abs(value)))) - told.digits) / 2 + EXACT)
    return "" if abs(value - truth) <= step else f"{name}: told {told.text}, truth {truth}"
