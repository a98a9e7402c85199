"""Dates and times as salespeople type them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.understand.reading import understand
from leads.understand.when import When, find_whens

DATA = Path(__file__).parents[2] / "data"
BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 18, 10, 20, tzinfo=BEIJING)  # a Wednesday


def load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return content


def fits(when: When | None, kind: str, gold: list[str]) -> bool:
    if when is None or (kind == "minute") != (when.precision == "minute"):
        return False
    if kind == "minute":
        return when.start == when.end and when.start.strftime("%Y-%m-%d %H:%M") in gold
    days = [datetime.fromisoformat(day).replace(tzinfo=BEIJING) for day in gold]
    if when.precision == "day":
        return when.start in days and when.end == when.start + timedelta(days=1)
    return any(when.start <= day <= when.end for day in days)


def wrong(name: str) -> tuple[list[str], int]:
    bad, cases = [], load(name)["dates"]
    for case in cases:
        now = datetime.fromisoformat(case.get("now", "2026-03-18T10:20:00+08:00")).astimezone(BEIJING)
        when = understand(case["text"], now=now).when
        if case["kind"] == "past":
            right = when is None and any(one.past for one in find_whens(case["text"], now=now))
        elif any(datetime.fromisoformat(day).date() < now.date() for day in case["gold"]) and len(case["gold"]) == 1:
            right = when is None and fits(find_whens(case["text"], now=now)[0], case["kind"], case["gold"])
        else:
            right = fits(when, case["kind"], case["gold"])
        if not right:
            bad.append(case["text"])
    return bad, len(cases)


@pytest.mark.parametrize("name", ["dates_development.json", "dates_fresh.json", "dates_second.json"])
def test_sets_of_date_phrases(name: str) -> None:
    bad, total = wrong(name)
    assert len(bad) <= total * 0.02, bad


@pytest.mark.parametrize("name", ["dates_development.json", "dates_fresh.json", "dates_second.json"])
def test_what_only_looks_like_a_date(name: str) -> None:
    cases = load(name)["none"]
    texts = [case if isinstance(case, str) else case["text"] for case in cases]
    assert [text for text in texts if find_whens(text, now=NOW)] == []


@pytest.mark.parametrize(
    "text", ["五一路", "六一儿童医院", "二十一世纪酒店", "二期项目", "三楼会议室", "万达广场5号楼"]
)
def test_places_with_dates_in_their_names(text: str) -> None:
    assert find_whens(text, now=NOW) == []


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "0512-65566778-8006",
        "订单号20260318001",
        "单价3.5元",
        "5-8万",
        "30台",
        "便宜一点",
        "三点建议",
        "每周五下午例会",
        "初中老师",
    ],
)
def test_figures_that_are_no_dates(text: str) -> None:
    assert find_whens(text, now=NOW) == []


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("五一过后", "2026-05-06 00:00"),
        ("晚点7点半", "2026-03-18 19:30"),
        ("20260520", "2026-05-20 00:00"),
        ("03-25", "2026-03-25 00:00"),
        ("过两天", "2026-03-20 00:00"),
        ("隔天", "2026-03-19 00:00"),
        ("本周四去客户那边谈合同 16点", "2026-03-19 16:00"),
        ("3点", "2026-03-18 15:00"),
        ("明天晚上12点", "2026-03-20 00:00"),
        ("2小时后", "2026-03-18 12:20"),
        ("4/20-4/22参展", "2026-04-20 00:00"),
        ("26.5.10", "2026-05-10 00:00"),
        ("下周内", "2026-03-23 00:00"),
        ("客户说5天之内付款", "2026-03-18 00:00"),
        ("明后天去趟苏州", "2026-03-19 00:00"),
        ("初八上班后联系", "2027-02-13 00:00"),
    ],
)
def test_what_others_miss(text: str, start: str) -> None:
    (when,) = find_whens(text, now=NOW)
    assert when.start.strftime("%Y-%m-%d %H:%M") == start and not when.past


def test_of_a_past_and_a_coming_moment_the_coming_one_counts() -> None:
    reading = understand("昨天打过电话,明天下午3点再联系", now=NOW)
    assert reading.when is not None
    assert reading.when.start == datetime(2026, 3, 19, 15, 0, tzinfo=BEIJING)
    assert [when.past for when in find_whens("昨天打过电话,明天下午3点再联系", now=NOW)] == [True, False]


@pytest.mark.parametrize(
    "text", ["昨天下午三点通过电话", "上周五签了合同", "周一拜访了客户", "5号打过款", "3月10号去过", "两天前发的"]
)
def test_a_past_moment_alone_gives_no_coming_one(text: str) -> None:
    assert understand(text, now=NOW).when is None
    assert all(when.past and when.end <= NOW for when in find_whens(text, now=NOW))


def test_a_second_date_is_offered_and_marked_doubtful() -> None:
    reading = understand("周五或者下周二都行", now=NOW)
    assert reading.when is not None and reading.when.start.day == 20
    assert [when.start.day for when in reading.other_whens] == [24]
    assert "when" in reading.doubtful


def test_a_day_that_was_refused_or_moved_does_not_count() -> None:
    reading = understand("周一上午没空，改到周二上午九点", now=NOW)
    assert reading.when is not None
    assert reading.when.start == datetime(2026, 3, 24, 9, 0, tzinfo=BEIJING)


def test_minute_only_where_a_clock_time_was_said() -> None:
    precision = {
        text: find_whens(text, now=NOW)[0].precision for text in ("明天上午", "明天10点", "下周", "月底前", "今晚")
    }
    assert precision == {"明天上午": "day", "明天10点": "minute", "下周": "range", "月底前": "range", "今晚": "day"}


def test_a_deadline_runs_from_today_to_its_day() -> None:
    (when,) = find_whens("月底前", now=NOW)
    assert (when.start.date().isoformat(), when.end.date().isoformat()) == ("2026-03-18", "2026-03-31")


def test_times_are_in_the_zone_of_now() -> None:
    (when,) = find_whens("明天9点", now=NOW)
    assert when.start.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("year", range(2024, 2031))
def test_lunar_festivals_of_every_year_in_the_table(year: int) -> None:
    spring, autumn = (
        find_whens(text, now=datetime(year, 1, 3, 9, 0, tzinfo=BEIJING))[0].start for text in ("春节", "中秋节")
    )
    assert spring.year == autumn.year == year and spring.month in (1, 2) and autumn.month in (9, 10)


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(
            "今明后大天周一二三四五六日下上个月年号点半分钟小时前后内:/-.0123456789 ,节春国庆末底初"
        ),
        max_size=60,
    )
)
def test_any_mix_of_date_words_is_read_without_error(text: str) -> None:
    for when in find_whens(text, now=NOW):
        assert when.start <= when.end and when.start.tzinfo is BEIJING
