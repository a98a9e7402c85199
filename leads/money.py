"""Money as people and programs read it: tables keep whole fen, people say 50 万, programs write yuan."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

LARGEST = 10**13  # fen: a hundred billion yuan is a slip of the finger


def yuan_text(fen: int | None) -> str:
    """50 万, 3.2 万, 8000 元, 199.5 元, 1.2 亿; "" when nobody knows."""
    if fen is None:
        return ""
    yuan = Decimal(fen) / 100
    for size, word in ((Decimal(10**8), "亿"), (Decimal(10**4), "万")):
        if abs(yuan) >= size:
            return f"{_plain((yuan / size).quantize(Decimal('0.0001'), ROUND_HALF_UP))} {word}"
    return f"{_plain(yuan)} 元"


def about(fen: int) -> str:
    """The same for a line that has room for little: 9630 万, 51.67 万, 1.23 亿."""
    steps = ((10**10, 10**8), (10**9, 10**6), (10**6, 10**4), (0, 1))
    step = next(step for least, step in steps if abs(fen) >= least)
    return yuan_text((fen + step // 2) // step * step)


def fen_of(yuan: object) -> int | None:
    """Yuan as programs write them (a number with at most two decimals) in fen; None when it is no such number."""
    if isinstance(yuan, bool) or not isinstance(yuan, int | float | str | Decimal):
        return None
    try:
        fen = Decimal(str(yuan)) * 100
    except InvalidOperation:
        return None
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) > LARGEST:
        return None
    return int(fen)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
