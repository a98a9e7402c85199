"""The calendar agrees with somebody who looks at the wall clock once a minute and keeps a tally."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.worktime import END_OF_DAY, DayKind, Period, Span, WorkCalendar
from tests.china import china_calendar

MINUTE = timedelta(minutes=1)
CHINA = china_calendar(range(2023, 2028))


class Tally:
    """Walks minute by minute; knows nothing of stretches, offsets or intervals."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self.whole_day = cache(self._whole_day)

    def day_when_open(self, at: datetime) -> date | None:
        local = at.astimezone(self.calendar.zone)
        kind = self.calendar.special.get(local.date())
        if kind == "free":
            return None
        periods = self.calendar.makeup_periods if kind == "work" else self.calendar.periods.get(local.weekday())
        now = local.hour * 60 + local.minute
        for start, end in periods or ():
            last = 1440 if end == END_OF_DAY else end.hour * 60 + end.minute
            if start.hour * 60 + start.minute <= now < last:
                return local.date()
        return None

    def minutes(self, at: datetime) -> Iterator[tuple[datetime, date | None]]:
        at = at.astimezone(UTC)
        while True:
            yield at, self.day_when_open(at)
            at += MINUTE

    def _whole_day(self, day: date) -> int:
        noon = datetime.combine(day, time(12), self.calendar.zone).astimezone(UTC)
        return sum(self.day_when_open(noon + number * MINUTE) == day for number in range(-1000, 1000))

    def due(self, start: datetime, span: Span) -> datetime:
        by_day = span.unit == "d"
        needed = span.amount * (60 if span.unit == "h" else 1)
        tally: Fraction | int = 0
        for at, day in self.minutes(start):
            if day is None:
                continue
            gain = Fraction(1, self.whole_day(day)) if by_day else 1
            if tally + gain >= needed:
                # The last minute may be needed in part; Python rounds what is below a microsecond, so round up by hand.
                microseconds = Fraction(needed - tally) / gain * 60_000_000
                return at + timedelta(microseconds=-(-microseconds.numerator // microseconds.denominator))
            tally += gain
        raise AssertionError

    def worked(self, start: datetime, end: datetime) -> Counter[date]:
        days: Counter[date] = Counter()
        for at, day in self.minutes(start):
            if at >= end:
                break
            if day:
                days[day] += 1
        return days


@pytest.mark.feature("H1", "H2", "H3")
@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_the_years_with_official_data(year: int) -> None:
    """2 h from 10:00 and from 17:00, and one working day, on each day of the year."""
    tally = Tally(CHINA)
    day = date(year, 1, 1)
    while day.year == year:
        for hour, span in ((10, Span(2, "h")), (17, Span(2, "h")), (10, Span(1, "d"))):
            start = datetime.combine(day, time(hour), CHINA.zone)
            assert CHINA.due(start, span) == tally.due(start, span), f"{start} + {span}"
        day += timedelta(days=1)


@st.composite
def periods(draw: st.DrawFn) -> tuple[Period, ...]:
    """One to three periods of at least 40 minutes; the last may end at 24:00, the first may begin at 00:00."""
    count = draw(st.integers(1, 3))
    marks = sorted(draw(st.sets(st.integers(0, 36), min_size=2 * count, max_size=2 * count)))
    clock = [time(mark * 40 // 60 % 24, mark * 40 % 60) for mark in marks]
    return tuple(zip(clock[::2], clock[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn, zone: str, around: date) -> WorkCalendar:
    weekdays = draw(st.sets(st.integers(0, 6), min_size=2))
    near = st.integers(-2, 20).map(lambda number: around + timedelta(days=number))
    kinds: st.SearchStrategy[DayKind] = st.sampled_from(["free", "work"])
    return WorkCalendar(
        ZoneInfo(zone),
        {weekday: draw(periods()) for weekday in weekdays},
        draw(st.dictionaries(near, kinds, max_size=10)),
        known_years=frozenset(),
        makeup_periods=draw(st.none() | periods()),
    )


# Days on which clocks change stand beside ordinary ones, and the end of a year and of a February.
PLACES = [
    ("Asia/Shanghai", date(2026, 9, 28)),
    ("Asia/Shanghai", date(2025, 12, 30)),
    ("Asia/Kathmandu", date(2024, 2, 27)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Europe/London", date(2026, 10, 24)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),  # its clocks change by half an hour
    ("Africa/Cairo", date(2026, 4, 23)),  # its clocks change at midnight
]
SPANS = (
    st.builds(Span, st.integers(1, 400), st.just("m"))
    | st.builds(Span, st.integers(1, 7), st.just("h"))
    | st.builds(Span, st.integers(1, 3), st.just("d"))
)


@pytest.mark.feature("H2", "H3", "H4")
@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_calendar_any_start_any_span(data: st.DataObject) -> None:
    zone, around = data.draw(st.sampled_from(PLACES))
    calendar = data.draw(calendars(zone, around))
    start = datetime.combine(around, time(), UTC) + MINUTE * data.draw(st.integers(-1000, 4000))
    span = data.draw(SPANS)
    tally = Tally(calendar)

    due = calendar.due(start, span)
    # Compared in UTC: Python calls a wall time that comes twice unequal to everything in another zone (PEP 495).
    assert due.astimezone(UTC) == tally.due(start, span)
    assert due.tzinfo == calendar.zone

    # The parts of the explanation are what the tally saw, and the warnings lie in order before the due time.
    end = start + MINUTE * data.draw(st.integers(0, 4000))
    seen = tally.worked(start, end)
    told = {part.day: part.worked for part in calendar.explain(start, end) if part.worked}
    assert told == {day: minutes * MINUTE for day, minutes in seen.items()}
    assert calendar.worked(start, end) == seen.total() * MINUTE
    half, most = (calendar.share(start, due, share).astimezone(UTC) for share in (0.5, 0.8))
    assert start <= half <= most <= due.astimezone(UTC)
    assert calendar.is_open(start) == (tally.day_when_open(start) is not None)
    assert calendar.next_open(start).astimezone(UTC) == next(at for at, day in tally.minutes(start) if day)


@pytest.mark.feature("H2")
@given(st.data())
@settings(max_examples=150, deadline=None)
def test_the_time_worked_until_a_due_time_is_the_time_promised(data: st.DataObject) -> None:
    """Also for starts and lengths that are no whole minutes."""
    zone, around = data.draw(st.sampled_from(PLACES))
    calendar = data.draw(calendars(zone, around))
    start = datetime.combine(around, time(), UTC) + timedelta(
        microseconds=data.draw(st.integers(0, 5 * 86_400_000_000))
    )
    length = timedelta(microseconds=data.draw(st.integers(1, 40 * 3_600_000_000)))
    due = calendar.due(start, length)
    assert calendar.worked(start, due) == length
    assert calendar.worked(start, due.astimezone(UTC) - timedelta(microseconds=1)) < length
    assert calendar.share(start, due, 1).astimezone(UTC) == due.astimezone(UTC)
