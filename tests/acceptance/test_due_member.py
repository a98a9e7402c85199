"""`due --member`: the due time by a colleague's own hours and zone, without the days on which they are away."""

import pytest

from tests.lists import cli
from tests.town import town

pytestmark = [pytest.mark.feature("H4", "H2"), pytest.mark.ask("AS20")]
OTHERS = """  others:
    - {name: 纽约, members: [lina], zone: America/New_York, holidays: none}
"""


def with_new_york(text):
    """李娜 works in New York, by its own clock."""
    return text.replace("calendar:\n", "calendar:\n" + OTHERS, 1)


async def due(acme, start, within, *member):
    code, out, err = await cli("due", acme.folder.root, "--start", start, "--within", within, *member)
    assert code == 0, err
    return out.split("\n")[:2]


async def test_a_members_own_hours_zone_and_leave_decide(tmp_path):
    async with town(tmp_path, rules=with_new_york) as acme:
        wednesday = ("2026-03-18T10:20+08:00", "2h")
        assert (await due(acme, *wednesday))[0] == "2026-03-18T13:50+08:00"
        assert (await due(acme, *wednesday, "--member", "wanglei"))[0] == "2026-03-18T13:50+08:00"
        abroad = await due(acme, *wednesday, "--member", "lina")
        assert abroad[0].startswith("2026-03-18T11:00-04:00"), "22:20 of the evening before: her work begins at 9"
        await acme.text("wanglei", "请假 到周五")
        away = await due(acme, *wednesday, "--member", "wanglei")
        assert away[0] == "2026-03-23T11:00+08:00" and "周一" in away[1]
        winter, summer = ("2026-10-31T08:00-04:00", "2026-11-02T08:00-05:00")
        for start in (winter, summer):  # the clocks go back on the Sunday between them
            assert (await due(acme, start, "2h", "--member", "lina"))[0] == "2026-11-02T11:00-05:00"


async def test_nobody_of_that_name_is_told_with_the_cure(tmp_path):
    async with town(tmp_path) as acme:
        arguments = ("--start", "2026-03-18T10:20+08:00", "--within", "2h", "--member", "sunwukong")
        code, out, err = await cli("due", acme.folder.root, *arguments)
        assert code in (1, 2) and out == "" and "sunwukong" in err and "Traceback" not in err
