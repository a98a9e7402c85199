"""A company on DingTalk: taps answered with their card, words with links, groups, quotas, people who are not there."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.dingtalk.chat import Message
from tests.sides import TEMPLATE, seen
from tests.town import Town, town, words

REPS = {"wanglei": ("王磊", "rep", "华东"), "lina": ("李娜", "rep", "华东"), "admin": ("管理员", "admin", "")}
CREATE, PUT, BATCH = "card/instances/createAndDeliver", "card/instances", "robot/oToMessages/batchSend"


@pytest.fixture
async def acme(tmp_path: Path) -> Any:
    async with town(tmp_path, members=REPS, platform="dingtalk") as place:
        yield place


@pytest.fixture
async def plain(tmp_path: Path) -> Any:
    """Without a card template."""
    async with town(tmp_path, members=REPS, platform="dingtalk", template="") as place:
        yield place


def kinds(story: list[dict[str, Any]], *wanted: str) -> list[str]:
    return [item["kind"] for item in story if item["kind"] in wanted]


def calls(place: Town) -> dict[str, int]:
    return dict(place.standin.api.calls)


@pytest.mark.feature("S1")
async def test_a_tap_is_answered_with_its_new_card_and_costs_no_call(acme: Town) -> None:
    no = await acme.mql()
    card = acme.card("wanglei", "领取")
    before = calls(acme)
    delivery = await acme.standin.click("wanglei", card, card.buttons()["领取"])
    answer = json.loads(delivery.body)
    assert answer["cardUpdateOptions"] == {"updateCardDataByKey": True, "updatePrivateDataByKey": True}
    told = answer["cardData"]["cardParamMap"]
    assert all(isinstance(value, str) for value in told.values()) and "13800138000" in told["fields"]
    assert [button["text"] for button in json.loads(told["buttons"])][:2] == ["打通了", "没人接"]
    await acme.settle()
    assert no in words([card]) and "13800138000" in words([card])
    assert calls(acme)[PUT] - before.get(PUT, 0) == 1, "only 李娜's card is changed by a call"


async def test_a_tap_that_changes_nothing_is_answered_at_once_with_nothing(acme: Town) -> None:
    await acme.mql()
    card = acme.card("wanglei", "详情")
    delivery = await acme.standin.click("wanglei", card, card.buttons()["详情"])
    assert delivery.body == "{}" and delivery.status == 200
    await acme.settle()
    assert "采购总监" in words(acme.standin.chat("wanglei")) or "王建国" in words(acme.standin.chat("wanglei"))


@pytest.mark.feature("S2")
async def test_claim_release_claim_by_three_taps_are_three_acts(acme: Town) -> None:
    no = await acme.mql()
    first = acme.card("wanglei", "领取")
    key = first.buttons()["领取"]
    await acme.press("wanglei", "领取")
    await acme.press("wanglei", "退回")
    await acme.press("wanglei", "确定退回", reason="暂时没有需求")
    await acme.later(minutes=20)
    await acme.standin.click("wanglei", first, key, force=True)  # the very same button as the first time
    await acme.settle()
    assert kinds(await acme.story(no), "claimed", "released") == ["claimed", "released", "claimed"]


@pytest.mark.feature("S2")
async def test_one_tap_delivered_three_times_is_one_act(acme: Town) -> None:
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    acme.standin.posts["card"].manner.copies = 3
    await acme.press("wanglei", "打通了")
    assert kinds(await acme.story(no), "followup_logged") == ["followup_logged"]


@pytest.mark.feature("S2")
async def test_a_message_delivered_three_times_is_one(acme: Town) -> None:
    acme.standin.posts["robot"].manner.copies = 3
    answers = await acme.text("wanglei", "帮助")
    assert len(answers) == 1


async def test_without_a_template_buttons_are_links_that_speak(plain: Town) -> None:
    no = await plain.mql()
    offered = plain.card("wanglei", "领取")
    assert offered.instance is None and offered.buttons()["领取"].startswith(
        "dtmd://dingtalkclient/sendMessage?content="
    )
    assert "138****8000" in words([offered]), "masked, and shown as it is masked"
    await plain.press("wanglei", "领取")
    assert (await plain.lead(no))["owner"] == "wanglei"
    mine = plain.card("wanglei", "打通了")
    assert "13800138000" in words([mine]) and list(mine.buttons())[:2] == ["打通了", "没人接"]
    await plain.press("lina", "领取")
    assert f"{no} 已被王磊领取" in plain.standin.chat("lina")[-1].text
    await plain.press("wanglei", "转给")
    await plain.press("wanglei", "确定转出", to="lina")
    assert (await plain.lead(no))["owner"] == "lina", "a list to choose from is a link for each entry"


async def test_equal_words_to_many_are_one_call(tmp_path: Path) -> None:
    reps = {f"rep{n:02}": (f"销售{n:02}", "rep", "华东") for n in range(25)}
    async with town(tmp_path, members=reps, platform="dingtalk", template="") as place:
        await place.mql()
        assert calls(place)[BATCH] == 2, "25 people: twenty, and five"
        assert all(len(place.standin.chat(rep)) == 1 for rep in reps)


async def test_each_person_of_a_call_has_their_own_outcome(tmp_path: Path) -> None:
    members = {**REPS, "zhaoqiang": ("赵强", "rep", "华东"), "chenjing": ("陈静", "manager", "")}
    async with town(tmp_path, members=members, platform="dingtalk", template="") as place:
        place.standin.company.hidden.add("lina")
        place.standin.company.flow_controlled.add("zhaoqiang")
        no = await place.mql()
        assert no in words(place.standin.chat("wanglei")) and place.standin.chat("zhaoqiang") == []
        listed = words(await place.text("chenjing", "未送达"))
        assert f"李娜 {no}" in listed and "可见范围" in listed and "赵强" not in listed
        place.standin.company.flow_controlled.clear()
        await place.later(minutes=2)
        assert no in words(place.standin.chat("zhaoqiang")) and len(place.standin.chat("wanglei")) == 1


async def test_an_answer_goes_to_the_fresh_conversation_and_never_to_a_foreign_host(plain: Town) -> None:
    await plain.text("wanglei", "帮助")
    assert plain.standin.chat("wanglei")[-1].via == "session"
    await plain.later(hours=4)
    await plain.mql()
    assert plain.card("wanglei", "领取").via == "robot", "its address has ended"
    plain.standin.base = plain.standin.base.replace("127.0.0.1", "localhost")  # the same server by another name
    await plain.text("lina", "帮助")
    assert plain.standin.chat("lina")[-1].via == "robot"


async def test_an_ended_address_is_no_end(plain: Town) -> None:
    await plain.text("wanglei", "帮助")
    plain.standin.faults.add("robot/sendBySession", "code", code="session.expired", errcode=400, times=1)
    answers = await plain.text("wanglei", "帮助")
    assert len(answers) == 1 and answers[0].via == "robot"


@pytest.mark.feature("G1")
async def test_a_voice_message_is_its_transcript(acme: Town) -> None:
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    await acme.standin.voice("wanglei", "刚打了，要下周三报价")
    await acme.settle()
    asked = words([acme.standin.chat("wanglei")[-1]])
    assert f"记到 {no}" in asked and "刚打了" in asked
    await acme.press("wanglei", "保存")
    (note,) = [item for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert note["by"] == "wanglei" and note["data"]["kind"] == "call"


async def test_an_unpublished_robot_is_told_to_its_user_and_to_the_administrator(acme: Town) -> None:
    acme.standin.company.published = False
    await acme.standin.text("wanglei", "帮助")
    await acme.settle()
    assert "版本管理与发布" in acme.standin.chat("wanglei")[-1].text
    assert "还没有发布" in words(acme.standin.chat("admin"))


async def test_somebody_from_outside_gets_one_polite_answer_and_no_data(acme: Town) -> None:
    no = await acme.mql()
    group = acme.standin.company.open_group("项目群", "wanglei", "stranger")
    acme.standin.company.outside["stranger"] = "外人"
    for _ in range(2):
        await acme.standin.group_text(group, "stranger", f"看 {no}")
        await acme.settle()
    told = [message.text for message in acme.standin.chat(group.id) if not message.mine]
    assert told == ["你好,我是线索助手,只回答本企业的同事。"]


async def test_the_template_that_dingtalk_refuses_does_not_stop_the_work(acme: Town) -> None:
    acme.standin.cards.templates.clear()
    no = await acme.mql()
    await acme.later(seconds=5)
    offered = acme.card("wanglei", "领取")
    assert offered.instance is None and no in words([offered])
    acme.standin.add_template(TEMPLATE, "title", "subtitle", "source", "quote_title", "quote", "text", "fields",
                              "choice", "buttons", "done", "page")  # fmt: skip
    await acme.later(minutes=11)
    await acme.mql(phone="13900139000", name="另一位")
    assert acme.card("wanglei", "领取").instance is not None, "tried again after ten minutes"


@pytest.mark.feature("F1", "P3")
async def test_a_group_s_card_can_be_pressed_and_says_who_took_it(tmp_path: Path) -> None:
    def rules(text: str) -> str:
        return text.replace("    label: 公共线索池\n", "    label: 公共线索池\n    group: 销售群\n")

    def settings(text: str) -> str:
        return text + f"  groups: {{销售群: {group_id}}}\n"

    place = Town(tmp_path, REPS, "dingtalk")
    group = place.standin.company.open_group("销售群", "wanglei", "lina")
    group_id = group.id
    await place.open(rules=rules, settings=settings)
    try:
        no = await place.mql(need="急需报价,打我 13800138000")
        (told,) = place.standin.chat(group.id)
        shown = _group_card(told)
        assert f"【新线索】{no}" in shown and "138****8000" in shown and "[领取]" in shown
        assert "王建国" not in shown and "13800138000" not in shown and "云栖" not in shown
        delivery = await place.standin.press("lina", "领取", chat=group.id)
        assert "已被李娜领取" in json.loads(delivery.body)["cardData"]["cardParamMap"]["done"]
        await place.settle()
        assert (await place.lead(no))["owner"] == "lina" and "已被李娜领取" in _group_card(told)
        assert "13800138000" in words(place.standin.chat("lina")) and "13800138000" not in _group_card(told)
    finally:
        await place.close()


def _group_card(message: Message) -> str:
    return seen(message)


async def test_the_month_s_quota_is_counted_and_told_at_70_and_90_percent(tmp_path: Path) -> None:
    def settings(text: str) -> str:
        return text.replace("api: 1000000, webhook: 1000000", "api: 20, webhook: 1000")

    async with town(tmp_path, members=REPS, platform="dingtalk", settings=settings) as place:

        async def keep() -> None:
            assert place.bot.dingtalk is not None
            await place.bot.dingtalk.quota.keep()
            await place.settle()

        for number in range(7):
            await place.mql(phone=f"1390013900{number}", name=f"客户{number}")
        await keep()
        told = words(place.standin.chat("admin"))
        assert "钉钉本月接口调用的额度已用 14 / 20(超过 70%)" in told and "90%" not in told
        assert (
            place.bot.metrics.count("leadbot_quota_used", platform="dingtalk", kind="api")
            == place.standin.quota.api - 1
        )
        for number in range(7, 10):
            await place.mql(phone=f"1390013900{number}", name=f"客户{number}")
        await keep()
        assert "超过 90%" in words(place.standin.chat("admin"))
        await place.later(minutes=2)
        before = calls(place)
        await place.mql(phone="13900139111", name="最后一位")
        assert calls(place).get(CREATE) == before.get(CREATE), "near the end cards go out as words, one call for all"
        assert calls(place)[BATCH] == before.get(BATCH, 0) + 1
        await place.stop_bot()
        await place.start_bot()
        await keep()
        assert len([m for m in place.standin.chat("admin") if "超过 90%" in seen(m)]) == 1, "once, also over a restart"


async def test_words_withheld_for_the_quota_are_answered_and_stand_under_undelivered(acme: Town) -> None:
    acme.standin.faults.add("push/robot", "over_quota", times=1)
    await acme.text("wanglei", "跟进 L1001 这句话没有人看到")
    assert "没有收到" in acme.standin.chat("wanglei")[-1].text
    assert "额度用完了" in words(acme.standin.chat("admin"))
    listed = words(await acme.text("admin", "未送达"))
    assert "王磊" in listed and "额度用完" in listed and "[重发 1]" in listed
    await acme.press("admin", "重发 1")
    assert "请再发一遍" in acme.standin.chat("wanglei")[-1].text


async def test_over_the_quota_messages_stand_under_undelivered_until_a_person_sends_them_again(acme: Town) -> None:
    acme.standin.quota.api_limit = acme.standin.quota.api
    no = await acme.mql()
    listed = words(await acme.text("admin", "未送达"))
    assert listed == "" or f"李娜 {no}" in listed
    acme.standin.quota.api_limit = 10**6
    listed = words(await acme.text("admin", "未送达"))
    assert f"李娜 {no}" in listed and "额度用完" in listed


async def test_people_leave_join_and_approvals_are_kept(acme: Town) -> None:
    await acme.standin.leave("lina")
    await acme.settle()
    assert "李娜已离开" in words(acme.standin.chat("admin"))
    await acme.standin.join("zhaomin", "赵敏")
    await acme.settle()
    assert "新同事赵敏(账号 zhaomin)" in words(acme.standin.chat("admin"))
    delivery = await acme.standin.event(
        "bpms_instance_change", type="finish", result="agree", processInstanceId="P1", processCode="PROC-1",
        staffId="wanglei", title="折扣申请",
    )  # fmt: skip
    assert delivery.status == 200
    await acme.settle()
    async with acme.bot.store.read() as tx:
        from sqlalchemy import select
        from sqlmodel import col

        from store.office import AuditItem

        items = await tx.all(
            select(AuditItem).where(col(AuditItem.corp) == tx.corp, col(AuditItem.act) == "approval_changed")
        )
    assert [(item.subject, item.by, item.data["result"]) for item in items] == [("approval P1", "wanglei", "agree")]


async def test_the_address_for_events_is_verified(acme: Town) -> None:
    assert (await acme.standin.verify_url()).status == 200


@pytest.mark.feature("S1")
@pytest.mark.parametrize("paid", [True, False])
async def test_what_is_late_rings_louder_where_the_edition_allows(tmp_path: Path, paid: bool) -> None:
    def settings(text: str) -> str:
        return text + "  ding: true\n  todo: true\n"

    members = {**REPS, "chenjing": ("陈静", "manager", "")}
    async with town(tmp_path, members=members, platform="dingtalk", settings=settings) as place:
        place.standin.company.paid = paid
        no = await place.mql()
        await place.later(hours=4)
        late = place.card("chenjing", "指派")
        assert f"{no} 领取超时了" in seen(late), "the card comes in any case"
        assert calls(place)["robot/ding/send"] == 1 and calls(place)["todo/users/*/tasks"] >= 1
        await place.press("wanglei", "领取")
        assert "已被王磊领取" in seen(late)
        assert calls(place)["todo/users/*/tasks/*"] == 1, "what is settled is ticked"


async def test_three_bad_hours_lose_nothing(acme: Town) -> None:
    for kind in ("html_200", "http_504", "punish", "qpm"):
        acme.standin.faults.add("*", kind, times=4)
    no = await acme.mql()
    await acme.later(minutes=30)
    acme.standin.faults.clear()
    await acme.later(minutes=15)
    for rep in ("wanglei", "lina"):
        assert len([m for m in acme.standin.chat(rep) if m.kind == "card" and no in seen(m)]) == 1, rep


async def test_a_card_after_a_cut_is_the_same_card(acme: Town) -> None:
    acme.standin.faults.add(CREATE, "cut_after", times=2)
    no = await acme.mql()
    await acme.later(minutes=1)
    async with asyncio.timeout(20):
        while (await acme.api("GET", "/messages?state=unknown"))[1]["items"]:
            await acme.later(seconds=30)
            acme.bot.schedule.hint("unknown")
            await asyncio.sleep(0.05)
    for rep in ("wanglei", "lina"):
        assert len([m for m in acme.standin.chat(rep) if no in seen(m)]) == 1, rep
    await acme.press("lina", "领取")
    assert "已被李娜领取" in words([acme.standin.chat("wanglei")[-1]])
