"""A fair choice: by turns, by weight, by load, and no debt from a leave."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.candidates import Candidate, Limits, choose, why_not


def run(people: list[Candidate], by: str, times: int) -> Counter[str]:
    """Give this many leads one after the other."""
    shares: Counter[str] = Counter()
    for _ in range(times):
        chosen, credit = choose(people, by)  # type: ignore[arg-type]
        assert chosen is not None
        shares[chosen.member_id] += 1
        people[:] = [
            replace(
                one,
                credit=credit.get(one.member_id, one.credit),
                given=one.given + (one is chosen),
                load=one.load + (one is chosen),
            )
            for one in people
        ]
    return shares


@pytest.mark.feature("E2")
@settings(deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.integers(1, 300))
def test_nobody_is_ever_a_whole_lead_away_from_their_share(weights: list[int], times: int) -> None:
    people = [Candidate(f"m{number}", "", weight=weight) for number, weight in enumerate(weights)]
    shares = run(people, "weighted", times)
    for number, weight in enumerate(weights):
        assert abs(shares[f"m{number}"] - times * weight / sum(weights)) < len(weights)


def test_a_leave_leaves_no_debt() -> None:
    here, away = Candidate("a", ""), Candidate("b", "", refused="请假")
    people = [here, away]
    assert run(people, "round_robin", 10) == {"a": 10}
    people[1] = replace(people[1], refused="")
    assert run(people, "round_robin", 10) == {"a": 5, "b": 5}


def test_the_least_loaded_gets_it_and_nobody_when_all_are_refused() -> None:
    people = [Candidate("a", "", load=3), Candidate("b", "", load=1), Candidate("c", "", load=0, refused="满了")]
    assert run(people, "least_loaded", 3) == {"b": 2, "a": 1}
    assert choose([replace(one, refused="请假") for one in people], "weighted") == (None, {})


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({}, ""),
        ({"away_until": "03-21 00:00", "load": 99}, "请假到03-21 00:00"),
        ({"off_shift": True, "load": 99}, "现在不当班"),
        ({"foreign": "不负责成都"}, "不负责成都"),
        ({"load": 5, "capacity": 5}, "手上已有 5 条(上限 5)"),
        ({"load": 10, "capacity": 20}, "手上已有 10 条(上限 10)"),
        ({"overdue": 3}, "有 3 条超时还没跟上"),
        ({"today": 8}, "今天已分到 8 条(上限 8)"),
    ],
)
def test_the_reason_names_the_limit(state: dict[str, object], told: str) -> None:
    usual = {"away_until": "", "off_shift": False, "load": 0, "overdue": 0, "today": 0, "capacity": None, "foreign": ""}
    assert why_not(**{**usual, **state}, limits=Limits(holding=10, overdue=3, per_day=8)) == told  # type: ignore[arg-type]
