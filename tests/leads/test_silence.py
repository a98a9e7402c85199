"""What is usual for a source is learned from its own arrivals; nights, lunches and single bursts do not mislead it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.document import read_text
from config.folder import TEMPLATES, Folder
from config.hours import calendar_of
from config.rules import load_rules
from leads.silence import too_quiet, usual_gap

RULES = load_rules(read_text(TEMPLATES / "default" / "rules.yaml"), "rules.yaml")
CALENDAR = calendar_of(RULES, Folder(Path("nowhere")), today=date(2026, 3, 1))
NOON = datetime(2026, 3, 18, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai, when the lunch break begins


def every(minutes: int, count: int, *, until: datetime = NOON) -> list[datetime]:
    """So many arrivals, newest first."""
    return [until - timedelta(minutes=minutes * number) for number in range(count)]


def gap_of(arrivals: list[datetime], now: datetime = NOON) -> timedelta | None:
    return usual_gap(arrivals, calendar=CALENDAR, now=now)


def test_a_steady_source_has_its_gap_and_three_of_them_are_an_alarm() -> None:
    arrivals = every(15, 12)
    assert gap_of(arrivals) == timedelta(minutes=15)
    soon, late = NOON + timedelta(minutes=90 + 44), NOON + timedelta(minutes=90 + 45)  # lunch lasts 90 minutes
    assert too_quiet(NOON, timedelta(minutes=15), calendar=CALENDAR, now=soon) is None
    assert too_quiet(NOON, timedelta(minutes=15), calendar=CALENDAR, now=late) == timedelta(minutes=45)


@pytest.mark.parametrize("count", [0, 1, 8])
def test_too_little_teaches_nothing(count: int) -> None:
    assert gap_of(every(15, count)) is None


def test_a_night_is_no_gap_and_a_list_that_came_in_one_moment_is_one_arrival() -> None:
    evening = datetime(2026, 3, 17, 9, 50, tzinfo=UTC)  # 17:50, ten minutes before the end of work
    arrivals = [*every(20, 7), *every(20, 6, until=evening)]
    assert gap_of(arrivals) == timedelta(minutes=20)
    assert gap_of([NOON] * 40) is None


def test_one_long_pause_in_ten_does_not_make_a_source_deaf_and_seconds_do_not_make_it_nervous() -> None:
    arrivals = [*every(10, 15), *every(10, 5, until=NOON - timedelta(hours=26))]
    assert gap_of(arrivals) == timedelta(minutes=10)
    assert gap_of([NOON - timedelta(seconds=20 * number) for number in range(30)]) == timedelta(minutes=10)


def test_what_is_older_than_four_weeks_teaches_nothing_any_more() -> None:
    assert gap_of(every(15, 20), now=NOON + timedelta(days=29)) is None
