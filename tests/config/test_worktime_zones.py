"""A promise keeps to the wall clock of its own place, also in nights on which clocks change."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from config.worktime import END_OF_DAY, Periods, WorkCalendar, parse_period, parse_span
from tests.china import china_calendar

CHINA = china_calendar(range(2024, 2027))
NINE_TO_FIVE: Periods = ((time(9), time(17)),)
ALL_DAY: Periods = ((time(0), END_OF_DAY),)
EVENING: Periods = (parse_period("18:00-24:00"),)


def week(zone: str, hours: Periods, days: range = range(5)) -> WorkCalendar:
    return WorkCalendar(ZoneInfo(zone), dict.fromkeys(days, hours))


ELSEWHERE = [
    # The start may carry any offset; the answer is in the calendar's zone.
    (CHINA, "2026-09-30T09:10Z", "2h", "2026-10-08T10:10:00+08:00"),
    (CHINA, "2026-09-29T22:10-04:00", "1h", "2026-09-30T11:10:00+08:00"),
    (CHINA, "2026-10-07T23:30-05:00", "2h", "2026-10-08T15:30:00+08:00"),
    (CHINA, "2026-02-28T16:30Z", "1h", "2026-03-02T10:00:00+08:00"),
    # New York: the clocks change on Sunday 8 March and Sunday 1 November 2026.
    (week("America/New_York", NINE_TO_FIVE), "2026-03-06T16:00-05:00", "2h", "2026-03-09T10:00:00-04:00"),
    (week("America/New_York", NINE_TO_FIVE), "2026-10-30T16:00-04:00", "2h", "2026-11-02T10:00:00-05:00"),
    (week("America/New_York", NINE_TO_FIVE), "2026-10-30T16:00-04:00", "1d", "2026-11-02T16:00:00-05:00"),
    (week("America/New_York", ALL_DAY, range(7)), "2026-03-07T22:00-05:00", "6h", "2026-03-08T05:00:00-04:00"),
    (week("America/New_York", ALL_DAY, range(7)), "2026-10-31T22:00-04:00", "6h", "2026-11-01T03:00:00-05:00"),
    (week("America/New_York", ALL_DAY, range(7)), "2026-03-08T00:00-05:00", "1d", "2026-03-09T00:00:00-04:00"),
    (week("America/New_York", ALL_DAY, range(7)), "2026-11-01T00:00-04:00", "1d", "2026-11-02T00:00:00-05:00"),
    # 02:30 did not exist on 8 March: work began at 03:00 by the new time.
    (week("America/New_York", ((time(2, 30), time(3, 30)),), range(7)), "2026-03-08T00:00-05:00", "30m",
     "2026-03-08T03:30:00-04:00"),
    # 01:00 to 02:00 came twice on 1 November.
    (week("America/New_York", ((time(1), time(2)),), range(7)), "2026-11-01T00:00-04:00", "2h",
     "2026-11-01T02:00:00-05:00"),
    (week("Europe/London", ((time(9), time(18)),)), "2026-03-27T17:00Z", "2h", "2026-03-30T10:00:00+01:00"),
    (week("Asia/Kolkata", ((time(9), time(18)),)), "2026-03-02T17:30+05:30", "1h", "2026-03-03T09:30:00+05:30"),
    # Cairo: midnight itself is left out on 24 April 2026, and 23:00 to 24:00 comes twice on 29 October.
    (week("Africa/Cairo", ALL_DAY, range(7)), "2026-04-23T23:00+02:00", "2h", "2026-04-24T02:00:00+03:00"),
    (week("Africa/Cairo", ALL_DAY, range(7)), "2026-10-29T22:00+03:00", "3h", "2026-10-30T00:00:00+02:00"),
    # Samoa had no 30 December 2011 at all.
    (week("Pacific/Apia", NINE_TO_FIVE, range(7)), "2011-12-29T16:00-10:00", "2h", "2011-12-31T10:00:00+14:00"),
    # An evening up to 24:00.
    (week("Asia/Shanghai", EVENING), "2026-03-02T23:00+08:00", "1h", "2026-03-03T00:00:00+08:00"),
    (week("Asia/Shanghai", EVENING), "2026-03-02T23:00+08:00", "2h", "2026-03-03T19:00:00+08:00"),
]  # fmt: skip


@pytest.mark.feature("H2", "H4")
@pytest.mark.parametrize(("calendar", "start", "span", "due"), ELSEWHERE)
def test_other_zones_and_clock_changes(calendar: WorkCalendar, start: str, span: str, due: str) -> None:
    assert calendar.due(datetime.fromisoformat(start), parse_span(span)).isoformat() == due
