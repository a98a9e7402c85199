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
