"""When the company is at work, and until when a promise given in working time must be kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import chain, pairwise
from math import ceil
from typing import Literal
from zoneinfo import ZoneInfo

Period = tuple[time, time]
Periods = tuple[Period, ...]
DayKind = Literal["free", "work"]
Stretch = tuple[datetime, datetime]

END_OF_DAY = time(0)  # as the end of a period: 24:00, which datetime.time cannot say
FIRST_YEAR, LAST_YEAR = 1900, 2999  # bounds every loop over days
EVERY_YEAR = frozenset(range(FIRST_YEAR, LAST_YEAR + 1))  # known_years of a calendar that follows no official list

LONGEST_REST = 60  # days

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_NOTHING = timedelta(0)


@dataclass(frozen=True)
class Span:
    """A length of working time: `amount` minutes (m), hours (h) or working days (d). ValueError unless 1..99999."""

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in ("m", "h", "d") or not 1 <= self.amount <= 99_999:
            raise ValueError(f"{self.amount}{self.unit} is no span: use 1 to 99999 with m, h or d, such as 30m, 2h, 1d")

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


def parse_span(text: str) -> Span:
    """Read `30m`, `2h` or `1d` (minutes, hours, days of working time); ValueError names what is allowed."""
    found = re.fullmatch(r"([0-9]{1,9})([mhd])", text.strip())
    if not found:
        raise ValueError(f"{text!r} is no span: use a whole number with m, h or d, such as 30m, 2h, 1d (90m for 1.5h)")
    return Span(int(found[1]), found[2])


def parse_period(text: str) -> Period:
    """Read `09:00-12:00` or `18:00-24:00` (24:00 becomes END_OF_DAY); ValueError names what is allowed."""
    clock = r"([01]?[0-9]|2[0-3]):([0-5][0-9])"
    found = re.fullmatch(rf"{clock} ?[-–] ?({clock}|24:00)", text.strip())
    if not found:
        raise ValueError(f"{text!r} is no period: write start-end such as 09:00-12:00; the last end of a day is 24:00")
    hour, minute = found[3].split(":")
    period = time(int(found[1]), int(found[2])), time(int(hour) % 24, int(minute))
    if found[3] != "24:00" and period[0] >= period[1]:
        raise ValueError(f"{text!r} ends before it begins: write two periods, one up to 24:00 and one from 00:00")
    return period


@dataclass(frozen=True)
class DayPart:
    """How much working time one day gave; `makeup`: a make-up workday (调休补班), `free`: nobody works that day."""

    day: date
    worked: timedelta
    makeup: bool
    free: bool = False


@dataclass(frozen=True)
class WorkCalendar:
    """The hours of a week, the days that differ from it, and the zone whose wall clock both mean.

    Open means: the wall clock in `zone` shows a time inside a period, end excluded; so a night on which clocks change
    counts what was really worked. Answers carry `zone` to be shown; compare them in UTC (PEP 495). `periods` maps
    weekday (0 = Monday) to periods; a missing weekday is free. `special` days are `free`, or `work` with
    `makeup_periods` (by default Monday's, or the first working weekday's). `known_years` have official holiday data.
    With a `cycle` of shifts the days take turns from `cycle_from` on, whatever weekday they are; only free days differ.
    During `away` (pairs of instants, end excluded) nobody works. ValueError: an endless, overlapping or zoned period,
    an unknown weekday or kind, no hours at all.
    """

    zone: ZoneInfo
    periods: Mapping[int, Periods]
    special: Mapping[date, DayKind] = field(default_factory=dict)
    known_years: frozenset[int] = field(default=EVERY_YEAR, repr=False)
    makeup_periods: Periods | None = None
    cycle: tuple[Periods, ...] = ()
    cycle_from: date = date(2024, 1, 1)
    away: tuple[Stretch, ...] = ()

    def __post_init__(self) -> None:
        if unknown := [day for day in self.periods if day not in range(7)]:
            raise ValueError(f"weekday {unknown[0]!r} does not exist: use 0 (Monday) to 6 (Sunday)")
        week = {day: _checked(self.periods[day]) for day in sorted(self.periods) if self.periods[day]}
        cycle = tuple(map(_checked, self.cycle))
        if not any(cycle or week.values()):
            raise ValueError("the calendar has no working hours on any weekday: give at least one period")
        if wrong := [kind for kind in self.special.values() if kind not in ("free", "work")]:
            raise ValueError(f"a special day cannot be {wrong[0]!r}: use free or work")
        makeup = next(iter(week.values()), ()) if self.makeup_periods is None else _checked(self.makeup_periods)
        away = tuple(sorted((_utc(since), _utc(until)) for since, until in self.away))
        # Copies, so that a caller who goes on filling a dict cannot move a promise that was already given.
        copies = {
            "periods": week,
            "special": dict(self.special),
            "makeup_periods": makeup,
            "cycle": cycle,
            "away": away,
        }
        for name, value in copies.items():
            object.__setattr__(self, name, value)

    def without(self, *away: Stretch) -> "WorkCalendar":
        """The same calendar for somebody who does not work during these stretches (pairs of aware instants)."""
        return replace(self, away=(*self.away, *away))

    def periods_on(self, day: date) -> Periods:
        """The periods of a day in wall-clock time, in order; empty when nobody works."""
        kind = self.special.get(day)
        if kind == "free":
            return ()
        if self.cycle:
            return self.cycle[(day - self.cycle_from).days % len(self.cycle)]
        if kind == "work":
            return self.makeup_periods or ()
        return self.periods.get(day.weekday(), ())

    def is_workday(self, day: date) -> bool:
        """Does anybody work on this day?"""
        return bool(self.periods_on(day))

    def is_open(self, at: datetime) -> bool:
        """Is this instant working time? ValueError when it is naive."""
        local = _utc(at).astimezone(self.zone)
        wall = local.time()
        if any(since <= at < until for since, until in self.away):
            return False
        return any(start <= wall and (wall < end or end == END_OF_DAY) for start, end in self.periods_on(local.date()))

    def next_open(self, at: datetime) -> datetime:
        """The first working instant from `at` on: `at` itself while open."""
        opened, _ = next(chain.from_iterable(self._days_from(_utc(at))))
        return opened.astimezone(self.zone)

    def rested_since(self, at: datetime) -> datetime:
        """When the work before the present stretch (or, at rest, before `at`) ended; else `at`."""
        now = _utc(at)
        day = now.astimezone(self.zone).date()
        begun = next((opened for opened, closed in self._stretches(day) if opened <= now < closed), now)
        for back in range(LONGEST_REST):
            ended = [closed for _, closed in self._stretches(day - back * _DAY) if closed <= begun]
            if ended:
                return ended[-1].astimezone(self.zone)
        return at

    def due(self, start: datetime, span: Span | timedelta) -> datetime:
        """The earliest instant by which `span` of working time has passed since `start`, in the calendar's zone.

        A timedelta is working time, as are h and m. Days count as shares: each instant of a day brings 1 / that
        day's working time, so 1d from 10:00 is 10:00 of the next workday if both have the same hours.
        ValueError: `start` is naive or outside the years 1900-2999, or the time would pass after them.
        """
        at = _utc(start)
        if isinstance(span, Span) and span.unit == "d":
            return self._due_by_days(at, span.amount).astimezone(self.zone)
        if isinstance(span, Span):
            span = timedelta(hours=span.amount) if span.unit == "h" else timedelta(minutes=span.amount)
        return _passed(at, span, chain.from_iterable(self._days_from(at))).astimezone(self.zone)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; zero when `end` is not after `start`."""
        return sum((part.worked for part in self.explain(start, end)), _NOTHING)

    def share(self, start: datetime, due: datetime, share: Fraction | float) -> datetime:
        """The earliest instant by which this share (0..1) of the working time from `start` to `due` has passed."""
        exact = Fraction(str(share))  # by its digits: 0.8 means 4/5, not the nearest binary number above it
        if not 0 <= exact <= 1:
            raise ValueError(f"a share of {share} does not exist: use 0 to 1, such as 0.5 for half of the time")
        return self.due(start, ceil(exact * (self.worked(start, due) // _MICROSECOND)) * _MICROSECOND)

    def explain(self, start: datetime, due: datetime) -> list[DayPart]:
        """The days that gave working time from `start` to `due`; the day of `start` comes first, even with nothing."""
        at, until = _utc(start), _utc(due)
        first, last = at.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        parts = []
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
            lengths = (min(closed, until) - max(opened, at) for opened, closed in self._stretches(day))
            worked = sum((length for length in lengths if length > _NOTHING), _NOTHING)
            if worked or day == first:
                parts.append(DayPart(day, worked, self.special.get(day) == "work", not self.is_workday(day)))
        return parts

    def _due_by_days(self, at: datetime, days: int) -> datetime:
        left = Fraction(days)
        for stretches in self._days_from(at):
            rest = _length(stretches)
            # What the whole day offers, since `at` may lie in its middle.
            whole = _length(self._hours_of(stretches[0][0].astimezone(self.zone).date()))
            part = Fraction(rest // _MICROSECOND, whole // _MICROSECOND)
            if part >= left:
                return _passed(at, ceil(left * (whole // _MICROSECOND)) * _MICROSECOND, iter(stretches))
            left -= part
        raise AssertionError("_days_from never ends")  # pragma: no cover

    def _days_from(self, at: datetime) -> Iterator[list[Stretch]]:
        """Day by day the stretches of working time after `at` (UTC); days without any are left out."""
        day = at.astimezone(self.zone).date()
        while day.year <= LAST_YEAR:
            if stretches := [(max(opened, at), closed) for opened, closed in self._stretches(day) if closed > at]:
                yield stretches
            day += _DAY
        raise ValueError(f"the calendar has not enough working time up to the year {LAST_YEAR}: give a shorter span")

    def _stretches(self, day: date) -> list[Stretch]:
        """The working time of one day in UTC, in order."""
        return _less(self._hours_of(day), self.away) if self.away else self._hours_of(day)

    def _hours_of(self, day: date) -> list[Stretch]:
        periods = self.periods_on(day)
        if not periods:
            return []
        midnight = datetime.combine(day, time.min, UTC)
        walls = [(datetime.combine(day, start, UTC), _end(day, end)) for start, end in periods]
        before = _offset(datetime.combine(day, time.min, self.zone))
        after = _offset(datetime.combine(day + _DAY, time(0, fold=1), self.zone))
        if before == after:
            return [(start - before, end - before) for start, end in walls]
        # The clocks change: on each side of that instant the wall clock runs with its own offset.
        first, last = midnight - max(before, after), midnight + _DAY - min(before, after)
        change = self._clock_change(first, last, after)
        sides = ((before, first, change), (after, change, last))
        cut = [(max(start - by, low), min(end - by, high)) for by, low, high in sides for start, end in walls]
        return [(start, end) for start, end in cut if start < end]

    def _clock_change(self, first: datetime, last: datetime, after: timedelta) -> datetime:
        """The second (UTC) between two instants from which the offset `after` holds."""
        low, high = 0, int((last - first).total_seconds())
        while low < high:
            middle = (low + high) // 2
            if _offset((first + timedelta(seconds=middle)).astimezone(self.zone)) == after:
                high = middle
            else:
                low = middle + 1
        return first + timedelta(seconds=low)


def _checked(periods: Periods) -> Periods:
    ordered = tuple(sorted(periods))
    for start, end in ordered:
        if start.tzinfo or end.tzinfo:
            raise ValueError(f"period {start}-{end} carries a zone: give wall-clock times, the calendar has the zone")
        if end != END_OF_DAY and start >= end:
            raise ValueError(f"period {start:%H:%M}-{end:%H:%M} must end after it starts: split it at midnight (24:00)")
    for (start, end), (following, _) in pairwise(ordered):
        if end == END_OF_DAY or following < end:
            raise ValueError(f"period {start:%H:%M}-{end:%H:%M} runs into {following:%H:%M}: let it end before")
    return ordered


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no UTC offset: add one, such as +08:00")
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        raise ValueError(f"the year {at.year} is out of reach: use {FIRST_YEAR} to {LAST_YEAR - 1}")
    return at.astimezone(UTC)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or _NOTHING


def _end(day: date, end: time) -> datetime:
    return datetime.combine(day + _DAY if end == END_OF_DAY else day, end, UTC)


def _less(stretches: Sequence[Stretch], away: Sequence[Stretch]) -> list[Stretch]:
    """The stretches without what lies inside `away` (in order)."""
    left = list(stretches)
    for since, until in away:
        pieces = [((start, min(end, since)), (max(start, until), end)) for start, end in left]
        left = [piece for pair in pieces for piece in pair if piece[0] < piece[1]]
    return left


def _length(stretches: Sequence[Stretch]) -> timedelta:
    return sum((closed - opened for opened, closed in stretches), _NOTHING)


def _passed(at: datetime, needed: timedelta, stretches: Iterator[Stretch]) -> datetime:
    """The earliest instant by which the stretches have given the needed time; `at` when none is needed."""
    if needed <= _NOTHING:
        return at
    for opened, closed in stretches:
        if closed - opened >= needed:
            return opened + needed
        needed -= closed - opened
    raise AssertionError("the caller has more stretches than are needed")  # pragma: no cover
