"""What a person did adds points that fade, in whatever order it is told, and never more than its cap."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.folder import TEMPLATES
from config.rules import load_rules
from leads.heat import heat_of, is_machine, parts_of, warmed
from leads.score import LeadProfile, Part, score

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
RULES = load_rules((TEMPLATES / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")
DAY = timedelta(days=1)


def points(*deeds, at=NOW):
    return {part.why: part.points for part in parts_of(heat_of(deeds, rules=RULES), rules=RULES, now=at)}


@pytest.mark.feature("D5")
def test_after_a_half_life_half_is_left():
    assert points(("download", 1.0, NOW)) == {"下载资料": 10}
    assert points(("download", 1.0, NOW), at=NOW + 14 * DAY) == {"下载资料": 5}
    assert points(("download", 1.0, NOW), at=NOW + 28 * DAY) == {"下载资料": 2}, "2.5 is told as a whole number"
    assert points(("download", 1.0, NOW), at=NOW + 90 * DAY) == {}


def test_a_kind_never_adds_more_than_its_cap():
    assert points(*[("visit", 10.0, NOW)] * 1000) == {"浏览网页": 10}


@given(st.lists(st.tuples(st.sampled_from(["visit", "download", "reply"]), st.floats(0.1, 10), st.integers(0, 3000))))
def test_the_order_in_which_it_is_told_changes_nothing(told):
    deeds = [(kind, weight, NOW - timedelta(minutes=ago)) for kind, weight, ago in told]
    shuffled = random.Random(1).sample(deeds, len(deeds))
    one, other = (heat_of(order, rules=RULES) for order in (deeds, shuffled))
    assert {k: v[1] for k, v in one.items()} == {k: v[1] for k, v in other.items()}
    assert all(abs(one[kind][0] - other[kind][0]) < 1e-6 * max(1.0, one[kind][0]) for kind in one)


def test_a_deed_of_last_week_told_today_counts_as_one_of_last_week():
    heat = warmed({}, "reply", 1.0, NOW, rules=RULES)
    heat = warmed(heat, "reply", 1.0, NOW - 14 * DAY, rules=RULES)
    assert parts_of(heat, rules=RULES, now=NOW) == [Part(22, "回复了我们")], "15 and half of 15"


def test_a_kind_that_the_rules_forgot_adds_nothing():
    assert heat_of([("webinar2019", 1.0, NOW)], rules=RULES) == {}
    assert parts_of({"webinar2019": [3.0, NOW.isoformat()]}, rules=RULES, now=NOW) == []


@pytest.mark.feature("D6")
@pytest.mark.parametrize(
    ("kind", "after", "agent", "machine"),
    [
        ("click", 1.5, "Mozilla/5.0", True),
        ("click", 2.5, "Mozilla/5.0", False),
        ("open", 3600, "GoogleImageProxy", True),
        ("click", None, "Barracuda Sentinel (EE)", True),
        ("click", None, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)", False),
        ("reply", 0.5, "curl/8", False),  # nobody answers by accident
    ],
)
def test_openings_and_clicks_of_machines_are_told_apart(kind, after, agent, machine):
    delivered = None if after is None else NOW - timedelta(seconds=after)
    assert is_machine(kind, at=NOW, delivered_at=delivered, user_agent=agent) is machine


@pytest.mark.feature("D3")
def test_the_parts_of_a_thousand_random_leads_add_up_to_their_points():
    chance = random.Random(20260318)
    pick = chance.choice
    clamped = 0
    for _ in range(1000):
        lead = LeadProfile(
            title=pick(["", "采购总监", "实习生", "经理"]), company=pick(["", "恒力机械"]),
            phone_valid=pick([True, False]), email=pick(["", "a@b.cn"]), wechat=pick(["", "abc123"]),
            need=pick(["", "急,要报价", "写论文用"]), budget_min=pick([None, 300_000]),
            budget_max=pick([None, 10, 500_000]), enquiries=pick([1, 2, 5]),
        )  # fmt: skip
        deeds = [
            (pick(list(RULES.scoring.behaviours)), chance.uniform(0.1, 10), NOW - chance.random() * 60 * DAY)
            for _ in range(chance.randrange(6))
        ]
        heat = heat_of(deeds, rules=RULES)
        found = score(lead, rules=RULES, lately=parts_of(heat, rules=RULES, now=NOW))
        assert found.points == sum(part.points for part in found.parts), found
        clamped += found.points in (0, 100)
    assert clamped > 20, "those at the ends are among them"
