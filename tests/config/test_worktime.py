"""A promise given in working time ends when a colleague with a paper calendar would say it does."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from config.arithmetic import explain_text
from config.worktime import (
    END_OF_DAY,
    DayPart,
    Periods,
    WorkCalendar,
    parse_period,
    parse_span,
)
from tests.china import china_calendar

CHINA = china_calendar(range(2023, 2028))
NINE_TO_FIVE: Periods = ((time(9), time(17)),)

# start, span, due: Shanghai wall clock, worked out by hand. 2026-03-02 is an ordinary Monday.
BY_HAND = """
2026-03-02T10:00 2h 2026-03-02T12:00 | ends with the morning, not after lunch
2026-03-02T16:00 2h 2026-03-02T18:00 | ends with the day, not next morning
2026-03-02T11:50 2h 2026-03-02T15:20 | lunch does not count
2026-03-02T12:00 2h 2026-03-02T15:30 | lunch has begun
2026-03-02T12:45 2h 2026-03-02T15:30 | in the middle of lunch
2026-03-02T13:30 2h 2026-03-02T15:30
2026-03-02T09:00 3h 2026-03-02T12:00
2026-03-02T09:00 181m 2026-03-02T13:31
2026-03-02T09:00 450m 2026-03-02T18:00
2026-03-02T17:10 2h 2026-03-03T10:10
2026-03-02T18:00 30m 2026-03-03T09:30 | closing time is closed
2026-03-02T23:59 2h 2026-03-03T11:00
2026-03-02T00:00 2h 2026-03-02T11:00
2026-03-02T08:59:30 1m 2026-03-02T09:01
2026-03-02T17:59:30 1m 2026-03-03T09:00:30
2026-03-02T11:59:59 1m 2026-03-02T13:30:59
2026-03-02T16:00 24h 2026-03-05T17:30 | 24 working hours are three days and an hour and a half
2026-03-02T10:30 1d 2026-03-03T10:30
2026-03-02T12:30 1d 2026-03-03T12:00 | no work during lunch: the day is full at noon
2026-03-02T20:00 1d 2026-03-03T18:00
2026-03-02T08:00 1d 2026-03-02T18:00
2026-03-02T09:00 2d 2026-03-03T18:00
2026-03-06T17:30 2h 2026-03-09T10:30 | over a plain weekend
2026-03-07T11:00 2h 2026-03-09T11:00
2026-03-08T23:59 1d 2026-03-09T18:00
2026-03-06T17:00 1d 2026-03-09T17:00
2026-03-06T12:00 5d 2026-03-13T12:00
2026-09-30T17:10 2h 2026-10-08T10:10 | National Day 2026
2026-09-30T17:10 1d 2026-10-08T17:10
2026-10-01T10:00 2h 2026-10-08T11:00
2026-10-09T17:20 2h 2026-10-10T10:20 | Saturday made up
2026-10-10T17:00 2h 2026-10-12T10:00
2026-10-09T17:00 2d 2026-10-12T17:00
2026-09-19T10:00 2h 2026-09-20T11:00 | free Saturday, worked Sunday
2026-09-20T16:30 2h 2026-09-21T09:30
2026-09-24T17:00 2h 2026-09-28T10:00 | Mid-Autumn 2026
2025-09-26T17:00 2h 2025-09-28T10:00 | National Day 2025
2025-09-30T11:50 2h 2025-09-30T15:20
2025-09-30T17:40 30m 2025-10-09T09:10
2025-10-10T18:00 1d 2025-10-11T18:00
2025-10-08T23:59 3h 2025-10-09T12:00
2024-09-13T17:00 2h 2024-09-14T10:00 | Mid-Autumn 2024
2024-09-14T17:00 2h 2024-09-18T10:00
2024-09-30T17:59 2m 2024-10-08T09:01 | National Day 2024
2024-10-11T17:00 1d 2024-10-12T17:00
2026-02-13T17:20 2h 2026-02-14T10:20 | Spring Festival 2026: Saturday before it
2026-02-14T17:20 2h 2026-02-24T10:20
2026-02-14T11:50 2h 2026-02-14T15:20 | a make-up day has a lunch, too
2026-02-27T16:00 1d 2026-02-28T16:00
2026-02-28T16:00 1d 2026-03-02T16:00
2025-01-24T17:00 2h 2025-01-26T10:00 | Spring Festival 2025
2025-01-27T17:00 2h 2025-02-05T10:00
2025-01-27T17:00 4d 2025-02-08T17:00
2024-02-09T17:00 2h 2024-02-18T10:00 | Spring Festival 2024: New Year's Eve was worked
2024-02-04T12:10 90m 2024-02-04T15:00
2024-02-12T00:00 1m 2024-02-18T09:01
2024-02-28T17:30 1h 2024-02-29T09:30 | leap day
2024-02-29T17:00 2h 2024-03-01T10:00
2024-02-29T10:00 1d 2024-03-01T10:00
2024-05-10T17:00 2h 2024-05-11T10:00 | Labour Day, Qingming, Dragon Boat
2024-06-07T17:00 2h 2024-06-11T10:00
2024-04-03T17:00 2h 2024-04-07T10:00
2024-04-30T17:00 2h 2024-05-06T10:00
2025-04-30T17:00 2h 2025-05-06T10:00
2025-05-30T17:00 2h 2025-06-03T10:00
2026-04-30T17:00 2h 2026-05-06T10:00
2026-05-08T17:30 1h 2026-05-09T09:30
2023-12-29T17:00 2h 2024-01-02T10:00 | New Year
2024-12-31T17:00 2h 2025-01-02T10:00
2025-12-31T17:00 2h 2026-01-04T10:00
2025-12-31T23:59 1d 2026-01-04T18:00
2026-12-31T18:00 2h 2027-01-04T11:00
"""
TABLE = [tuple(line.split("|")[0].split()) for line in BY_HAND.strip().splitlines()]


def cn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.feature("H1", "H2", "H3")
@pytest.mark.ask("AS20")
@pytest.mark.parametrize(("start", "span", "due"), TABLE, ids=[" ".join(row[:2]) for row in TABLE])
def test_a_promise_ends_when_a_paper_calendar_says(start: str, span: str, due: str) -> None:
    assert CHINA.due(cn(start), parse_span(span)) == cn(due)


@pytest.mark.feature("H2")
def test_a_day_is_a_share_of_each_days_own_hours() -> None:
    # Monday 8 h, Tuesday 4 h: three quarters of Monday remain, so a quarter of Tuesday is still needed.
    uneven = WorkCalendar(ZoneInfo("Asia/Shanghai"), {0: ((time(9), time(17)),), 1: ((time(9), time(13)),)})
    assert uneven.due(cn("2026-03-02T11:00"), parse_span("1d")) == cn("2026-03-03T10:00")
    # A third of a day is no whole number of microseconds: the due time is the first one by which it has passed.
    thirds = WorkCalendar(ZoneInfo("Asia/Shanghai"), {0: ((time(9), time(12)),), 1: ((time(9), time(9, 0, 1)),)})
    assert thirds.due(cn("2026-03-02T10:00"), parse_span("1d")) == cn("2026-03-03T09:00:00.333334")


@pytest.mark.feature("H2", "H3")
def test_open_and_next_open() -> None:
    for at in ("2026-03-02T09:00", "2026-03-02T11:59:59", "2026-03-02T13:30", "2026-02-14T10:00"):
        assert CHINA.is_open(cn(at)) and CHINA.next_open(cn(at)) == cn(at)
    for at, opens in {
        "2026-03-02T08:59:59": "2026-03-02T09:00",
        "2026-03-02T12:00": "2026-03-02T13:30",
        "2026-03-02T18:00": "2026-03-03T09:00",
        "2026-10-01T10:00": "2026-10-08T09:00",
        "2026-02-14T23:59": "2026-02-24T09:00",
    }.items():
        assert not CHINA.is_open(cn(at)) and CHINA.next_open(cn(at)) == cn(opens)
    late = WorkCalendar(CHINA.zone, {0: (parse_period("18:00-24:00"),)})
    assert late.is_open(cn("2026-03-02T23:59:59")) and not late.is_open(cn("2026-03-03T00:00"))


@pytest.mark.feature("H3")
def test_a_make_up_day_has_mondays_hours_or_its_own() -> None:
    saturday = date(2026, 2, 14)
    assert CHINA.periods_on(saturday) == CHINA.periods_on(date(2026, 3, 2))
    short = WorkCalendar(CHINA.zone, CHINA.periods, CHINA.special, makeup_periods=((time(10), time(16)),))
    assert short.due(cn("2026-02-14T09:00"), parse_span("1d")) == cn("2026-02-14T16:00")
    without = WorkCalendar(CHINA.zone, CHINA.periods, CHINA.special, makeup_periods=())
    assert not without.is_workday(saturday)
    assert without.due(cn("2026-02-13T17:20"), parse_span("2h")) == cn("2026-02-24T10:20")


@pytest.mark.feature("H2", "H3")
@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-02T11:50", "2026-03-02T15:20", 120),
        ("2026-03-02T12:00", "2026-03-02T13:30", 0),
        ("2026-09-30T17:10", "2026-10-08T10:10", 120),
        ("2026-10-01T00:00", "2026-10-08T00:00", 0),
        ("2026-02-13T18:00", "2026-02-24T09:00", 450),
        ("2026-03-02T00:00", "2026-03-09T00:00", 5 * 450),
        ("2026-03-02T15:00", "2026-03-02T10:00", 0),
        ("2026-03-03T15:00", "2026-03-02T10:00", 0),
    ],
)
def test_worked_counts_only_working_time(start: str, end: str, minutes: int) -> None:
    assert CHINA.worked(cn(start), cn(end)) == timedelta(minutes=minutes)


@pytest.mark.feature("H1")
def test_warnings_come_at_their_share_of_the_working_time() -> None:
    start = cn("2026-09-30T17:10")
    due = CHINA.due(start, parse_span("2h"))
    assert CHINA.share(start, due, 0.5) == cn("2026-10-08T09:10")
    assert CHINA.share(start, due, 0.8) == cn("2026-10-08T09:46")
    assert CHINA.share(start, due, Fraction(1, 4)) == cn("2026-09-30T17:40")
    assert CHINA.share(start, due, 0) == start
    assert CHINA.share(start, due, 1) == due
    with pytest.raises(ValueError, match="share of 80 does not exist: use 0 to 1"):
        CHINA.share(start, due, 80)


@pytest.mark.feature("H1")
def test_time_that_was_left_when_a_clock_was_paused_can_be_given_again() -> None:
    assert CHINA.due(cn("2026-03-02T17:30"), timedelta(minutes=40)) == cn("2026-03-03T09:10")
    assert CHINA.due(cn("2026-03-07T10:00"), timedelta(0)) == cn("2026-03-07T10:00")


@pytest.mark.feature("H3")
@pytest.mark.parametrize(
    ("start", "span", "text"),
    [
        ("2026-02-13T17:20", "2h", "今天剩 40 分 + 周六补班 1 小时 20 分"),
        ("2026-03-02T10:00", "2h", "今天 2 小时"),
        ("2026-03-02T11:50", "2h", "今天 2 小时"),
        ("2026-03-06T17:00", "1d", "今天剩 1 小时 + 周一 6 小时 30 分"),
        ("2026-09-30T17:20", "2h", "今天剩 40 分 + 10月8日周四 1 小时 20 分"),
        ("2026-03-07T11:00", "2h", "今天休息，周一 2 小时"),
        ("2026-03-02T19:00", "2h", "今天已下班，周二 2 小时"),
        ("2026-02-14T10:00", "30m", "今天补班 30 分"),
        ("2026-03-02T17:59:45", "2h", "今天剩不到 1 分 + 周二 2 小时"),
        ("2026-03-02T17:20:40", "2h", "今天剩 39 分 + 周二 1 小时 21 分"),
        ("2026-03-02T17:00", "10d", "今天剩 1 小时 + 中间 9 个工作日共 67 小时 30 分 + 3月16日周一 6 小时 30 分"),
    ],
)
def test_the_arithmetic_reads_like_a_sentence(start: str, span: str, text: str) -> None:
    assert explain_text(CHINA.explain(cn(start), CHINA.due(cn(start), parse_span(span)))) == text


@pytest.mark.feature("H3")
def test_the_arithmetic_names_days_from_the_readers_day() -> None:
    parts = CHINA.explain(cn("2026-02-13T17:20"), cn("2026-02-14T10:20"))
    assert parts == [
        DayPart(date(2026, 2, 13), timedelta(minutes=40), makeup=False),
        DayPart(date(2026, 2, 14), timedelta(minutes=80), makeup=True),
    ]
    assert explain_text(parts, today=date(2026, 2, 14)) == "2月13日周五 40 分 + 今天补班 1 小时 20 分"
    assert explain_text([]) == "不用等待"


@pytest.mark.feature("H2")
@pytest.mark.parametrize(
    ("periods", "cause"),
    [
        ({}, "no working hours on any weekday"),
        ({0: ()}, "no working hours on any weekday"),
        ({7: NINE_TO_FIVE}, "weekday 7 does not exist"),
        ({0: ((time(9), time(9)),)}, "must end after it starts"),
        ({0: ((time(22), time(6)),)}, "split it at midnight"),
        ({0: ((time(9), time(12)), (time(11), time(15)))}, "09:00-12:00 runs into 11:00"),
        ({0: ((time(0), END_OF_DAY), (time(11), time(15)))}, "runs into 11:00"),
        ({0: ((time(9, tzinfo=UTC), time(12)),)}, "give wall-clock times"),
    ],
)
def test_hours_that_cannot_be_are_refused(periods: dict[int, Periods], cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        WorkCalendar(ZoneInfo("Asia/Shanghai"), periods)


@pytest.mark.parametrize("text", ["", "2", "h", "1.5h", "-1h", "2w", "2h30m", "2 h", "0h", "100000m", "二小时", "²h"])
def test_an_unknown_span_is_refused_with_its_cure(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no span: use .* such as 30m, 2h, 1d"):
        parse_span(text)


@pytest.mark.parametrize(
    "text", ["9-12", "09:00", "12:00-09:00", "09:00-09:00", "18:00-25:00", "22:00-06:00", "24:00-24:00"]
)
def test_an_unknown_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no period|ends before it begins"):
        parse_period(text)


def test_an_instant_without_offset_or_out_of_reach_is_refused_and_no_search_is_endless() -> None:
    with pytest.raises(ValueError, match="no UTC offset: add one"):
        CHINA.due(datetime(2026, 3, 2, 10), parse_span("2h"))  # noqa: DTZ001
    with pytest.raises(ValueError, match="year 9999 is out of reach"):
        CHINA.due(datetime(9999, 12, 31, 23, tzinfo=UTC), parse_span("2h"))
    with pytest.raises(ValueError, match="not enough working time up to the year 2999"):
        CHINA.due(datetime(2998, 12, 1, tzinfo=UTC), parse_span("999d"))


def test_a_promise_once_given_does_not_move_with_the_callers_dict() -> None:
    special: dict[date, str] = {}
    calendar = WorkCalendar(CHINA.zone, CHINA.periods, special)  # type: ignore[arg-type]
    special[date(2026, 3, 2)] = "free"
    assert calendar.is_workday(date(2026, 3, 2))
    with pytest.raises(ValueError, match="cannot be 'half': use free or work"):
        WorkCalendar(CHINA.zone, CHINA.periods, {date(2026, 3, 2): "half"})  # type: ignore[dict-item]
