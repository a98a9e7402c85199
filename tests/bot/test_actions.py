"""A button's key says exactly what was packed, and nothing else passes."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import WORDS
from bot.lead_actions import Claim, Disqualify, SetNextStep, Transfer
from bot.packing import LONGEST, BadAction, pack, unpack


@pytest.mark.parametrize("kind", WORDS.values(), ids=WORDS)
@given(data=st.data())
def test_every_action_comes_back_as_it_was_packed(kind, data):
    values = {
        f.name: data.draw(st.integers(0, 10**15) if f.type is int else st.text(max_size=20)) for f in fields(kind)
    }
    action = kind(**values)
    assert unpack(pack(action)) == action


def test_a_key_is_short_and_readable():
    assert pack(Claim(1024, 3)) == "claim/1024/3"
    assert pack(Transfer(1, 2, "张/三")) == "transfer/1/2/%E5%BC%A0%2F%E4%B8%89"


def test_a_key_that_no_platform_would_take_is_refused_when_it_is_packed():
    with pytest.raises(ValueError, match=str(LONGEST)):
        pack(Disqualify(1, 1, "空" * 200))


@pytest.mark.parametrize(
    "key",
    [
        "", "claim", "claim/", "claim/1", "claim/1/2/3", "claim/x/1", "claim/-1/1", "claim/1/ 1", "claim/１/1",
        "steal/1/1", "claim/" + "9" * 19 + "/1", "CLAIM/1/1", "claim/1/1\n", "x" * 2000,
    ],
)  # fmt: skip
@pytest.mark.feature("P7")
def test_a_forged_key_means_nothing(key):
    with pytest.raises(BadAction):
        unpack(key)


def test_an_empty_choice_stays_empty():
    assert unpack(pack(SetNextStep(7, ""))) == SetNextStep(7, "")
