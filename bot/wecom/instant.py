"""When something happened, by the platform's clock; what makes no sense is taken for now."""

from datetime import UTC, datetime

EARLIEST, LATEST = 946684800, 4102444800  # 2000 and 2100: outside is rubbish, not a time


def instant(value: object, received_at: datetime) -> datetime:
    """Unix seconds as an instant; `received_at` stands in for a time that makes no sense."""
    text = str(value or "")
    if text.isdecimal() and len(text) <= 12 and EARLIEST <= int(text) <= LATEST:
        return datetime.fromtimestamp(int(text), UTC)
    return received_at
