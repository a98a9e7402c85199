"""Rules are tried out on the leads that are there before anybody is touched by them."""

import json

import pytest

from tests.acceptance.test_assignment import MEMBERS, WEST, by_rules, lead_from, members
from tests.lists import cli
from tests.town import town


async def rehearse(place, *options):
    status, out, err = await cli("rules", "rehearse", place.folder.root, "--json", *options)
    assert status == 0, err
    return json.loads(out)


@pytest.mark.feature("E8", "R5")
@pytest.mark.platforms("wecom")  # a command of the terminal is the same on both
async def test_a_file_is_rehearsed_on_the_last_leads_and_on_one_and_nothing_changes(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        nos = [await lead_from(acme, number, city="永川") for number in range(3)]
        poor = await lead_from(acme, 10, city="哈尔滨", budget="", need="问问", title="")
        await members(acme, wanglei={"capacity": 1})
        await acme.text("wanglei", f"领取 {nos[0]}")
        await acme.text("lina", "请假 到周五")
        before = [await acme.lead(no) for no in (*nos, poor)]
        text = by_rules(WEST)(acme.folder.rules.read_text("utf-8"))
        acme.folder.rules.write_text(text.replace("mql: {score: 60, grade: C}", "mql: {score: 20, grade: D}"), "utf-8")
        found = await rehearse(acme)
        assert found["leads"] == 4 and found["moved"] == 3
        assert (found["mql"]["before"], found["mql"]["after"]) == (3, 4)
        assert (found["mql"]["gained"], found["mql"]["lost"]) == ([poor], [])
        assert {one["name"]: (one["before"], one["after"]) for one in found["rules"]} == {
            "(no rule)": (4, 1), "渝西片区": (0, 3),
        }  # fmt: skip
        one = await rehearse(acme, "--lead", nos[1])
        assert (one["rule"], one["number"], one["pool"], one["owner"]) == ("渝西片区", 1, "west", None)
        why = {candidate["member"]: candidate["why_not"] for candidate in one["candidates"]}
        assert why == {"lina": "请假到03-21 00:00", "wanglei": "手上已有 1 条(上限 1)"}
        status, _, told = await cli("rules", "rehearse", acme.folder.root, "--lead", "L999")
        assert status == 1 and "there is no lead 'L999'" in told
        status, out, _ = await cli("rules", "rehearse", acme.folder.root)
        assert status == 0 and "MQL: 3 -> 4" in out and "nothing was changed" in out
        assert [await acme.lead(no) for no in (*nos, poor)] == before
        assert (await acme.bot.context()).rules.version == 1


@pytest.mark.feature("E8", "E3")
@pytest.mark.platforms("wecom")  # a command of the terminal is the same on both
async def test_a_rehearsal_knows_whose_shift_it_is_by_the_file(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        no = await lead_from(acme, 1, city="永川")
        text = by_rules(WEST)(acme.folder.rules.read_text("utf-8"))
        early = '{name: 早班, members: [lina], hours: {wed: ["07:00-10:00"], thu: ["07:00-10:00"]}}'
        text = text.replace("calendar:\n", f"calendar:\n  others: [{early}]\n", 1)
        acme.folder.rules.write_text(text, "utf-8")
        one = await rehearse(acme, "--lead", no)
        why = {candidate["member"]: candidate["why_not"] for candidate in one["candidates"]}
        assert one["owner"] == "wanglei" and why == {"lina": "现在不当班", "wanglei": ""}
