"""Somebody leaves: their manager gives what they had to a colleague, and nothing but the owner changes."""

import hashlib
import json

import pytest

from store.leads import change
from tests.town import town, words


def told(place, user, part):
    return [words([m]) for m in place.standin.chat(user) if part in words([m])]


async def with_leads(place, count=3):
    """王磊 has some leads: the first one contacted, with a next step."""
    numbers = [await place.mql(phone=f"1360013600{n}", name=f"客户{n}") for n in range(count)]
    for no in numbers:
        await place.text("wanglei", f"领取 {no}")
    await place.text("wanglei", f"跟进 {numbers[0]} 电话聊了,要比较两家,下周三上午10点再打")
    await place.api("POST", f"/leads/{numbers[1]}/qualify", by="wanglei")
    return numbers


async def without_owner(place, no):
    """A hash of everything that a lead is and that has happened to it, but who owns it."""
    lead = {key: value for key, value in (await place.lead(no)).items() if key != "owner"}
    story = [item for item in await place.story(no) if item["kind"] not in ("transferred", "clock_started")]
    _, clocks = await place.api("GET", "/clocks")
    running = [c for c in clocks["items"] if c["lead"] == no]
    return hashlib.sha256(json.dumps([lead, story, running], sort_keys=True).encode()).hexdigest()


@pytest.mark.feature("O1", "O4")
@pytest.mark.ask("AS23")
async def test_a_leaver_brings_the_manager_a_card_and_everything_goes_on_unchanged(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        numbers = await with_leads(acme)
        before = [await without_owner(acme, no) for no in numbers]
        await acme.standin.leave("wanglei")
        await acme.settle()
        card = words([acme.card("chenjing")])
        assert "王磊已离开:3 线索 0 商机 1 待办 交给谁?" in card and "李娜" in card
        quiet = len(acme.standin.chat("lina"))
        if platform == "wecom":
            await acme.press("chenjing", "全部交给他", to="lina")
        else:
            await acme.press("chenjing", "李娜(华东) 0 条")
        assert "王磊的 3 线索 0 商机 1 待办 交给李娜" in words(acme.standin.chat("chenjing")[-2:])
        assert [(await acme.lead(no))["owner"] for no in numbers] == ["lina"] * 3
        assert [await without_owner(acme, no) for no in numbers] == before, "one field has changed: the owner"
        got = acme.standin.chat("lina")[quiet:]
        lists = [words([m]) for m in got if "3 条线索交给你了" in words([m])]
        assert len(lists) == 1 and all(no in lists[0] for no in numbers), "one list, not three cards"
        briefs = "\n".join(words([m]) for m in got if "接手简报" in words([m]))
        assert briefs.count("接手简报") == 3
        first = briefs[briefs.index(f"接手简报 {numbers[0]}") :].split("\n")[:5]
        assert "急需三十台工业相机" in first[1] and "跟过 1 次" in first[2] and "要比较两家" in first[2]
        assert "03-25 周三 10:00" in first[3]
        assert first[4].startswith("可以这样开场:客总,您好,我是李娜,接替王磊继续为您服务。")
        assert "已经没有线索了" in words(await acme.text("chenjing", "交接 王磊 李娜"))


@pytest.mark.feature("O1")
async def test_nobody_is_left_out_and_wrong_words_change_nothing(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        for sentence, answer in (
            ("交接", "交接谁的线索"),
            ("交接 王磊 李娜", "没有找到离职的同事「王磊」"),
            ("交接 孙悟空 李娜", "没有找到离职的同事"),
        ):
            assert answer in words(await acme.text("chenjing", sentence))
        await acme.standin.leave("wanglei")
        await acme.settle()
        assert "没有找到" in words(await acme.text("chenjing", "交接 王磊 王磊"))
        assert "主管和市场用的" in words(await acme.text("lina", "交接 王磊 李娜"))
        assert "主管或管理员" in words(await acme.text("linda", "交接 王磊 李娜"))
        assert (await acme.lead(no))["owner"] == "wanglei"


@pytest.mark.feature("O1")
async def test_more_than_one_slice_goes_over_and_each_lead_once(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        numbers = [await acme.capture(name=f"客户{n}", phone=f"136002{n:05}") for n in range(43)]
        await acme.bot.store.transaction(lambda tx: owned(tx, [int(no[1:]) for no in numbers]))
        await acme.standin.leave("wanglei")
        await acme.settle()
        await acme.text("chenjing", "交接 王磊 李娜")
        assert {(await acme.lead(no))["owner"] for no in numbers} == {"lina"}
        assert "43 条" in words(await acme.text("lina", "我的"))
        kinds = [item["kind"] for no in (numbers[0], numbers[42]) for item in await acme.story(no)]
        assert kinds.count("transferred") == 2


async def owned(tx, ids):
    """All these leads are 王磊's."""
    for number in ids:
        await change(tx, number, owner_id="wanglei", stage="sal")


@pytest.mark.feature("O4")
async def test_the_drill_shows_what_is_in_one_head_alone(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        await with_leads(acme)
        said = words(await acme.text("chenjing", "离职演练"))
        assert "如果某人今天离职" in said and "王磊:3 线索 0 商机 1 待办,热的 3 条,2 条没约下一步" in said
        assert "李娜" in said and "主管" in words(await acme.text("lina", "离职演练"))


@pytest.mark.feature("O4")
async def test_a_hot_lead_that_is_handed_on_comes_with_its_brief(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"跟进 {no} 电话聊了,要报价")
        await acme.text("wanglei", f"转给 {no} 李娜")
        (brief,) = told(acme, "lina", "接手简报")
        *lines, way = brief.split("\n")
        assert len(lines) == 5 and f"打开 {no}" in way and "要报价" in brief and "接替王磊" in brief
