"""The calendar that a new company gets, built by hand: Mon-Fri 09:00-12:00 and 13:30-18:00 in Shanghai."""

from collections.abc import Iterable
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from config.holidays import china
from config.worktime import WorkCalendar


def china_calendar(years: Iterable[int], overrides: Path | str | None = None) -> WorkCalendar:
    """With the official days of these years; make-up days have the same hours."""
    hours = ((time(9), time(12)), (time(13, 30), time(18)))
    special, known = china(years, overrides)
    return WorkCalendar(ZoneInfo("Asia/Shanghai"), dict.fromkeys(range(5), hours), special, known)
