"""Two hundred due times around the notices of 2024-2026 are what a minute-by-minute walk over the table says."""

import csv
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.worktime import END_OF_DAY, Span, WorkCalendar, parse_span
from tests.china import china_calendar
from tests.config.make_calendar_cases import CASES, CYCLE_FROM, LEAVE

CHINA = china_calendar(range(2024, 2027))
NINE = ((time(9), time(12)), (time(13, 30), time(18)))
EVENING, MORNING = (time(22), END_OF_DAY), (time(0), time(6))
AWAY = [(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in LEAVE]
SHANGHAI = ZoneInfo("Asia/Shanghai")
EARLY, LATE = ((time(8), time(16)),), ((time(16), END_OF_DAY),)
CALENDARS = {
    "office": CHINA,
    "leave": CHINA.without(*AWAY),
    "night": WorkCalendar(
        SHANGHAI, {0: (EVENING,), **dict.fromkeys(range(1, 5), (MORNING, EVENING)), 5: (MORNING,)}
    ),
    "shifts": WorkCalendar(SHANGHAI, {}, cycle=(EARLY, EARLY, LATE, LATE, (), ()), cycle_from=CYCLE_FROM),
    "new_york": WorkCalendar(ZoneInfo("America/New_York"), dict.fromkeys(range(5), NINE)),
    "tokyo": WorkCalendar(ZoneInfo("Asia/Tokyo"), dict.fromkeys(range(5), NINE)),
}  # fmt: skip


@pytest.mark.feature("H2", "H3", "H4")
@pytest.mark.ask("AS20")
def test_two_hundred_promises_around_the_notices_lunch_midnight_leave_shifts_and_clock_changes() -> None:
    with CASES.open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    wrong = []
    for case in cases:
        calendar = CALENDARS[case["calendar"]]
        found = calendar.due(datetime.fromisoformat(case["start"]), parse_span(case["within"]))
        if found != datetime.fromisoformat(case["due"]):
            wrong.append((case, found.isoformat()))
    assert len(cases) == 200 and wrong == []


def _walked(calendar: WorkCalendar, start: datetime, minutes: int) -> datetime:
    """The due time by somebody who looks at the wall once a minute."""
    at = start
    while minutes:
        minutes -= calendar.is_open(at)
        at += timedelta(minutes=1)
    return at


@pytest.mark.feature("H4")
@given(data=st.data())
def test_shifts_and_leave_agree_with_a_walk_minute_by_minute(data: st.DataObject) -> None:
    hour = st.integers(0, 23)
    days = []
    for _ in range(data.draw(st.integers(1, 4))):
        begin, end = sorted((data.draw(hour), data.draw(hour)))
        days.append(((time(begin), time(end)),) if begin < end else ())
    days.append(((time(6), time(7)), (time(20), END_OF_DAY)))
    first = datetime(2026, 3, 2, tzinfo=SHANGHAI)
    away = []
    for _ in range(data.draw(st.integers(0, 3))):
        since = first + timedelta(minutes=data.draw(st.integers(0, 4 * 1440)))
        away.append((since, since + timedelta(minutes=data.draw(st.integers(1, 2000)))))
    calendar = WorkCalendar(SHANGHAI, {}, cycle=tuple(days), cycle_from=date(2026, 3, 1)).without(*away)
    start = first + timedelta(minutes=data.draw(st.integers(0, 2 * 1440)))
    minutes = data.draw(st.integers(1, 600))
    due = calendar.due(start, Span(minutes, "m"))
    assert due == _walked(calendar, start, minutes)
    assert calendar.worked(start, due) == timedelta(minutes=minutes)
