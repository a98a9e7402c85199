"""Dates in lists, in all the ways in which Excel and people write them."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0; the zone is the company's, given by the caller
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
WRITTEN = re.compile(
    r"(?P<year>\d{4}|\d{2})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s]*(?P<half>上午|下午|AM|PM)?\s*(?P<hour>\d{1,2})[::时点](?P<minute>\d{1,2})?分?"
    r"(?:[::](?P<second>\d{1,2})(?:\.\d+)?)?\s*(?P<after>AM|PM)?)?\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s*(\d{2}):?(\d{2})(?::?(\d{2}))?)?")
AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(AM|PM)?)?", re.IGNORECASE)


@lru_cache(maxsize=16384)
def read_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant, in the company's zone unless an offset is written; a day alone is its midnight.

    None for what is no date of 1990 to 2099, and for one without a year (3月18日): guessing would invent a fact.
    """
    text = text.strip()
    try:
        found = _serial(text) or _written(text) or _compact(text) or _american(text)
    except (ValueError, OverflowError):
        return None
    if found is None or not 1990 <= found.year <= 2099:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _serial(text: str) -> datetime | None:
    """Excel's own number of a day: 46099.4305 is 2026-03-18 10:20."""
    if SERIAL.fullmatch(text) is None:
        return None
    return EPOCH + timedelta(seconds=round(float(text) * 86400))


def _written(text: str) -> datetime | None:
    found = WRITTEN.fullmatch(text)
    if found is None:
        return None
    year = int(found["year"])
    hour = int(found["hour"] or 0)
    half = (found["half"] or found["after"] or "").upper()
    if half in ("下午", "PM") and hour < 12:
        hour += 12
    if half in ("上午", "AM") and hour == 12:
        hour = 0
    offset = (found["offset"] or "").upper()
    told = f"{year + 2000 if year < 100 else year:04}-{int(found['month']):02}-{int(found['day']):02}"
    told += f"T{hour:02}:{int(found['minute'] or 0):02}:{int(found['second'] or 0):02}"
    return datetime.fromisoformat(told + ("+00:00" if offset == "Z" else offset))


def _compact(text: str) -> datetime | None:
    found = COMPACT.fullmatch(text)
    if found is None:
        return None
    return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001


def _american(text: str) -> datetime | None:
    """3/18/2026: month first, as Excel writes it in English; day first where the month would be none."""
    found = AMERICAN.fullmatch(text)
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    if month > 12:
        month, day = day, month
    hour = int(found[4] or 0) + (12 if (found[7] or "").upper() == "PM" and int(found[4]) < 12 else 0)
    return datetime(int(found[3]), month, day, hour, int(found[5] or 0), int(found[6] or 0))  # noqa: DTZ001
