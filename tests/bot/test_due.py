"""Whoever asks until when a promise runs gets the time, the sum, and a warning where the calendar only guesses."""

import json
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from bot.commands.due import due
from config.worktime import WorkCalendar
from tests.china import china_calendar

CHINA = china_calendar([2025, 2026, 2090])


@pytest.mark.feature("H1", "H2", "H3")
@pytest.mark.parametrize(
    ("start", "within", "lines"),
    [
        ("2026-09-30T17:10+08:00", "2h", ["2026-10-08T10:10+08:00", "今天剩 50 分 + 10月8日周四 1 小时 10 分"]),
        ("2026-02-13T09:20Z", "2h", ["2026-02-14T10:20+08:00", "今天剩 40 分 + 周六补班 1 小时 20 分"]),
        ("2026-03-02T11:50:00+08:00", "2h", ["2026-03-02T15:20+08:00", "今天 2 小时"]),
        ("2026-03-02T10:00:15+08:00", "2h", ["2026-03-02T13:30:15+08:00", "今天 2 小时"]),
        ("2026-03-02T10:00:14.250+08:00", "2h", ["2026-03-02T13:30:15+08:00", "今天 2 小时"]),
        ("2026-03-01T22:00-05:00", "30m", ["2026-03-02T11:30+08:00", "今天 30 分"]),
        ("2026-03-07T10:00+08:00", "1d", ["2026-03-09T18:00+08:00", "今天休息，周一 7 小时 30 分"]),
    ],
)
def test_the_time_comes_first_and_then_the_sum(start: str, within: str, lines: list[str]) -> None:
    assert due(CHINA, start, within, as_json=False).splitlines() == lines


@pytest.mark.feature("H4")
def test_the_answer_is_in_the_zone_of_the_calendar() -> None:
    hours = ((time(9), time(17)),)
    new_york = WorkCalendar(ZoneInfo("America/New_York"), dict.fromkeys(range(5), hours))
    assert due(new_york, "2026-03-07T05:00+08:00", "2h", as_json=False).startswith("2026-03-09T10:00-04:00\n")


@pytest.mark.feature("H3")
def test_a_year_without_official_days_is_warned_of() -> None:
    time_line, sum_line, warning = due(CHINA, "2026-12-31T17:10+08:00", "2h", as_json=False).splitlines()
    assert time_line.startswith("2027-01-") and sum_line.startswith("今天剩 50 分 + ")
    assert warning.startswith("WARNING 2027 年还没有官方放假安排")
    assert "the calendar has no official data for 2027" in warning
    assert "WARNING" not in due(CHINA, "2026-12-31T10:00+08:00", "2h", as_json=False)
    answer = json.loads(due(CHINA, "2090-03-01T10:00+08:00", "2h", as_json=True))
    assert "no official data for 2090" in answer["warnings"][0]


@pytest.mark.feature("H3")
def test_programs_get_the_same_as_json() -> None:
    assert json.loads(due(CHINA, "2026-02-13T09:20:00Z", "2h", as_json=True)) == {
        "due": "2026-02-14T10:20+08:00",
        "start": "2026-02-13T17:20+08:00",
        "within": "2h",
        "zone": "Asia/Shanghai",
        "text": "今天剩 40 分 + 周六补班 1 小时 20 分",
        "parts": [
            {"day": "2026-02-13", "minutes": 40, "makeup": False},
            {"day": "2026-02-14", "minutes": 80, "makeup": True},
        ],
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("start", "within", "cause"),
    [
        ("2026-09-30T17:10", "2h", "has no UTC offset: add one, like 2026-09-30T17:10"),
        ("2026-09-30", "2h", "has no UTC offset"),
        ("tomorrow", "2h", "is no ISO time: write it like"),
        ("2026-02-30T10:00Z", "2h", "is no ISO time"),
        ("9999-12-31T23:00-08:00", "2h", "out of reach"),
        ("0001-01-01T00:00+08:00", "2h", "out of reach"),
        ("2026-09-30T17:10Z", "2 hours", "is no span: use a whole number with m, h or d"),
        ("2026-09-30T17:10Z", "0m", "is no span: use 1 to 99999"),
    ],
)
def test_wrong_input_is_answered_with_cause_and_cure(start: str, within: str, cause: str) -> None:
    with pytest.raises(ValueError) as refusal:
        due(CHINA, start, within, as_json=False)
    assert cause in str(refusal.value)
