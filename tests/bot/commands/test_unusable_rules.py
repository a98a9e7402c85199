"""Promises that nothing could stop, that nobody would hear of, or whose time would stand still are never published."""

from datetime import timedelta

import pytest

from bot.commands.publish import check
from config.document import BadDocument
from config.folder import create_folder
from store.db import Store
from tests.conftest import NOW

CREW = [("wanglei", "rep", "华东"), ("lina", "rep", "华东")]
OTHERS = """
  others:
    - name: 倒班
      members: [lina]
      shifts: {早: ["08:00-16:00"]}
      cycle: [早, 休]
      since: 2026-03-16
"""


def with_others(text: str) -> str:
    return text.replace("  holidays: china", OTHERS.strip("\n") + "\n  holidays: china", 1)


async def refused(store: Store, tmp_path, change, crew=CREW, override: str = "") -> str:
    folder = create_folder(tmp_path / "acme").folder
    if override:
        (folder.root / "own.csv").write_text(override, encoding="utf-8")
    text = change(folder.rules.read_text("utf-8"))
    arguments = {"text": text, "file": str(folder.rules), "members": crew}
    with pytest.raises(BadDocument) as error:
        await check(store, arguments, NOW)
    return str(error.value)


def leader(text: str) -> str:
    return text.replace("tell: [team_lead]", "tell: [pool]").replace("tell: [owner, team_lead]", "tell: [owner]")


@pytest.mark.feature("H1", "H6")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "stop: [claimed, assigned, transferred]",
            "stop: [captured]",
            "nothing could stop it: captured ends no promise",
        ),
        ("start: [mql, released, recycled]", "start: [scored]", "nothing could start it: use captured"),
    ],
)
async def test_a_clock_that_nothing_can_start_or_stop(store: Store, tmp_path, old, new, told) -> None:
    found = await refused(store, tmp_path, lambda text: text.replace(old, new, 1))
    assert "clocks.claim: " in found and told in found


@pytest.mark.feature("I3")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "only: {node: [proposal]}",
            "only: {node: [offer]}",
            "there is no node 'offer'; the nodes are: proposal, review",
        ),
        ("start: [node_reached]", "start: [claimed]", "only.node is for promises that a node starts"),
    ],
)
async def test_a_promise_for_a_node_that_nobody_reaches(store: Store, tmp_path, old, new, told) -> None:
    found = await refused(store, tmp_path, lambda text: leader(text.replace(old, new, 1)))
    assert "clocks.proposal" in found and told in found


@pytest.mark.feature("H6")
async def test_a_ladder_without_people(store: Store, tmp_path) -> None:
    found = await refused(store, tmp_path, lambda text: text)
    assert "clocks.claim.steps[2].tell: nobody would hear of it: no active member is meant by team_lead" in found
    assert "add a manager or administrator" in found


@pytest.mark.feature("H3", "H4")
async def test_a_calendar_without_a_working_minute_in_sixty_days(store: Store, tmp_path) -> None:
    days = "\n".join(f"{NOW.date() + timedelta(days=number)},free" for number in range(62))
    own = "  holidays: china\n  override: own.csv"
    override = f"date,kind\n{days}\n"
    found = await refused(
        store, tmp_path, lambda text: leader(text.replace("  holidays: china", own)), override=override
    )
    assert "calendar: nobody works in it for the next 60 days" in found and "calendar.override" in found


@pytest.mark.feature("H4")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("members: [lina]", "members: [linda]", "calendar.others[0].members[0]: no active member has the id 'linda'"),
        ("members: [lina]", "teams: [华冬]", "no active member is in the team '华冬'; did you mean 华东?"),
        ("cycle: [早, 休]", "cycle: [早, 晚]", "cycle names '晚', which is no shift"),
        ("cycle: [早, 休]", "cycle: [休]", "has no working hours"),
        ("      since: 2026-03-16\n", "", "a cycle needs since"),
        ("      cycle: [早, 休]\n", "", "shifts need a cycle"),
        ("members: [lina]", "members: []", "whose hours are these?"),
        ('{早: ["08:00-16:00"]}', '{早: ["16:00-08:00"]}', "ends before it begins"),
    ],
)
async def test_hours_of_others_that_cannot_be(store: Store, tmp_path, old, new, told) -> None:
    def change(text: str) -> str:
        changed = leader(with_others(text))
        assert old in changed
        return changed.replace(old, new, 1)

    assert told in await refused(store, tmp_path, change)


async def test_a_window_that_lies_in_the_quiet_hours_is_named_with_its_cure(store, tmp_path):
    def at_night(text: str) -> str:
        return text + '\nnurture: {quiet: "21:00-09:00", windows: {mail: {hours: ["21:30-23:00"]}}}\n'

    leaders = [("chenjing", "manager", "华东"), ("admin", "admin", "")]
    told = await refused(store, tmp_path, at_night, [*CREW, *leaders])
    assert "nurture.windows.mail" in told and "quiet hours (21:00-09:00)" in told and "move one of them" in told
