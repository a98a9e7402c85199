"""A lesson goes on when its step was done, and only then."""

import pytest

from bot.handlers.commands import ALIASES, COMMANDS
from bot.lead_actions import Claim
from bot.lessons import LESSONS, MANAGER, MARKETING, REP, after
from bot.packing import PRACTICE, pack, unpack
from bot.practice import INSIDE, OUTSIDE


@pytest.mark.parametrize(
    ("lesson", "step", "signs", "then"),
    [
        (REP, 0, {"claimed"}, 1),
        (REP, 0, {"viewed"}, 0),
        (REP, 1, {"claimed"}, 1),  # given back and taken again: still to be followed up
        (REP, 1, {"followup_logged", "next_step_set"}, 2),
        (REP, 2, {"qualified"}, 3),
        (REP, 1, {"qualified", "opportunity_opened"}, 4),  # a deal at once: nothing is left to learn
        (REP, 3, {"opportunity_opened"}, 4),
        (MANAGER, 0, {"超时"}, 2),
        (MANAGER, 2, {"transferred"}, 3),
        (MARKETING, 1, {"渠道"}, 1),  # the campaign was refused
        (MARKETING, 1, {"渠道", "campaign"}, 2),
    ],
)
def test_the_next_step_comes_when_this_one_is_done(lesson, step, signs, then):
    assert after(lesson, step, signs) == then


@pytest.mark.parametrize("role", LESSONS)
def test_a_lesson_only_names_words_that_there_are(role):
    words = {sign for step in LESSONS[role] for sign in step.done if not sign.isascii()}
    assert words <= set(ALIASES)
    for step in LESSONS[role]:
        for word in words & set(step.done):
            assert not COMMANDS[word].roles or role in COMMANDS[word].roles


def test_a_button_of_a_room_is_the_same_act_with_a_sign():
    key = pack(Claim(7, 1), practice=True)
    assert key == PRACTICE + pack(Claim(7, 1)) and unpack(key) == Claim(7, 1)


def test_what_is_practised_are_words_that_there_are_and_nothing_that_would_be_lost():
    assert set(INSIDE) <= set(COMMANDS) and set(OUTSIDE) <= set(COMMANDS)
    assert not {"新线索", "请假", "销假", "交接", "导入", "同意", "退订"} & set(INSIDE)
