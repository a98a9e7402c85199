"""拉群: a deal gets one group of the colleagues around it, without the customer's data, and its words flow back."""

import pytest

from tests.acceptance.test_conversion import qualified
from tests.town import town, words

SECRETS = ("王建国", "云栖", "13800138000", "急需")


async def with_deal(acme):
    """王磊 has a deal, and has asked 赵强 about it."""
    no = await qualified(acme)
    await acme.text("wanglei", f"转商机 {no} CRM 50万 6月底")
    await acme.text("wanglei", f"@赵强 {no} 能报到几折?")
    (deal,) = (await acme.api("GET", "/opportunities"))[1]["items"]
    return no, deal["no"]


def groups(acme):
    return list(acme.standin.api.appchats.chats.values())


@pytest.mark.feature("G5", "P3")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_deal_gets_one_group_which_hears_how_it_ends_and_nothing_of_the_customer(acme):
    no, deal = await with_deal(acme)
    assert "孙悟空" in words(await acme.text("wanglei", f"拉群 {deal} @孙悟空"))
    assert groups(acme) == []
    assert f"{deal} 的群建好了" in words(await acme.text("wanglei", f"拉群 {deal} @李娜"))
    (group,) = groups(acme)
    assert set(group.members) == {"wanglei", "chenjing", "zhaoqiang", "lina"} and group.owner == "wanglei"
    assert f"商机 {deal} 的群" in group.messages[0] and "王总监" in group.messages[0] and deal in group.name
    assert f"记 {deal}" in group.messages[0], "WeCom tells the bot nothing of what is said there"
    assert "已经有群了" in words(await acme.text("wanglei", f"拉群 {deal}")) and len(groups(acme)) == 1
    await acme.text("wanglei", f"记 {deal} 群里定了:下周三下午3点讲方案")
    story = await acme.story(no)
    assert [item["kind"] for item in story].count("group_opened") == 1
    assert any(item["kind"] == "followup_logged" and "群里定了" in item["text"] for item in story)
    await acme.text("wanglei", f"赢单 {deal} 48万")
    assert f"{deal} 赢单了" in group.messages[-1] and len(group.messages) == 2
    for secret in SECRETS:
        assert secret not in group.name + "".join(group.messages)


@pytest.mark.feature("G5")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_an_opening_whose_end_nobody_knows_is_looked_for_and_a_refusal_says_what_helps(acme):
    _, deal = await with_deal(acme)
    assert "不" in words(await acme.text("lina", f"拉群 {deal}")) and groups(acme) == []
    acme.standin.company.hidden.add("linda")
    assert "可见范围改成整个企业" in words(await acme.text("wanglei", f"拉群 {deal}"))
    acme.standin.company.hidden.clear()
    acme.standin.faults.add("appchat/create", "cut_after", times=1)
    await acme.text("wanglei", f"拉群 {deal}")
    assert len(groups(acme)) == 1 and groups(acme)[0].messages == []
    await acme.later(minutes=10)
    assert acme.standin.api.calls["appchat/create"] == 2, "one refused, one cut off, none repeated blindly"
    (group,) = groups(acme)
    assert len(group.messages) == 1 and "群建好了" in words(acme.standin.chat("wanglei"))


@pytest.mark.feature("G5", "P3")
@pytest.mark.platforms("dingtalk")
@pytest.mark.only("sqlite")
async def test_in_dingtalk_a_group_that_people_made_becomes_the_deals_and_what_the_robot_hears_is_noted(acme):
    no, deal = await with_deal(acme)
    how = words(await acme.text("wanglei", f"拉群 {deal}"))
    assert "建一个群" in how and f"拉群 {deal}" in how
    group = acme.standin.company.open_group("云上项目", "wanglei", "zhaoqiang")

    async def says(user, line):
        before = len(acme.standin.chat(user))
        await acme.standin.group_text(group, user, line)
        await acme.settle()
        return words(acme.standin.chat(user)[before:])

    assert f"现在是 {deal} 的群" in await says("wanglei", f"拉群 {deal}")
    assert "已经有群了" in await says("wanglei", f"拉群 {deal}")
    first = [message for message in acme.standin.chat(group.id) if not message.mine]
    assert len(first) == 1 and "王总监" in first[0].text and "记:…" in first[0].text
    assert f"已记到 {no}" in await says("wanglei", "记:客户点头了,合同下周给")
    assert "已记到" not in await says("zhaoqiang", "记 我来说一句")
    notes = [item for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert [(item["by"], item["data"]["kind"]) for item in notes] == [("wanglei", "note")]
    assert "客户点头了" in notes[0]["text"]
    other = acme.standin.company.open_group("另一个群", "wanglei")
    await acme.standin.group_text(other, "wanglei", f"拉群 {deal}")
    await acme.settle()
    assert not [message for message in acme.standin.chat(other.id) if not message.mine], "one group a deal"
    await acme.text("wanglei", f"输单 {deal} 价格太高,找王建国也没用")
    told = [message.text for message in acme.standin.chat(group.id) if not message.mine]
    assert len(told) == 2 and f"{deal} 输单了" in told[-1]
    for secret in (*SECRETS, "价格太高"):
        assert secret not in "".join(told)


@pytest.mark.feature("G5", "P3")
@pytest.mark.platforms("dingtalk")
@pytest.mark.only("sqlite")
async def test_with_a_template_the_group_is_opened_in_dingtalk_once_and_what_is_said_in_it_is_noted(
    tmp_path, platform, database
):
    def settings(text):
        return text.replace("  card_secret:", "  group_template_id: c354\n  card_secret:", 1)

    async with town(tmp_path, platform=platform, database=database, settings=settings) as acme:
        no, deal = await with_deal(acme)
        assert "群模板不能用" in words(await acme.text("wanglei", f"拉群 {deal}")) and acme.standin.company.groups == {}
        acme.standin.scenes.templates["c354"] = True
        acme.standin.faults.add("im/sceneGroup/create", "cut_after", times=1)
        assert "正在给" in words(await acme.text("wanglei", f"拉群 {deal} @李娜"))
        await acme.later(minutes=10)
        (group,) = acme.standin.company.groups.values()
        assert group.members == {"wanglei", "chenjing", "zhaoqiang", "lina"} and group.name == f"{deal} 商机"
        assert acme.standin.api.calls["im/sceneGroup/create"] == 3, "refused, cut off, repeated under the same name"
        assert f"{deal} 的群建好了" in words(acme.standin.chat("wanglei"))
        await acme.later(minutes=1)
        (first,) = [message.text for message in acme.standin.chat(group.id)]
        assert f"商机 {deal} 的群" in first and "王总监" in first and "@我" in first
        await acme.standin.group_text(group, "wanglei", "记:客户下周三要方案")
        await acme.settle()
        assert f"已记到 {no}" in words(acme.standin.chat("wanglei"))
        await acme.text("wanglei", f"赢单 {deal} 48万")
        told = [message.text for message in acme.standin.chat(group.id) if not message.mine]
        assert f"{deal} 赢单了" in told[-1]
        for secret in SECRETS:
            assert secret not in group.name + "".join(told)
