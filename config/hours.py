"""The working calendar that a company's rules describe."""

from datetime import date
from pathlib import Path

from config.document import BadDocument, Problem
from config.folder import Folder
from config.holidays import china
from config.rules import Rules
from config.worktime import EVERY_YEAR, WorkCalendar, parse_period

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS_BACK, YEARS_AHEAD = 2, 3


def calendar_of(rules: Rules, folder: Folder, *, today: date) -> WorkCalendar:
    """Build the calendar: hours per weekday, official holidays with make-up days, the company's own list on top.

    Raises BadDocument (the company's own list) with file, line and cure.
    """
    declared = rules.calendar
    periods = {
        DAYS.index(day): tuple(parse_period(period) for period in listed) for day, listed in declared.hours.items()
    }
    official = declared.holidays == "china"
    years = range(today.year - YEARS_BACK, today.year + YEARS_AHEAD) if official else ()
    override: Path | None = folder.root / declared.override if declared.override else None
    try:
        special, known = china(years, override)
    except ValueError as error:
        raise BadDocument([Problem(str(folder.rules), None, "calendar.override", str(error))]) from None
    return WorkCalendar(rules.zone, periods, special=special, known_years=known if official else EVERY_YEAR)
