"""A lead's points, grade and warmth follow the written rules, and each point has its reason."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from config.folder import TEMPLATES
from config.rules import Rules, load_rules
from leads.rate import Rater, rate
from leads.score import LeadProfile, Part, score
from store.tables import Lead

STRONG = LeadProfile(
    name="王强", title="采购总监", company="恒力机械", phone_valid=True, need="急,月底前要报价",
    budget_min=300_000, budget_max=300_000, source="官网",
)  # fmt: skip
BUYER = LeadProfile(
    title="采购主管", company="恒力机械", phone_valid=True, need="想了解一下报价", budget_min=50_000, budget_max=50_000
)
ANONYMOUS = LeadProfile(email="a@b.cn", wechat="a12345", need="急,要报价", budget_max=1)
TRAINEE = LeadProfile(title="实习生", phone_valid=True, wechat="xiaozhang", need="写论文用")


@pytest.fixture
def rules() -> Rules:
    """The rules that init writes."""
    return load_rules((TEMPLATES / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")


def scored(**test: Any) -> Rules:
    """Rules with a single scoring rule of 10 points."""
    scoring = {"rules": [{"add": 10, "why": "w", **test}], "grades": [30, 20, 10], "mql": {"score": 10}}
    pools = {"public": {"label": "池", "default": True}}
    return Rules.model_validate(
        {"calendar": {"hours": {"mon": ["09:00-12:00"]}}, "pools": pools, "clocks": {}, "scoring": scoring}
    )


def test_a_director_with_phone_budget_and_urgent_need_is_ready_at_once(rules: Rules) -> None:
    found = score(STRONG, rules=rules)
    assert found.mql and (found.points, found.grade, found.temperature) == (100, "A", "hot")
    without_company = score(replace(STRONG, company=""), rules=rules)
    assert without_company.mql
    assert score(LeadProfile(title="采购总监", phone_valid=True, need="尽快", budget_max=100_000), rules=rules).mql


def test_every_point_has_its_reason(rules: Rules) -> None:
    assert score(BUYER, rules=rules).parts == (
        Part(15, "留了可用的电话"),
        Part(10, "留了公司"),
        Part(10, "职位能推动"),
        Part(15, "说了预算"),
        Part(15, "在问采购的事"),
    )


@pytest.mark.parametrize(
    ("lead", "points", "grade", "temperature", "mql"),
    [
        (BUYER, 65, "B", "warm", True),  # both stand in docs/rules.md
        (TRAINEE, 0, "D", "cold", False),
        (LeadProfile(), 0, "D", "cold", False),
        (LeadProfile(phone_valid=True), 15, "C", "cold", False),
        (LeadProfile(name="张三", phone_valid=True, need="要报价"), 30, "C", "cold", False),
        (LeadProfile(title="总经理", phone_valid=True, company="恒力"), 60, "A", "warm", True),
        (replace(ANONYMOUS, enquiries=2), 70, "D", "hot", False),
    ],
)  # fmt: skip
def test_the_default_rules_sort_leads(
    rules: Rules, lead: LeadProfile, points: int, grade: str, temperature: str, mql: bool
) -> None:
    found = score(lead, rules=rules)
    assert (found.points, found.grade, found.temperature, found.mql) == (points, grade, temperature, mql)


def test_points_stay_between_nothing_and_a_hundred(rules: Rules) -> None:
    *counted, kept_back = score(STRONG, rules=rules).parts
    assert sum(part.points for part in counted) > 100 and kept_back.why == "最多 100 分"
    assert sum(part.points for part in (*counted, kept_back)) == 100, "what is shown adds up"
    *counted, given = score(TRAINEE, rules=rules).parts
    assert sum(part.points for part in counted) == 15 + 5 - 30 and given == Part(10, "最少 0 分")
    assert (score(STRONG, rules=rules).points, score(TRAINEE, rules=rules).points) == (100, 0)


@pytest.mark.parametrize(
    ("test", "lead", "holds"),
    [
        ({"field": "email", "present": True}, LeadProfile(email="a@b.cn"), True),
        ({"field": "email", "present": True}, LeadProfile(), False),
        ({"field": "email", "present": False}, LeadProfile(), True),
        ({"field": "phone_valid", "present": False}, LeadProfile(phone_valid=True), False),
        ({"field": "budget_max", "present": True}, LeadProfile(budget_min=5), False),
        ({"field": "budget_max", "at_least": 200_000}, LeadProfile(budget_max=200_000), True),
        ({"field": "budget_max", "at_least": 200_000}, LeadProfile(budget_max=199_999), False),
        ({"field": "budget_max", "at_least": 200_000}, LeadProfile(), False),
        ({"field": "budget_min", "at_least": 0}, LeadProfile(budget_min=0), True),
        ({"field": "enquiries", "at_least": 2}, LeadProfile(enquiries=2), True),
        ({"field": "enquiries", "at_least": 2}, LeadProfile(), False),
        ({"field": "need", "contains": ["急", "尽快"]}, LeadProfile(need="请尽快联系"), True),
        ({"field": "need", "contains": ["急", "尽快"]}, LeadProfile(need="不着忙"), False),
        ({"field": "city", "one_of": ["上海", "杭州"]}, LeadProfile(city="杭州"), True),
        ({"field": "city", "one_of": ["上海", "杭州"]}, LeadProfile(city="杭州湾"), False),
        ({"field": "city", "one_of": ["上海"]}, LeadProfile(), False),
        ({"field": "source", "one_of": ["展会"]}, LeadProfile(source="展会"), True),
    ],
)
def test_a_rule_counts_when_its_field_is_as_said(test: dict[str, Any], lead: LeadProfile, holds: bool) -> None:
    found = score(lead, rules=scored(**test))
    assert found.parts == ((Part(10, "w"),) if holds else ()) and found.points == (10 if holds else 0)


def test_only_profile_points_make_the_grade() -> None:
    lead = LeadProfile(email="a@b.cn")
    assert score(lead, rules=scored(field="email", present=True)).grade == "D"
    assert score(lead, rules=scored(field="email", present=True, profile=True)).grade == "C"
    assert score(lead, rules=scored(field="email", present=True, profile=True, add=20)).grade == "B"
    assert score(lead, rules=scored(field="email", present=True, profile=True, add=30)).grade == "A"


def test_ready_means_enough_points_and_a_good_enough_grade(rules: Rules) -> None:
    scoring = rules.scoring
    strict = rules.model_copy(
        update={"scoring": scoring.model_copy(update={"mql": scoring.mql.model_copy(update={"grade": "A"})})}
    )
    assert score(BUYER, rules=rules).mql and not score(BUYER, rules=strict).mql
    assert score(STRONG, rules=strict).mql


@pytest.mark.parametrize("test", [{}, {"field": "email", "contains": ["@corp"]}, {"field": "company", "present": True}])
def test_a_list_is_rated_as_each_of_its_people_would_be(rules: Rules, test: dict[str, Any]) -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    rules = scored(**test) if test else rules
    rater = Rater(rules=rules, now=now)
    titles, mails, heats = (
        ("采购总监", "实习生", ""),
        ("a@corp.cn", "b@163.com", "错", ""),
        ({}, {"page": [9, now.isoformat()]}),
    )
    for title, mail, flaw, company, budget, heat in product(
        titles, mails, ("", "位数不对"), ("恒力机械", ""), (None, 10, 500_000), heats
    ):
        lead = Lead(
            corp="acme", title=title, email=mail, phone="+8613912345678", phone_flaw=flaw, company=company,
            budget_max=budget, heat=heat, created_at=now,
        )  # fmt: skip
        assert rater.rate(lead) == rate(lead, rules=rules, now=now)
