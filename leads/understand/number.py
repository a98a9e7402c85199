"""Numbers as people write them: 35, 三十五, 两千, 一万五, 1.5万."""

from functools import cache

DIGITS = "零〇一二三四五六七八九两俩幺"
_VALUE = {"零": 0, "〇": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_VALUE |= {"七": 7, "八": 8, "九": 9}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}


@cache
def spoken_digits() -> dict[int, str]:
    """The translation table from spoken digits (一三八零, 幺) to figures."""
    return {ord(word): str(value) for word, value in _VALUE.items()}


def read_number(text: str) -> float | None:
    """The value of a figure or a Chinese numeral, None if it is neither.

    A digit after a unit takes the next lower unit, as people say it: 一万五 is 15000, 二百五 is 250.
    """
    plain = text.replace(",", "").replace(" ", "").replace("个", "")
    if not plain or len(plain) > 16:
        return None
    if plain.isascii():
        return float(plain) if plain.replace(".", "", 1).isdigit() else None
    total = section = 0.0
    digit: float | None = None
    unit = 1
    figures = ""
    for sign in plain:
        if sign in "0123456789.":
            figures += sign
            continue
        if figures:
            digit, figures = _figure(figures), ""
            if digit is None:
                return None
        if sign in _VALUE:
            if digit:  # two digits in a row (三五) are a guess between two numbers, not a number
                return None
            digit = float(_VALUE[sign])
            unit = 1 if sign in "零〇" else unit
        elif sign in _SMALL:
            unit = _SMALL[sign]
            section += (1 if digit is None else digit) * unit
            digit = None
        elif sign in _LARGE:
            unit = _LARGE[sign]
            section += digit or 0
            total = (total + section) * unit if unit > 10_000 else total + (section or 1) * unit
            section, digit = 0.0, None
        else:
            return None
    if figures:
        digit = _figure(figures)
        if digit is None:
            return None
    if digit is not None:
        section += digit * (unit // 10) if unit >= 100 and digit < 10 else digit
    return total + section


def read_count(text: str) -> int | None:
    """A whole number up to 9999 (days, hours, months), None for everything else."""
    value = read_number(text)
    if value is None or value != int(value) or not 0 <= value <= 9999:
        return None
    return int(value)


def _figure(figures: str) -> float | None:
    return float(figures) if figures.replace(".", "", 1).isdigit() else None
