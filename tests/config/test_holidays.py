"""China's free days and make-up workdays are those of the State Council, and nobody guesses silently."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import is_workday

from config.holidays import china, unknown_years, unknown_years_text
from config.worktime import parse_span
from tests.china import china_calendar

pytestmark = pytest.mark.feature("H3")
CHINA = china_calendar(range(2024, 2028))
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(text: str) -> Path:
        path = tmp_path / "holidays.csv"
        path.write_text(text, "utf-8")
        return path

    return to_file


def test_every_day_of_three_years_is_what_a_second_source_says() -> None:
    day, last = date(2024, 1, 1), date(2026, 12, 31)
    while day <= last:
        assert CHINA.is_workday(day) == is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_working_days_of_a_year_add_up(year: int, days: int) -> None:
    """By hand: 262 - 19 + 8, 261 - 18 + 5, 261 - 19 + 6 (weekdays, less the free ones, plus make-up days)."""
    first = date(year, 1, 1)
    all_days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    assert sum(map(CHINA.is_workday, all_days)) == days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # Saturday
        ("2026-09-20", True),  # Sunday
        ("2026-02-14", True),  # Saturday
        ("2026-02-23", False),  # Monday
        ("2025-01-26", True),  # Sunday
        ("2025-10-08", False),  # Mid-Autumn lengthened the week of 2025
        ("2024-02-09", True),  # New Year's Eve was no holiday in 2024
        ("2024-02-18", True),  # Sunday
        ("2024-02-29", True),
    ],
)
def test_days_that_people_remember(day: str, works: bool) -> None:
    assert CHINA.is_workday(date.fromisoformat(day)) is works


def test_years_of_the_package_are_official_too() -> None:
    special, known = china([2023])
    assert known == {2023}
    assert special[date(2023, 1, 27)] == "free" and special[date(2023, 1, 28)] == "work"


def test_a_year_that_nobody_knows_has_weekends_and_fixed_days_and_is_not_known() -> None:
    special, known = china([2026, 2090])
    assert known == {2026}
    assert {day.isoformat()[5:] for day in special if day.year == 2090} == {
        "01-01", "05-01", "05-02", "10-01", "10-02", "10-03",
    }  # fmt: skip
    assert "work" not in {kind for day, kind in special.items() if day.year == 2090}


def test_callers_learn_which_years_to_warn_of() -> None:
    calendar = china_calendar([2025, 2026, 2090])
    first, later = datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2028, 1, 5, tzinfo=UTC)
    assert unknown_years(calendar, first, first + timedelta(hours=2)) == []
    assert unknown_years(calendar, first, later) == [2027, 2028]
    # The year is that of the calendar's own zone: in Shanghai it is already next year.
    assert unknown_years(calendar, first, datetime(2026, 12, 31, 17, tzinfo=UTC)) == [2027]
    assert unknown_years_text([2027, 2028]).startswith("the calendar has no official data for 2027, 2028: ")


def test_a_companys_own_file_wins(write: Write) -> None:
    path = write(
        "\ufeffdate,kind\n# the company's birthday\n2026-03-02,free\n\n2026-10-01,make-up workday\n2026-03-07,补班\n"
    )
    calendar = china_calendar([2026], path)
    assert not calendar.is_workday(date(2026, 3, 2))
    assert calendar.is_workday(date(2026, 10, 1)) and calendar.is_workday(date(2026, 3, 7))
    assert not calendar.is_workday(date(2026, 10, 2))
    start = datetime(2026, 2, 28, 17, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Saturday made up
    assert calendar.due(start, parse_span("2h")).isoformat() == "2026-03-03T10:00:00+08:00"


def test_an_own_file_makes_a_year_known_only_when_it_holds_the_years_notice(write: Write) -> None:
    assert china([2090], write("2090-03-02,free\n"))[1] == frozenset()
    notice = write("2090-01-01,free\n2090-05-01,free\n2090-10-01,free\n2090-10-07,free\n2090-10-08,make-up workday\n")
    special, known = china([2090], notice)
    assert known == {2090} and special[date(2090, 10, 8)] == "work"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("date,kind\n2027-10-01,holiday\n", ":2: kind 'holiday' is unknown; allowed are free, make-up workday"),
        ("date,kind\n2027-10-01,\n", ":2: kind '' is unknown"),
        ("2027-10-01\n", ":1: '2027-10-01' has not two columns; write date,kind"),
        ("2027-10-01,free,National Day\n", "has not two columns"),
        ("2027/10/1,free\n", ":1: '2027/10/1' is no date; allowed is YYYY-MM-DD"),
        ("2027-02-29,free\n", ":1: '2027-02-29' is no date"),
        ("20271001,free\n", ":1: '20271001' is no date"),
        ("2027-10-01,free\n\n2027-10-01,make-up workday\n", ":3: 2027-10-01 is listed twice as different kinds"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_allowed(write: Write, text: str, complaint: str) -> None:
    path = write(text)
    with pytest.raises(ValueError) as refusal:
        china([2027], path)
    assert str(refusal.value).startswith(f"{path}:") and complaint in str(refusal.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.csv: cannot be read \(No such file or directory\)"):
        china([2026], tmp_path / "none.csv")
    (tmp_path / "gbk.csv").write_bytes("2026-03-02,补班\n".encode("gbk"))
    with pytest.raises(ValueError, match=r"gbk\.csv:1: not UTF-8; save it as CSV UTF-8"):
        china([2026], tmp_path / "gbk.csv")
