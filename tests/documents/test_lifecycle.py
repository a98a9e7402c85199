"""The life of a lead in both READMEs is the one that the code works by."""

from pathlib import Path

import pytest

from config.words import STAGE_LABELS
from leads.lifecycle import CLOSED, MOVES, TABLE, may_follow
from store.leads import FREE_STAGES, OPEN_STAGES
from tests.lifecycle import drawn

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("page", "chinese"), [("README.md", False), ("README.zh-CN.md", True)])
def test_the_page_shows_the_table_as_it_is(page: str, chinese: bool) -> None:
    assert drawn(chinese=chinese) in (ROOT / page).read_text("utf-8"), "python -m tests.lifecycle brings it into step"


def test_every_stage_can_be_reached_and_every_move_names_known_stages() -> None:
    assert {one for move in TABLE for one in (*move.before, move.after)} == set(STAGE_LABELS)
    assert all(may_follow("new", stage) for stage in STAGE_LABELS)
    assert [stage for stage in STAGE_LABELS if not may_follow(stage, "new")] == ["won"], "a won lead stays won"
    assert set(FREE_STAGES) == set(MOVES["claim"].before) and set(OPEN_STAGES) | set(CLOSED) == set(STAGE_LABELS)
