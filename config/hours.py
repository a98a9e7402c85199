"""The working calendars that a company's rules describe: the company's own, and those of teams and people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config.calendar import Calendar, OtherHours
from config.document import BadDocument, Document, Problem
from config.folder import Folder
from config.holidays import china
from config.rules import Rules
from config.worktime import EVERY_YEAR, DayKind, Periods, WorkCalendar, parse_period

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS_BACK, YEARS_AHEAD = 2, 3
IDLE = timedelta(days=60)  # a calendar without a working minute for so long is a mistake


@dataclass(frozen=True)
class Calendars:
    """Whose hours differ from the company's: members by id, teams by name."""

    members: Mapping[str, WorkCalendar] = field(default_factory=dict)
    teams: Mapping[str, WorkCalendar] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.members or self.teams)

    def of(self, member_id: str, team: str) -> WorkCalendar | None:
        """A member's own calendar, or their team's; None: the company's."""
        return self.members.get(member_id) or self.teams.get(team)


@dataclass(frozen=True)
class _Days:
    """The days that differ from a plain week: official ones and the company's own."""

    official: Mapping[date, DayKind]
    own: Mapping[date, DayKind]
    known: frozenset[int]

    def of(self, holidays: str) -> tuple[Mapping[date, DayKind], frozenset[int]]:
        """Those of a calendar that follows the official holidays (china) or only the company's own list."""
        return (self.official, self.known) if holidays == "china" else (self.own, EVERY_YEAR)


def calendar_of(rules: Rules, folder: Folder, *, today: date) -> WorkCalendar:
    """Build the company's calendar: hours per weekday, official holidays with make-up days, its own list on top.

    Raises BadDocument (the company's own list) with file, line and cure.
    """
    return _company(rules.calendar, _days(rules, folder, today=today))


def calendars_of(rules: Rules, folder: Folder, *, today: date) -> Calendars:
    """The calendars of the teams and members whose hours differ. Raises BadDocument as calendar_of does."""
    if not rules.calendar.others:
        return Calendars()
    days = _days(rules, folder, today=today)
    members: dict[str, WorkCalendar] = {}
    teams: dict[str, WorkCalendar] = {}
    for other in rules.calendar.others:
        built = _other(rules.calendar, other, days)
        members |= dict.fromkeys(other.members, built)
        teams |= dict.fromkeys(other.teams, built)
    return Calendars(members, teams)


def idle_calendars(rules: Rules, document: Document, folder: Folder, *, today: date) -> list[Problem]:
    """The calendars in which nobody works for the next 60 days: every promise in them would stand still."""
    days = _days(rules, folder, today=today)
    built: list[tuple[tuple[str | int, ...], WorkCalendar]] = [(("calendar",), _company(rules.calendar, days))]
    others: Sequence[OtherHours] = rules.calendar.others
    built += [(("calendar", "others", number), _other(rules.calendar, one, days)) for number, one in enumerate(others)]
    problems = []
    for place, calendar in built:
        begin = datetime.combine(today, datetime.min.time(), UTC)
        if calendar.worked(begin, begin + IDLE) == timedelta(0):
            message = (
                "nobody works in it for the next 60 days, so every promise would stand still; "
                "look at hours, cycle and the file of calendar.override"
            )
            problems.append(document.problem(place, message))
    return problems


def _days(rules: Rules, folder: Folder, *, today: date) -> _Days:
    override: Path | None = folder.root / rules.calendar.override if rules.calendar.override else None
    years = range(today.year - YEARS_BACK, today.year + YEARS_AHEAD)
    try:
        own, _ = china((), override)
        special, known = china(years, override)
    except ValueError as error:
        raise BadDocument([Problem(str(folder.rules), None, "calendar.override", str(error))]) from None
    return _Days(special, own, known)


def _company(declared: Calendar, days: _Days) -> WorkCalendar:
    special, known = days.of(declared.holidays)
    return WorkCalendar(ZoneInfo(declared.zone), _week(declared), special, known)


def _other(company: Calendar, other: OtherHours, days: _Days) -> WorkCalendar:
    zone = ZoneInfo(other.zone or company.zone)
    special, known = days.of(other.holidays or company.holidays)
    if not other.cycle:
        return WorkCalendar(zone, _week(other if other.hours is not None else company), special, known)
    cycle = tuple(tuple(map(parse_period, other.shifts.get(name, ()))) for name in other.cycle)
    return WorkCalendar(zone, {}, special, known, cycle=cycle, cycle_from=other.since or date.min)


def _week(declared: Calendar | OtherHours) -> dict[int, Periods]:
    return {DAYS.index(day): tuple(map(parse_period, listed)) for day, listed in (declared.hours or {}).items()}
