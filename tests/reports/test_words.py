"""The days that people mean, on a Wednesday."""

from datetime import date

import pytest

from reports.words import BadPeriod, read_period

TODAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("said", "first", "last", "left"),
    [
        ("今天", "2026-03-18", "2026-03-18", ""),
        ("上月 渝西", "2026-02-01", "2026-02-28", "渝西"),
        ("渝西 上周", "2026-03-09", "2026-03-15", "渝西"),
        ("本周", "2026-03-16", "2026-03-18", ""),
        ("本季度", "2026-01-01", "2026-03-18", ""),
        ("上季度", "2025-10-01", "2025-12-31", ""),
        ("去年", "2025-01-01", "2025-12-31", ""),
        ("6月", "2025-06-01", "2025-06-30", ""),
        ("3月", "2026-03-01", "2026-03-18", ""),
        ("2026年2月", "2026-02-01", "2026-02-28", ""),
        ("2025-06", "2025-06-01", "2025-06-30", ""),
        ("2025-06-01到06-15", "2025-06-01", "2025-06-15", ""),
        ("2月3日到15日 华东", "2026-02-03", "2026-02-15", "华东"),
        ("12-20到1-10", "2025-12-20", "2026-01-10", ""),
        ("3月5日", "2026-03-05", "2026-03-05", ""),
        ("30天", "2026-02-17", "2026-03-18", ""),
    ],
)
def test_days(said, first, last, left):
    period, rest = read_period(said, today=TODAY)
    assert (period.first.isoformat(), period.last.isoformat(), rest) == (first, last, left)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2026-06-15到2026-06-01", "是不是 2026-06-01 到 2026-06-15"),
        ("2月30日", "没有「2月30日」这一天"),
        ("2020-01-01到2026-01-01", "一次最多看"),
    ],
)
def test_days_that_cannot_be_say_what_can(said, told):
    with pytest.raises(BadPeriod, match=told):
        read_period(said, today=TODAY)


def test_no_days_are_no_period():
    assert read_period("渝西", today=TODAY) == (None, "渝西")
