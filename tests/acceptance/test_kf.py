"""微信客服: whoever writes there is a lead once, the owner reads it and answers from chat while WeCom lets them."""

from typing import Any

import pytest

from sandbox.wecom.company import Contact
from tests.town import Town, shanghai, town, words

pytestmark = [pytest.mark.platforms("wecom"), pytest.mark.feature("A7")]  # DingTalk has no customers in its chats
DESK = "wkSAMPLE01"


async def leads(place: Town) -> list[dict[str, Any]]:
    return list((await place.api("GET", "/leads?limit=200"))[1]["items"])


async def write(place: Town, words_: str, *, customer: str = "wmAAAA1", name: str = "王建国", **more: Any) -> None:
    """A customer writes, and all that follows is done."""
    await place.standin.kf_write(DESK, customer, name, words_, **more)
    await place.settle()


async def test_a_customer_who_writes_is_a_lead_offered_at_once_and_each_message_stands_on_its_story(acme: Town) -> None:
    await write(acme, "你们的工业相机多少钱?")
    (lead,) = await leads(acme)
    assert (lead["name"], lead["sources"], lead["enquiries"]) == ("王建国", ["微信客服"], 1)
    assert "[领取]" in words(acme.standin.chat("wanglei"))
    await write(acme, "急用,下周要")
    await write(acme, "M123", msgtype="image")
    assert [lead["enquiries"] for lead in await leads(acme)] == [1]
    wrote = [item["text"] for item in await acme.story(lead["no"]) if item["kind"] == "wrote"]
    assert wrote == ["你们的工业相机多少钱?", "急用,下周要", "[图片]"]


async def test_the_owner_reads_it_and_answers_five_times_then_waits_for_the_customer(acme: Town) -> None:
    await write(acme, "在吗")
    await acme.text("lina", "领取 L1001")
    await acme.later(minutes=6)
    await write(acme, "想问问交期")
    card = words(acme.standin.chat("lina")[-1:])
    assert "客户在微信客服问时间:想问问交期" in card and "回复 L1001" in card
    for number in range(5):
        told = words(await acme.text("lina", f"回复 L1001 第{number}句"))
    assert "这一轮的 5 条发完了" in told
    assert [body["text"]["content"] for body in acme.standin.api.kf.got] == [f"第{n}句" for n in range(5)]
    assert "要等客户再说话" in words(await acme.text("lina", "回复 L1001 再来一句"))
    await write(acme, "好的")
    assert "还可以发 4 条" in words(await acme.text("lina", "回复 L1001 谢谢"))
    told = [item["text"] for item in await acme.story("L1001") if item["kind"] == "followup_logged"]
    assert told[-1] == "[微信客服回复] 谢谢"


@pytest.mark.feature("T2")
async def test_a_customer_who_asks_the_price_or_the_time_is_urgent_and_rings_their_owner(acme: Town) -> None:
    await write(acme, "在吗")
    await acme.text("lina", "领取 L1001")
    before = await acme.lead("L1001")
    await write(acme, "你们这个多少钱?什么时候能上?")
    card = words(acme.standin.chat("lina")[-1:])
    assert "客户在微信客服问价格、问时间:你们这个多少钱" in card, "at once, though their last words were just read"
    after = await acme.lead("L1001")
    assert after["score"] == before["score"] + 30
    why = words(await acme.text("lina", "为什么 L1001"))
    assert "+30 问了价格或时间" in why
    await write(acme, "到底多少钱")
    assert (await acme.lead("L1001"))["score"] == after["score"], "once a day"
    await write(acme, "不用报价了")
    assert (await acme.lead("L1001"))["score"] == after["score"]


@pytest.mark.feature("H7")
@pytest.mark.only("sqlite")
async def test_who_writes_at_night_is_one_card_of_the_morning(acme: Town) -> None:
    await write(acme, "在吗")
    await acme.text("lina", "领取 L1001")
    await acme.until(shanghai("2026-03-18 12:30"))
    await write(acme, "有现货吗")
    assert "有现货吗" in words(acme.standin.chat("lina")), "a break is no night"
    await acme.until(shanghai("2026-03-18 22:30"))
    before = len(acme.standin.chat("lina"))
    for said in ("想问问交期", "多少钱", "急"):
        await write(acme, said)
        await acme.later(minutes=6)
    await acme.until(shanghai("2026-03-19 08:59"))
    assert len(acme.standin.chat("lina")) == before, "nobody is woken"
    await acme.until(shanghai("2026-03-19 09:01"))
    cards = [words([m]) for m in acme.standin.chat("lina")[before:] if "微信客服" in words([m])]
    assert len(cards) == 1 and "下班后客户在微信客服问时间" in cards[0] and "回复 L1001" in cards[0]
    assert b"\xe4\xba\xa4\xe6\x9c\x9f" not in acme.database.path.read_bytes(), "their words rest sealed while they wait"


async def test_after_48_hours_nobody_may_write_and_the_refusal_says_what_to_do(acme: Town) -> None:
    await write(acme, "在吗")
    await acme.text("lina", "领取 L1001")
    await acme.later(hours=48)
    assert "超过 48 小时" in words(await acme.text("lina", "回复 L1001 您好"))
    assert acme.standin.api.kf.got == []
    await acme.text("wanglei", "新线索 张三 13800138001")
    assert "没有在微信客服里来过消息" in words(await acme.text("wanglei", "回复 L1002 您好"))
    assert "没有找到 L1001" in words(await acme.text("wanglei", "回复 L1001 抢答")), "a colleague's customer"


async def test_a_number_left_in_the_talk_joins_the_lead_that_has_it(acme: Town) -> None:
    no = await acme.capture(name="王建国", phone="13800138000", need="要报价")
    await write(acme, "我电话 13800138000,昨天留过", name="建国")
    await write(acme, "对,就是我", name="建国")
    (lead,) = await leads(acme)
    assert lead["no"] == no and sorted(lead["sources"]) == ["官网", "微信客服"]


async def test_many_pages_blank_ones_an_old_ring_and_a_repeated_ring_lose_and_double_nothing(acme: Town) -> None:
    desk = acme.standin.api.kf
    desk.page, desk.blank_pages = 7, 2
    for number in range(30):
        await acme.standin.kf_write(DESK, f"wm{number:04}", f"客户{number}", "想了解一下", rings=False)
    acme.standin.posts["kf"].manner.copies, acme.standin.posts["kf"].manner.retries = 3, 2
    await acme.standin.kf_ring(DESK)
    await acme.settle()
    found = await leads(acme)
    assert len(found) == 30 and {lead["enquiries"] for lead in found} == {1}
    assert {lead["name"] for lead in found} == {f"客户{number}" for number in range(30)}


async def test_a_ring_that_waited_too_long_is_read_without_its_token(acme: Town) -> None:
    acme.standin.faults.add("kf/sync_msg", "errcode", errcode=-1)
    await write(acme, "在吗")
    await acme.later(minutes=11)
    acme.standin.faults.clear()
    await acme.later(minutes=6)
    assert [lead["name"] for lead in await leads(acme)] == ["王建国"]


async def test_a_lost_ring_is_made_good_within_the_hour(acme: Town) -> None:
    await write(acme, "第一句")
    await acme.standin.add_contact(Contact("wmOTHER", "lina", "别人"))
    await acme.settle()
    await write(acme, "没人听见的一句", rings=False)
    await acme.later(minutes=60)
    wrote = [item["text"] for item in await acme.story("L1001") if item["kind"] == "wrote"]
    assert wrote == ["第一句", "没人听见的一句"]


async def test_an_answer_of_which_nobody_knows_is_sent_again_and_arrives_once(acme: Town) -> None:
    await write(acme, "在吗")
    await acme.text("lina", "领取 L1001")
    acme.standin.faults.add("kf/send_msg", "cut_after", times=1)
    await acme.text("lina", "回复 L1001 您好")
    await acme.later(minutes=2)
    await acme.bot.sender.repeat_unknown()
    assert len(acme.standin.api.kf.got) == 1
    assert "所有消息都送到了" in words(await acme.text("chenjing", "未送达"))


async def test_an_answer_that_was_taken_and_not_delivered_is_told_to_its_writer(acme: Town) -> None:
    await write(acme, "在吗")
    await acme.text("lina", "领取 L1001")
    await acme.text("lina", "回复 L1001 您好")
    (sent,) = acme.standin.api.kf.got
    fail = {"event_type": "msg_send_fail", "external_userid": "wmAAAA1", "fail_msgid": sent["msgid"], "fail_type": 10}
    acme.standin.api.kf.happen(DESK, fail)
    await acme.standin.kf_ring(DESK)
    await acme.settle()
    assert "L1001 没有收到你的回复:客户拒收" in words(acme.standin.chat("lina"))


async def test_whoever_is_served_by_a_person_of_the_console_is_left_to_them(acme: Town) -> None:
    await write(acme, "在吗")
    await acme.text("lina", "领取 L1001")
    acme.standin.api.kf.talks[DESK, "wmAAAA1"].state = 3
    await acme.text("lina", "回复 L1001 您好")
    assert "正由客服后台的同事接待" in words(acme.standin.chat("lina"))


async def test_the_link_by_which_somebody_came_names_the_channel(tmp_path: Any) -> None:
    way = "\ncontact_ways:\n  web: {label: 官网浮窗, campaign: 秋季, staff: [{members: [lina]}]}\n"
    async with town(tmp_path, rules=lambda text: text + way) as place:
        entered = {"event_type": "enter_session", "external_userid": "wmAAAA1", "scene": "123", "scene_param": "web"}
        place.standin.api.kf.happen(DESK, entered)
        await write(place, "你好")
        assert [lead["sources"] for lead in await leads(place)] == [["官网浮窗"]]
