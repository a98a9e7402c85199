"""Sums as people read and write them: fen inside, yuan for people; rounded half up to the fen, and only once."""

from decimal import ROUND_HALF_UP, Decimal

from leads.understand.money import MOST_YUAN, read_budget


def yuan(fen: int) -> str:
    """¥237,600 or ¥1,280.50, with a minus before it when it is a refund."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{whole:,}" + (f".{rest:02}" if rest else "")


def plain_yuan(fen: int) -> float | int:
    """For programs and files: yuan as a number with at most two decimals."""
    return fen // 100 if fen % 100 == 0 else fen / 100


def half_up(value: Decimal) -> int:
    """A sum in fen, rounded half up: 0.5 fen is one fen."""
    return int(value.to_integral_value(ROUND_HALF_UP))


def sum_of(text: str) -> int | None:
    """¥3,000.50, 5万, 五十万 as fen; None for what is no sum, or no exact one (五十万左右, 10-20万)."""
    plain = text.strip().replace(",", "").replace("，", "").removeprefix("¥").removesuffix("元").strip()
    if plain.isascii() and plain.replace(".", "", 1).isdigit():
        value = Decimal(plain)
        exact = -int(value.as_tuple().exponent) <= 2 and value <= MOST_YUAN
        return int(value * 100) if exact else None
    span = read_budget(text) if not any(word in text for word in ("左右", "上下", "大概", "大约", "约")) else None
    if span is None or span[0] is None or span[0] != span[1]:
        return None
    return span[0] * 100
