"""A rehearsal of a period says beforehand what the changed rules then do when the same things happen again."""

import asyncio
import random
from collections import Counter
from datetime import timedelta

import pytest

from tests.acceptance.test_assignment import MEMBERS, by_rules
from tests.acceptance.test_rehearse import rehearse
from tests.lists import cli, csv_text, import_file
from tests.town import MQL, town, words

TURNS = "{name: 渝西片区, when: {region: [渝西片区]}, by: round_robin, team: 渝西, pool: west}"
REPS = ("lina", "wanglei", "zhaoqiang")


def changed(text):
    """Rules that call more leads MQLs, give some of them, promise more, and take a lead back."""
    text = by_rules(TURNS)(text)
    text = text.replace("mql: {score: 60, grade: C}", "mql: {score: 40, grade: D}")
    text = text.replace("within: 2h", "within: 1h").replace("within: 1d", "within: 4h")
    return text.replace("      - {at: 100, tell: [owner, team_lead]}", "      - {at: 150, tell: [owner], do: recycle}")


def script(count, seed):
    """(minutes after the start, what is done, with which lead, by whom) over some days, in order."""
    chance = random.Random(seed)
    acts = []
    for number in range(count):
        came = chance.randrange(0, 2000)
        fields = {
            "name": f"客户{number}", "phone": f"139{number:08}", "city": chance.choice(["永川", "杭州"]),
            "title": chance.choice(["采购总监", "工程师", "经理"]), "budget": chance.choice(["50万", ""]),
            "need": chance.choice([MQL["need"], "了解一下"]), "source": chance.choice(["官网", "百度"]),
        }  # fmt: skip
        acts.append((came, "capture", number, fields))
        if chance.random() < 0.3:
            acts.append((came + chance.randrange(1, 600), "reply", number, f"r{number}"))
        if chance.random() < 0.3:
            acts.append((came + chance.randrange(1, 900), "capture", number, {**fields, "source": "展会"}))
        claim = came + chance.randrange(5, 400)
        acts.append((claim, "claim", number, chance.choice(REPS)))
        if chance.random() < 0.7:
            acts.append((claim + chance.randrange(5, 900), "followup", number, "电话聊了,方案已经发过去了"))
    return sorted(acts, key=lambda act: act[0])


async def play(place, acts):
    """Live through it; who owns the lead is who follows up."""
    begun, nos = place.at, {}
    for minutes, act, number, detail in acts:
        await place.until(begun + timedelta(minutes=minutes))
        if act == "capture":
            nos[number] = await place.capture(**detail)
        elif act == "reply":
            await place.api("POST", f"/leads/{nos[number]}/behaviours", kind="reply", key=detail)
        elif act == "claim":
            await place.api("POST", f"/leads/{nos[number]}/claim", by=detail)
        elif (owner := (await place.lead(nos[number]))["owner"]) is not None:
            await place.api("POST", f"/leads/{nos[number]}/followups", by=owner, kind="call", text=detail)
    await place.later(days=4)
    return list(nos.values())


async def came_of(place, nos):
    """What the rules did, by the leads' own stories."""
    mql, given, broken, recycled = 0, Counter(), Counter(), 0
    for no in nos:
        story = await place.story(no)
        mql += any(item["kind"] == "mql" for item in story)
        given.update({item["data"]["owner"]: 1 for item in story if item["kind"] == "assigned"})
        broken.update(item["data"]["clock"] for item in story if item["kind"] == "clock_overdue")
        recycled += sum(item["kind"] == "recycled" for item in story)
    return mql, dict(given), dict(broken), recycled


@pytest.mark.feature("D2", "R2")
@pytest.mark.platforms("wecom")  # a command of the terminal is the same on both
@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_predicted_is_what_the_changed_rules_do_with_the_same_events(tmp_path, platform, seed):
    acts = script(30, seed)
    (tmp_path / "then").mkdir()
    (tmp_path / "again").mkdir()
    async with town(tmp_path / "then", platform=platform, members=MEMBERS) as acme:
        first = acme.at.date()
        nos = await play(acme, acts)
        before = await came_of(acme, nos)
        acme.folder.rules.write_text(changed(acme.folder.rules.read_text("utf-8")), "utf-8")
        told = await rehearse(acme, "--from", str(first))
    async with town(tmp_path / "again", platform=platform, members=MEMBERS, rules=changed) as acme:
        after = await came_of(acme, await play(acme, acts))
    assert told["leads"] == 30 and before != after
    for side, (mql, given, broken, recycled) in (("before", before), ("after", after)):
        assert told["mql"][side] == mql, side
        assert {one["name"]: one[side] for one in told["owners"] if one[side]} == given, side
        assert {one["name"]: one[side] for one in told["clocks"] if one[side]} == broken, side
        assert told["recycled"][side] == recycled, side
    assert {one["name"] for one in told["sources"]} == {"官网", "百度"}
    assert sum(one["after"] for one in told["sources"]) == told["mql"]["after"]
    assert {one["kind"] for one in told["examples"]} >= {"mql", "owner", "broken"}


@pytest.mark.feature("D2")
@pytest.mark.platforms("wecom")  # a command of the terminal is the same on both
async def test_a_promise_about_deals_is_not_broken_by_other_leads_and_a_node_starts_its_own(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        first = acme.at.date()
        head, deal = ("姓名", "手机", "负责人", "状态"), ("陈老板", "13911112222", "李娜", "商机")
        await import_file(acme, "deals.csv", csv_text(head, deal))
        other = await acme.mql()
        await acme.text("lina", f"领取 {other}")
        for no, words_ in (("L1001", "电话聊了半小时,价格再商量"), (other, "电话聊了半小时,方案已提交给客户")):
            await acme.text("lina", f"跟进 {no} {words_}")
        await acme.later(days=9)
        stories = [item for no in ("L1001", other) for item in await acme.story(no)]
        happened = Counter(item["data"]["clock"] for item in stories if item["kind"] == "clock_overdue")
        assert happened["stuck"] == 1 and happened["proposal"] == 1
        told = await rehearse(acme, "--from", str(first - timedelta(days=1)))
        assert {one["name"]: one["before"] for one in told["clocks"]} == dict(happened)


@pytest.mark.feature("D2")
@pytest.mark.platforms("wecom")  # a command of the terminal is the same on both
async def test_a_period_that_ends_before_it_begins_is_refused(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        for days in (("2026-03-02", "2026-03-01"), ("gestern", "2026-03-01")):
            status, _, told = await cli("rules", "rehearse", acme.folder.root, "--from", days[0], "--to", days[1])
            assert status == 1 and ("before it begins" in told or "2026-10-01" in told), told


@pytest.mark.feature("D2", "R2")
async def test_marketing_asks_in_chat_what_the_file_would_change(acme):
    no = await acme.capture(name="周敏", phone="13700137000", company="苏州微光", title="经理", need="了解一下")
    await acme.later(days=1)
    assert "和现在的规则一样" in await tried(acme, "rules.yaml")
    text = acme.folder.rules.read_text("utf-8").replace("mql: {score: 60, grade: C}", "mql: {score: 20, grade: C}")
    acme.folder.rules.write_text(text, "utf-8")
    told = await tried(acme, "1 条线索")
    assert "MQL:0 → 1" in told and no in told and "什么都没有变" in told
    assert (await acme.lead(no))["stage"] == "new"
    acme.folder.rules.write_text(text.replace("mql: {score: 20", "mql: {punkte: 20"), "utf-8")
    assert "punkte" in await tried(acme, "还不能用")
    assert "给主管和市场用" in words(await acme.text("lina", "试算"))


async def tried(acme, said):
    """What 林达 hears once the rules were tried out."""
    await acme.later(minutes=1)
    before = len(acme.standin.chat("linda"))
    assert "算好马上告诉你" in words(await acme.text("linda", "试算"))
    async with asyncio.timeout(20):
        while said not in (told := words(acme.standin.chat("linda")[before + 2 :])):  # noqa: ASYNC110 - a job counts
            await asyncio.sleep(0.01)
    return told
