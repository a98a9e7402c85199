"""Where a journey leads: cases without a store."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from config.journey import Journey, Met, Those
from nurture.journey import Way, ending, entered, hindrance, holds, over, resumed, waits_for
from store.tables import Lead
from tests.conftest import NOW
from tests.town import shanghai

ZONE = ZoneInfo("Asia/Shanghai")
STEPS = [
    {"wait": "2d"},
    {"name": "cut", "split": {"a": 3, "b": 1}},
    {"name": "a", "tell": "marketing", "next": "seen"},
    {"name": "b", "tell": "owner"},
    {"name": "seen", "wait": "3d", "until": ["open"], "otherwise": "call"},
    {"name": "asked", "when": {"score_at_least": 40, "did": ["download"]}, "otherwise": "end"},
    {"name": "call", "give": "sales"},
]


def journey(**changed):
    return Journey.model_validate({"label": "x", "start": {"behaviour": ["open"]}, "steps": STEPS, **changed})


def lead(**changed):
    values = {"id": 7, "corp": "acme", "stage": "new", "score": 30, "grade": "B", "source": "官网", "created_at": NOW}
    return Lead(**(values | changed))


def go(name, *, of=None, way=None, did=(), now=NOW, **changed):
    return entered(journey(), name, of or lead(**changed), way or Way("1"), did=did, zone=ZONE, now=now)


def test_a_wait_counts_from_now_or_from_when_the_last_message_goes():
    assert go("s1") == NOW + timedelta(days=2)
    tomorrow = NOW + timedelta(days=1)
    assert go("s1", way=Way("1", sent_at=tomorrow)) == tomorrow + timedelta(days=2)
    assert go("s1", way=Way("1", sent_at=NOW - timedelta(days=1))) == NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("clock", "until"), [("09:30", "2026-03-21 09:30"), ("10:20", "2026-03-20 10:20"), ("18:00", "2026-03-20 18:00")]
)
def test_a_wait_may_end_at_a_time_of_the_day_in_shanghai(clock, until):
    made = journey(steps=[{"wait": "2d", "at": clock}])
    assert entered(made, "s1", lead(), Way("1"), zone=ZONE, now=NOW) == shanghai(until)  # NOW is 10:20 on the 18th


@pytest.mark.parametrize(
    ("day", "leads"),
    [(-1, "2026-03-19 10:00"), (1, "2026-03-21 10:00"), (-2, "late"), (-3, "late")],
)
def test_a_day_is_counted_from_the_run_s_own(day, leads):
    steps = [{"name": "d", "day": day, "otherwise": "late"}, {"stop": True}, {"name": "late", "stop": True}]
    found = entered(journey(steps=steps), "d", lead(), Way("1", "2026-03-20"), zone=ZONE, now=NOW)
    assert found == (leads if leads == "late" else shanghai(leads))


@pytest.mark.parametrize(
    ("step", "run_at", "until"),
    [
        ({"wait": "9d"}, "2026-03-17 10:00", "2026-03-19 10:20"),  # a day was left
        ({"wait": "9d", "at": "09:00"}, "2026-03-17 10:00", "2026-03-19 09:00"),
        ({"day": 3}, "2026-03-30 10:00", "2026-03-30 10:00"),
        ({"day": 3}, "2026-03-01 10:00", "2026-03-18 10:20"),
    ],
)
def test_what_goes_on_has_its_rest_left(step, run_at, until):
    made = journey(steps=[step], start={"holiday": ["中秋"]})
    rest = timedelta(days=1)
    assert resumed(made, "s1", run_at=shanghai(run_at), rest=rest, zone=ZONE, now=NOW) == shanghai(until)


def test_a_condition_leads_both_ways():
    assert go("asked", score=40, did=["download"]) == "call"
    assert go("asked", score=40) == "end" and go("asked", score=39, did=["download"]) == "end"


def test_groups_are_as_large_as_their_weights_and_the_same_run_is_always_in_the_same():
    drawn = Counter(go("cut", way=Way(f"paper:{number}:")) for number in range(4000))
    assert 2850 < drawn["a"] < 3150 and drawn["a"] + drawn["b"] == 4000  # 3000 expected, six deviations either way
    assert len({go("cut", way=Way("paper:9:")) for _ in range(5)}) == 1


def test_the_time_is_over_without_what_was_waited_for():
    assert over(journey(), "seen") == "call" and over(journey(), "s1") == "cut"
    assert waits_for(journey(), "seen", ["open"]) and not waits_for(journey(), "seen", ["click"])


@pytest.mark.parametrize(
    ("those", "changed", "said"),
    [
        ({}, {}, True),
        ({"stage": ["new", "mql"]}, {}, True),
        ({"stage": ["mql"]}, {}, False),
        ({"grade": ["A"]}, {}, False),
        ({"source": ["官网"]}, {}, True),
        ({"score_below": 30}, {}, False),
        ({"score_at_least": 30, "score_below": 31}, {}, True),
        ({"owned": True}, {}, False),
        ({"owned": False}, {}, True),
        ({"own": {"tag": "展会"}}, {"own": {"tag": ["展会", "老客户"]}}, True),
        ({"own": {"tag": ["制造", "展会"], "size": "3"}}, {"own": {"tag": "展会", "size": 3}}, True),
        ({"own": {"tag": "展会"}}, {"own_sealed": {"tag": "别的"}}, False),
    ],
)
def test_who_is_meant(those, changed, said):
    assert holds(Those.model_validate(those), lead(**changed)) is said


def test_what_keeps_and_what_ends_a_run():
    plain, owned = journey(only={"stage": ["new"]}), journey(owned=True)
    assert hindrance(plain, lead(), "") == ""
    assert (
        hindrance(plain, lead(owner_id="wanglei"), "") == "claimed" and hindrance(owned, lead(owner_id="w"), "") == ""
    )
    assert hindrance(plain, lead(stage="mql"), "") == "left" and hindrance(plain, lead(), "replied") == "replied"
    made = journey(goal={"stage": ["mql"]}, exit=Met(did=("reply",)))
    assert (
        ending(made, lead()) == "" and ending(made, None) == "gone" and ending(made, lead(stage="invalid")) == "invalid"
    )
    assert ending(made, lead(stage="mql")) == "goal" and ending(made, lead(), did={"reply"}) == "exit"
