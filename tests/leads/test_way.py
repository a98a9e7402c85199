"""Who answers a channel code: the first slot that covers the moment, the backup, and nobody twice."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config.way import ContactWay, Slot
from leads.way import next_turn, on_duty

ZONE = ZoneInfo("Asia/Shanghai")
EVERYBODY = ("wang", "li", "zhao", "chen")
WAY = ContactWay(
    label="工博会",
    staff=(
        Slot(members=("wang",), days=("mon", "tue", "wed", "thu", "fri"), hours=("09:00-12:00", "13:30-18:00")),
        Slot(members=("li", "zhao"), hours=("18:00-24:00",)),
        Slot(members=("li",), days=("sat",)),
    ),
    backup=("chen",),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("when", "away", "expected"),
    [
        ("2026-03-18 10:00", (), ("wang",)),  # a Wednesday
        ("2026-03-18 12:00", (), ("chen",)),  # the end of a period is outside
        ("2026-03-18 18:00", (), ("li", "zhao")),
        ("2026-03-18 23:59", ("li",), ("zhao",)),
        ("2026-03-18 10:00", ("wang",), ("chen",)),
        ("2026-03-21 10:00", (), ("li",)),  # a Saturday
        ("2026-03-21 10:00", ("li",), ("chen",)),
        ("2026-03-18 12:30", ("chen",), ("wang", "li", "zhao")),  # no backup: anyone of the code
        ("2026-03-18 10:00", EVERYBODY, ("wang", "li", "zhao", "chen")),  # all on leave: still somebody
    ],
)
def test_the_first_slot_that_covers_the_moment_answers(
    when: str, away: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    duty = on_duty(WAY, active=EVERYBODY, away=away, zone=ZONE, now=at(when))
    assert (duty.members, duty.vacant) == (expected, False)


def test_it_is_vacant_only_when_nobody_of_the_slots_is_with_the_company() -> None:
    now = at("2026-03-18 10:00")
    assert on_duty(WAY, active=("chen",), away=(), zone=ZONE, now=now).vacant
    assert not on_duty(WAY, active=("chen", "zhao"), away=("zhao",), zone=ZONE, now=now).vacant
    assert on_duty(WAY, active=(), away=(), zone=ZONE, now=now).members == ()


@pytest.mark.parametrize(
    ("now", "turn"),
    [
        ("2026-03-18 10:00", "2026-03-18 12:00"),
        ("2026-03-18 12:00", "2026-03-18 13:30"),
        ("2026-03-20 19:00", "2026-03-21 00:00"),
        ("2026-03-21 20:00", "2026-03-22 00:00"),
    ],
)
def test_it_is_looked_at_again_when_a_slot_begins_or_ends(now: str, turn: str) -> None:
    assert next_turn(WAY, zone=ZONE, now=at(now)) == at(turn)


def test_a_code_that_the_same_people_always_answer_never_turns() -> None:
    always = ContactWay(label="常驻", staff=(Slot(members=("wang",)),))
    assert next_turn(always, zone=ZONE, now=at("2026-03-18 10:00")) is None
