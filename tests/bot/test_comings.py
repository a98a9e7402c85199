"""Platforms promise no order: whoever left and came back is there, however late, often or mixed up it is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.context import Context
from bot.events import MemberJoined, MemberLeft
from bot.handlers.people import on_member_joined, on_member_left
from config.folder import Folder
from config.hours import calendar_of
from config.rules import load_rules
from store.db import Store
from store.members import find_member, save_member
from store.tables import Member
from store.tx import Tx
from tests.conftest import NOW

TEMPLATE = Path(__file__).parents[2] / "config" / "templates" / "default" / "rules.yaml"
TOLD = st.lists(st.booleans(), min_size=1, max_size=4).flatmap(
    lambda story: st.permutations([*range(len(story))] * 3).map(lambda order: (story, order))
)


@pytest.mark.failure("P8")
@pytest.mark.parametrize("name", ["wecom", "dingtalk"])
@settings(max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
@given(told=TOLD)
async def test_the_last_word_is_the_latest_not_the_last_told(
    store: Store, name: str, told: tuple[list[bool], list[int]]
) -> None:
    """Comings (True) and goings, a minute apart, each told three times in any order."""
    story, order = told
    rules = load_rules(TEMPLATE.read_text("utf-8"), "rules.yaml").model_copy(update={"version": 1})
    ctx = Context(rules, calendar_of(rules, Folder(Path()), today=NOW.date()), NOW)
    member_id = f"{name}-{story}-{order}"

    async def tell(tx: Tx) -> str:
        await save_member(tx, Member(corp=tx.corp, id=member_id, name="李四", role="rep", **{name: member_id}))
        said = []
        for number in order:
            at = NOW + timedelta(minutes=number)
            if story[number]:
                said += await on_member_joined(tx, MemberJoined(name, member_id, at, name="李四"), ctx)
            else:
                said += await on_member_left(tx, MemberLeft(name, member_id, at), ctx)
        found = await find_member(tx, member_id)
        assert found is not None
        return found.state

    assert await store.transaction(tell) == ("active" if story[-1] else "left")
