"""Which days China has off and which weekends it works instead (调休), year by year.

holidays.csv holds the free days and make-up workdays of 2024-2026, typed from the yearly notices of the State Council
(国务院办公厅关于部分节假日安排的通知). Other years come from the package chinese_calendar. A year that neither knows
gets weekends and the statutory days of fixed date only, and callers are told to warn.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from config.worktime import DayKind, WorkCalendar

SOON = timedelta(days=31)  # from then on people hear that the days of the coming year are not known yet
KINDS: dict[str, DayKind] = {"free": "free", "make-up workday": "work", "放假": "free", "补班": "work"}

# 全国年节及纪念日放假办法 (2024-11-10, in force since 2025): the days of fixed date. Festivals of the lunar year and
# Qingming move, and only the yearly notice tells which weekends are worked for them.
FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
# Whoever types a year's notice types these three; whoever adds a company outing does not.
_SIGNS_OF_A_NOTICE = ((1, 1), (5, 1), (10, 1))


def china(years: Iterable[int], overrides: Path | str | None = None) -> tuple[dict[date, DayKind], frozenset[int]]:
    """The days of these years that differ from a plain week, and the years among them with official data.

    `overrides` is a CSV file `date,kind` (kind: free or make-up workday) that wins over everything; a year without
    official data counts as known once the file lists its 1 January, 1 May and 1 October as free. Note that a notice may
    reach back into the last days of the year before it. ValueError: `file:line: what is wrong, what is allowed`.
    """
    resource = files("config") / "holidays.csv"
    ours = _read(resource.read_text("utf-8"), "config/holidays.csv")
    our_years = {day.year for day in ours}
    special: dict[date, DayKind] = {}
    known = set()
    for year in set(years):
        found = {day: kind for day, kind in ours.items() if day.year == year} if year in our_years else _packaged(year)
        if found is None:
            special |= {date(year, month, day): "free" for month, day in FIXED}
        else:
            special |= found
            known.add(year)
    if overrides is not None:
        own = _read_file(Path(overrides))
        special |= own
        known |= {
            year
            for year in {day.year for day in own}
            if all(own.get(date(year, month, day)) == "free" for month, day in _SIGNS_OF_A_NOTICE)
        }
    return special, frozenset(known)


def unknown_years(calendar: WorkCalendar, start: datetime, end: datetime) -> list[int]:
    """The years between two instants for which the calendar has no official data: time for a loud warning."""
    first, last = (at.astimezone(calendar.zone).year for at in (start, end))
    return [year for year in range(first, last + 1) if year not in calendar.known_years]


def unknown_years_text(years: Iterable[int]) -> str:
    """One line for logs and terminals that says what is missing and how to mend it."""
    return (
        f"the calendar has no official data for {', '.join(map(str, years))}: only weekends and fixed holidays are "
        "free, make-up workdays are missing; update Leadbot, or write the days of the State Council's notice into a "
        "CSV file (date,kind) in the company's folder and name it as calendar.override in rules.yaml"
    )


def _packaged(year: int) -> dict[date, DayKind] | None:
    if not _is_packaged(year):
        return None
    from chinese_calendar import get_holiday_detail

    special: dict[date, DayKind] = {}
    day = date(year, 1, 1)
    try:
        while day.year == year:
            free, name = get_holiday_detail(day)
            if free and name:
                special[day] = "free"
            elif not free and day.weekday() >= 5:
                special[day] = "work"
            day += timedelta(days=1)
    except NotImplementedError:
        return None
    return special


def _is_packaged(year: int) -> bool:
    """Whether the package speaks of a year at all: its tables are large, and next year's are mostly not there yet."""
    package = find_spec("chinese_calendar")
    assert package is not None and package.origin is not None  # noqa: S101 - it is installed with us
    return str(year) in Path(package.origin).with_name("constants.py").read_text("utf-8")


def _read_file(path: Path) -> dict[date, DayKind]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise ValueError(
            f"{path}: cannot be read ({error.strerror}); name an existing file or take the line out"
        ) from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}:1: not UTF-8; save it as CSV UTF-8") from None
    return _read(text, str(path))


def _read(text: str, name: str) -> dict[date, DayKind]:
    days: dict[date, DayKind] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip().strip('"') for cell in line.split(",")]
        if line.lstrip().startswith("#") or not any(cells) or (not days and cells == ["date", "kind"]):
            continue
        where = f"{name}:{number}"
        if len(cells) < 2 or any(cells[2:]):
            raise ValueError(f"{where}: {line!r} has not two columns; write date,kind such as 2027-10-01,free")
        if cells[1] not in KINDS:
            raise ValueError(f"{where}: kind {cells[1]!r} is unknown; allowed are {', '.join(KINDS)}")
        try:
            day = date.fromisoformat(cells[0]) if re.fullmatch(r"\d{4}-\d\d-\d\d", cells[0]) else None
        except ValueError:
            day = None
        if day is None:
            raise ValueError(f"{where}: {cells[0]!r} is no date; allowed is YYYY-MM-DD such as 2027-10-01")
        if days.get(day, KINDS[cells[1]]) != KINDS[cells[1]]:
            raise ValueError(f"{where}: {day} is listed twice as different kinds; keep one line for each day")
        days[day] = KINDS[cells[1]]
    return days
