"""The working calendar that a company's rules describe."""

from datetime import date
from pathlib import Path

from config.folder import Folder
from config.holidays import china
from config.rules import Rules
from config.worktime import EVERY_YEAR, WorkCalendar, parse_period

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS_BACK, YEARS_AHEAD = 2, 3


def calendar_of(rules: Rules, folder: Folder, *, today: date) -> WorkCalendar:
    """Build the calendar: hours per weekday, official holidays with make-up days, the company's own list on top.

    Raises ValueError (holidays file) with file, line and cure.
    """
    declared = rules.calendar
    periods = {
        DAYS.index(day): tuple(parse_period(period) for period in listed) for day, listed in declared.hours.items()
    }
    if declared.holidays == "none":
        return WorkCalendar(rules.zone, periods, known_years=EVERY_YEAR)
    override: Path | None = folder.root / declared.override if declared.override else None
    special, known = china(range(today.year - YEARS_BACK, today.year + YEARS_AHEAD), override)
    return WorkCalendar(rules.zone, periods, special=special, known_years=known)
