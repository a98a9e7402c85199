"""How many may go today, and where the others come to stand: cases without a store."""

from datetime import date, timedelta

import pytest

from nurture.planner import Wish, first_free, look_ahead, told
from tests.conftest import NOW
from tests.customers import rules_with
from tests.town import shanghai

TODAY = date(2026, 3, 18)  # a Wednesday; NOW is 10:20


def rules(budget="{mass: {per_day: 412}}", more=""):
    return rules_with(f"{{budget: {budget}{more}}}")


@pytest.mark.feature("K3")
def test_what_is_over_the_budget_goes_tomorrow():
    found = look_ahead("mass", [Wish(NOW)] * 600, {}, rules=rules(), now=NOW)
    assert told(found, today=TODAY) == "今日可发 412/600,188 人顺延到明天(超过当天额度 188)"


@pytest.mark.feature("K3")
def test_what_was_planned_before_takes_its_place():
    found = look_ahead("mass", [Wish(NOW)] * 3, {"2026-03-18": 411, "2026-03-19": 412}, rules=rules(), now=NOW)
    assert told(found, today=TODAY) == "今日可发 1/3,2 人顺延到后天(超过当天额度 2)"


@pytest.mark.feature("K3")
def test_why_somebody_is_put_off_is_told():
    wishes = [Wish(NOW), Wish(NOW + timedelta(days=1), "capped"), Wish(shanghai("2026-03-20 09:00"), "quiet")]
    found = look_ahead("mail", wishes, {}, rules=rules(), now=NOW)
    assert told(found, today=TODAY) == (
        "今日可发 1/3,1 人顺延到明天,1 人顺延到后天(他最近收得够多了 1、现在是安静时间 1)"
    )


def test_many_days_are_told_shortly():
    found = look_ahead("sms", [Wish(NOW)] * 10, {}, rules=rules("{sms: {per_day: 2}}"), now=NOW)
    assert told(found, today=TODAY) == (
        "今日可发 2/10,2 人顺延到明天,2 人顺延到后天,2 人顺延到 03-21,2 人再往后,最晚 03-22(超过当天额度 8)"
    )


@pytest.mark.feature("K5")
@pytest.mark.parametrize(
    ("more", "planned", "at", "goes"),
    [
        ("", {}, "2026-03-18 10:20", "2026-03-18 10:20"),
        ("", {"2026-03-18": 2}, "2026-03-18 10:20", "2026-03-19 09:00"),  # after the quiet hours of the night
        (", windows: {sms: {days: [tue]}}", {"2026-03-24": 2}, "2026-03-24 10:00", "2026-03-31 09:00"),
        (', windows: {sms: {hours: ["14:00-16:00"]}}', {"2026-03-18": 2}, "2026-03-18 15:00", "2026-03-19 14:00"),
    ],
)
def test_the_next_free_moment_is_in_the_company_s_own_hours(more, planned, at, goes):
    found = first_free("sms", planned, run_at=shanghai(at), rules=rules("{sms: {per_day: 2}}", more))
    assert found == shanghai(goes)


@pytest.mark.feature("K3")
def test_a_month_that_is_used_up_waits_for_the_next():
    planned = {"2026-03-02": 60, "2026-03-17": 40}
    found = first_free("sms", planned, run_at=NOW, rules=rules("{sms: {per_month: 100}}"))
    assert found == shanghai("2026-04-01 09:00")
