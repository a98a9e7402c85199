"""Rules that name what is not there, never apply or would leave leads unowned are refused with line and cure."""

import re

import pytest

from store.db import Store
from tests.bot.commands.test_unusable_rules import refused

CREW = [
    ("wanglei", "rep", "华东"),
    ("chenjing", "manager", "华东"),
    ("zhouzong", "manager", "总部"),
    ("admin", "admin", ""),
]
RULE = "\nassignment:\n  rules:\n    - "
TWO = "{name: 大区, when: {region: [四川, 重庆]}}\n    - {name: 四川, when: {region: [四川]}}"
ONLY = "\n    only: {%s}\n    within: 2h"


@pytest.mark.feature("E1", "R5")
@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("", RULE + "{name: a, pool: west}", "assignment.rules[0].pool", "there is no pool 'west'; the pools"),
        ("", RULE + "{name: a, by: weighted, team: 华冬}", "assignment.rules[0].team", "did you mean 华东?"),
        ("", RULE + "{name: a, by: round_robin, team: 总部}", "assignment.rules[0].team", "has no active rep"),
        ("", RULE + "{name: a, by: claim, when: {stage: [x]}}", "assignment.rules[0].when.stage", "unknown key; "),
        ("", RULE + "{name: a, by: round_robin, members: [li]}", "assignment.rules[0].members[0]", "has the id 'li'"),
        ("", RULE + TWO, "assignment.rules[1]", "rule '四川' can never apply: '大区' stands before it"),
        ("", "\nlifecycle: {require: {sqll: [need]}}\n", "lifecycle.require.sqll", "Input should be 'mql', 'sql'"),
        ("", "\nlifecycle: {require: {sql: [floor]}}\n", "lifecycle.require.sql[0]", "Input should be 'name'"),
        ("", "\nfields: {area: {label: 面积, required_at: sol}}\n", "fields.area.required_at", "Input should be 'mql'"),
        ("", "\nfields: {area: {label: 电话}}\n", "fields.area.label", "every lead has 电话 already"),
        ("", "\nfields: {area: {label: 面积, type: select}}\n", "fields.area", "list the options, such as [是, 否]"),
        ("field: email", "field: mail", "scoring.rules[2].field", "Input should be 'name', 'title'"),
        ("\n    within: 2h", ONLY % "pool: [west]", "clocks.claim.only.pool[0]", "there is no pool 'west'"),
        ("\n    within: 2h", ONLY % "team: [华冬]", "clocks.claim.only.team[0]", "did you mean 华东?"),
        (
            "roles: [rep, manager]", "roles: [rep]\n    claim: false", "pools.public",
            "nobody could give its leads to anybody: claim is false and no active manager looks into it",
        ),
    ],
)  # fmt: skip
async def test_what_cannot_work_is_told_at_its_place(store: Store, tmp_path, old, new, key, told) -> None:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1) if old else text + new

    found = (await refused(store, tmp_path, change, CREW)).splitlines()
    (line,) = [one for one in found if re.search(rf"rules\.yaml:\d+:\d+: {re.escape(key)}: ", one)]
    assert told in line
    number = int(re.search(r"rules\.yaml:(\d+):", line)[1])
    written = change((tmp_path / "acme" / "rules.yaml").read_text("utf-8")).splitlines()[number - 1]
    assert key.split(".")[-1].partition("[")[0] in written or "name: 四川" in written, "the line is the one to mend"
