"""How many: whole pieces or up to three decimals (metres, kilograms), kept in thousandths."""

from decimal import Decimal

from leads.understand.number import read_number

MOST = 10_000_000_000  # ten million pieces, in thousandths


def quantity(thousandths: int) -> str:
    """30, 2.5."""
    return f"{Decimal(thousandths) / 1000:f}".rstrip("0") if thousandths % 1000 else str(thousandths // 1000)


def thousandths_of(text: str) -> int | None:
    """30, 2.5, 三十 in thousandths; None for what is no number or has more than three decimals."""
    plain = text.strip().replace(",", "")
    if plain.replace(".", "", 1).isdigit() and plain.isascii():
        value = Decimal(plain)
        return int(value * 1000) if -int(value.as_tuple().exponent) <= 3 else None
    found = read_number(plain)
    return int(found * 1000) if found is not None and found == int(found) else None
