"""Whatever a button's key says: one of our actions, the same after packing it again, or nothing at all."""

from hypothesis import example, given
from hypothesis import strategies as st

from bot.actions import WORDS
from bot.dingtalk.parse import split_key
from bot.packing import BadAction, pack, unpack

PARTS = st.sampled_from([
    *WORDS, "1", "0", "007", "", "%2F", "%", "%zz", "%ff", "张", "1e3", "９",
    "-1", "?reason=x", "\ud800",
])  # fmt: skip
KEYS = st.text(max_size=40) | st.lists(PARTS | st.text(max_size=6), max_size=6).map("/".join)


@given(KEYS)
@example("hand-over/\ud800")
def test_any_key_is_an_action_or_nothing(key: str) -> None:
    try:
        action = unpack(key)
    except BadAction:
        return
    assert unpack(pack(action)) == action


@given(KEYS)
def test_any_key_with_a_choice_is_an_action_or_nothing(key: str) -> None:
    found = split_key(key)
    if found is not None:
        unpack(found[0])
        assert all(isinstance(value, str) for chosen in found[1].values() for value in chosen)
