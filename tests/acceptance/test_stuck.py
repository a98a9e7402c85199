"""A deal that nobody really touches: seven days after the last real contact it stands in the leader's morning card."""

import pytest

from tests.lists import csv_text, import_file
from tests.town import shanghai, town, words

pytestmark = pytest.mark.feature("I3")
LIST = (("姓名", "手机", "公司", "阶段", "负责人"), ("王建国", "13800138000", "云栖智能", "商机", "王磊"))


async def with_deal(acme):
    """王磊 has a lead that is an opportunity, as the list of the old system says; the list itself starts no promise."""
    await import_file(acme, "deals.csv", csv_text(*LIST))
    _, found = await acme.api("GET", "/leads?stage=opportunity")
    (lead,) = found["items"]
    assert lead["owner"] == "wanglei"
    return lead["no"]


def mornings(acme, user="chenjing"):
    return [words([m]) for m in acme.standin.chat(user) if "天没动" in words([m])]


async def clocks_of(acme, no, name="stuck"):
    _, found = await acme.api("GET", "/clocks")
    return [c for c in found["items"] if c["lead"] == no and c["name"] == name]


async def test_seven_days_without_a_real_contact_stand_in_the_leaders_morning_card(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await with_deal(acme)
        await acme.later(days=1)
        await acme.text("wanglei", f"跟进 {no} 电话聊了,在比价")  # Thursday 2026-03-19, 10:20
        await acme.until(shanghai("2026-03-25 20:00"))
        assert not mornings(acme), "nothing rings when the time is up"
        await acme.until(shanghai("2026-03-26 09:05"))
        (card,) = mornings(acme)
        assert "7 天没动" in card and f"{no} 王建国" in card and "王磊" in card
        assert f"催办 {no}" in card and f"改派 {no}" in card
        assert not mornings(acme, "wanglei") and not mornings(acme, "lina")
        await acme.press("chenjing", f"催办 {no}")
        assert "陈静催你" in words(acme.standin.chat("wanglei")[-1:])


async def test_only_real_contacts_count(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await with_deal(acme)
        await acme.text("wanglei", f"跟进 {no} 电话聊了,在比价")  # Wednesday 2026-03-18
        await acme.until(shanghai("2026-03-20 10:00"))
        await acme.text("wanglei", f"跟进 {no} 备注 客户在出差")
        await acme.api("PATCH", f"/leads/{no}", city="上海", by="wanglei")
        for _ in range(6):
            await acme.text("wanglei", f"跟进 {no} 已联系")
        running = [c for c in await clocks_of(acme, no) if c["state"] == "running"]
        assert running[0]["started_at"].startswith("2026-03-20"), "the first of them may have been true"
        await acme.until(shanghai("2026-03-27 09:05"))
        assert "7 天没动" in mornings(acme)[0]
        await acme.text("wanglei", f"跟进 {no} 上门演示,客户满意")
        assert [c["state"] for c in await clocks_of(acme, no)].count("running") == 1
        await acme.until(shanghai("2026-04-01 09:05"))
        assert len(mornings(acme)) == 1, "it has moved"


async def test_a_note_starts_and_stops_nothing(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await with_deal(acme)
        await acme.text("wanglei", f"跟进 {no} 备注 客户在出差")
        assert await clocks_of(acme, no) == []
        await acme.until(shanghai("2026-03-31 09:05"))
        assert not mornings(acme), "an import starts no promise, whenever the lead was made"


@pytest.mark.parametrize(
    ("said", "node", "label", "due"),
    [
        ("电话聊了,方案已提交,等他们看", "proposal", "方案已提交", "2026-03-23T10:20:00"),
        ("微信说他们在内部评审", "review", "客户内部评审", "2026-03-19T10:20:00"),
    ],
)
async def test_a_node_of_a_deal_starts_its_own_promise(tmp_path, platform, said, node, label, due):
    async with town(tmp_path, platform=platform) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"跟进 {no} {said}")
        (clock,) = await clocks_of(acme, no, node)
        assert clock["state"] == "running" and clock["due_at"].startswith(due)
        assert [i["text"] for i in await acme.story(no) if i["kind"] == "node_reached"] == [label]
        await acme.text("wanglei", f"跟进 {no} 电话问了,客户下周定")
        assert [c["state"] for c in await clocks_of(acme, no, node)] == ["met"]


async def test_a_node_that_nobody_minds_is_told_to_the_owner_and_then_to_the_leader(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"跟进 {no} 上门,方案已提交")
        await acme.later(days=6)
        for user in ("wanglei", "chenjing"):
            assert [m for m in acme.standin.chat(user) if f"{no} 方案提交后跟进超时了" in words([m])], user


async def test_a_node_is_taken_back_with_its_follow_up_and_a_no_is_none(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"跟进 {no} 电话聊了,还没内部评审")
        assert await clocks_of(acme, no, "review") == []
        await acme.text("wanglei", f"跟进 {no} 电话聊了,方案已提交")
        await acme.text("wanglei", "撤销")
        assert [c["state"] for c in await clocks_of(acme, no, "proposal")] == ["cancelled"]
