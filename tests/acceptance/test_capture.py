"""Leads come in once each, whoever tells of them, and namesakes stay two people."""

import asyncio

import pytest

from sandbox.wecom.company import Contact
from tests.sides import title
from tests.town import MQL, shanghai, words


@pytest.mark.feature("A8")
async def test_a_rep_enters_a_lead_in_one_line(acme):
    answer = words(await acme.text("wanglei", "/新线索 张三 13800138001 杭州云栖 想要报价"))
    assert "L1001 张三" in answer and "已录入" in answer and "13800138001" in answer and "[撤销]" in answer
    lead = await acme.lead("L1001")
    assert (lead["name"], lead["owner"], lead["company"], lead["need"]) == ("张三", "wanglei", "杭州云栖", "想要报价")


@pytest.mark.feature("A8")
async def test_the_number_of_somebody_else_s_customer_is_told_before_anything_is_saved(acme):
    await acme.text("wanglei", "新线索 张三 13800138001 杭州云栖 想要报价")
    answer = words(await acme.text("lina", "新线索 老张 138-0013-8001 云栖科技 问价格"))
    assert "这个号码已经有了:L1001,王磊在跟" in answer and "[记为再次咨询]" in answer
    assert (await acme.lead("L1001"))["enquiries"] == 1
    told = words(await acme.press("lina", "记为再次咨询"))
    assert "L1001 早就有了(在王磊),这次咨询已记上" in told
    assert (await acme.lead("L1001"))["enquiries"] == 2
    assert "老线索再次咨询" in words(acme.standin.chat("wanglei"))
    assert "还在线索池" not in words(acme.standin.chat("lina")), "the card that was answered still says who has them"


@pytest.mark.feature("A8", "G2")
async def test_a_step_named_while_entering_is_reminded_of(acme):
    answer = words(await acme.text("wanglei", "新线索 赵敏 13900139000 苏州微光生物 想看演示,明天下午3点联系"))
    assert "到点提醒你" in answer and "下一步 明天 15:00" in answer and "想看演示" in answer
    await acme.until(shanghai("2026-03-19 15:00"))
    assert "到点了:L1001 赵敏" in words(acme.standin.chat("wanglei"))


@pytest.mark.feature("A8")
async def test_entering_by_mistake_is_taken_back_and_the_number_is_free_again(acme):
    await acme.text("wanglei", "新线索 张三 13800138001")
    assert "「录入」已撤销" in words(await acme.press("wanglei", "撤销"))
    assert "L1002 张三" in words(await acme.text("lina", "新线索 张三 13800138001"))


async def test_a_phone_that_is_none_is_kept_marked_and_starts_no_clock(acme):
    asked = words(await acme.text("lina", "新线索 赵六 1380013 想要报价"))
    assert "电话 1380013(请核对)" in asked
    saved = words(await acme.press("lina", "保存"))
    assert "1380013" in saved and "请核对" in saved
    no = await acme.capture(**{**MQL, "phone": "找前台转"})
    lead = await acme.lead(no)
    assert lead["phone"] == "找前台转" and lead["phone_flaw"] and lead["stage"] == "new"
    assert (await acme.api("GET", "/clocks"))[1]["items"] == []


@pytest.mark.feature("B2")
@pytest.mark.ask("AS9")
async def test_two_hundred_deliveries_of_one_number_in_six_spellings_are_one_lead(acme):
    spellings = (
        "13800138000", "+86 138 0013 8000", "138-0013-8000", "0086-13800138000", "(+86)138 0013 8000", "13800138000",
    )  # fmt: skip
    channels = ("官网", "百度", "抖音", "展会")

    async def deliver(number: int) -> dict[str, object]:
        body = {"name": f"王{number}", "phone": spellings[number % 6]}
        async with acme.http.post(f"/capture/{channels[number % 4]}", json=body) as answer:
            assert answer.status == 200
            return dict(await answer.json())

    answers = await asyncio.gather(*(deliver(number) for number in range(200)))
    assert {answer["lead"] for answer in answers} == {"L1001"}
    assert sum(bool(answer["new"]) for answer in answers) == 1
    lead = await acme.lead("L1001")
    assert lead["enquiries"] == 200 and sorted(lead["sources"]) == sorted(channels)
    kinds = [item["kind"] for item in await acme.story("L1001")]
    assert kinds.count("captured") == 1 and kinds.count("enquired") == 199


@pytest.mark.platforms("wecom")  # DingTalk has no customers in its chats
@pytest.mark.feature("B2")
async def test_a_contact_and_a_form_in_the_same_second_are_one_lead_with_both_sources(acme):
    contact = Contact("wmAAAA1", "wanglei", "王建国", corp_name="云栖", mobiles=("13800138000",), state="展会码")
    body = {"name": "王建国", "phone": "13800138000"}
    form = acme.http.post("/capture/官网", json=body)
    await asyncio.gather(acme.standin.add_contact(contact), form)
    await acme.settle()
    _, found = await acme.api("GET", "/leads")
    (lead,) = found["items"]
    assert sorted(lead["sources"]) == ["官网", "展会码"] and lead["enquiries"] == 2


@pytest.mark.platforms("wecom")  # DingTalk has no customers in its chats
@pytest.mark.ask("AS6")
async def test_fifty_scans_in_one_second_are_fifty_leads_and_three_replays_add_none(acme):
    manner = acme.standin.posts["contact"].manner
    manner.copies, manner.retries = 4, 3  # WeCom delivers each of them four times although it was answered
    contacts = [Contact(f"wm{number:06}", "wanglei", f"客户{number}", state="展会码") for number in range(50)]
    await asyncio.gather(*(acme.standin.add_contact(contact) for contact in contacts))
    await acme.settle()
    _, found = await acme.api("GET", "/leads?limit=200")
    assert len(found["items"]) == 50 and {lead["enquiries"] for lead in found["items"]} == {1}


@pytest.mark.feature("N2")
@pytest.mark.ask("AS16")
async def test_five_people_called_zhang_wei_stay_five(acme):
    numbers = [f"1380013900{n}" for n in range(5)]
    leads = [await acme.capture(name="张伟", phone=phone, need=f"需求{n}") for n, phone in enumerate(numbers[:3])]
    for n, phone in enumerate(numbers[3:], 3):
        await acme.text("wanglei", f"新线索 张伟 {phone} 想要{n}台")
        leads.append(f"L{1001 + n}")
    for no in leads[:3]:
        await acme.text("wanglei", f"领取 {no}")
    for no in leads:
        await acme.text("wanglei", f"跟进 {no} 只属于{no}的话")
        await acme.later(seconds=61)
    for no, phone in zip(leads, numbers, strict=True):
        lead = await acme.lead(no)
        assert lead["phone"] == phone and lead["enquiries"] == 1
        told = [item["text"] for item in await acme.story(no) if item["kind"] == "followup_logged"]
        assert told == [f"只属于{no}的话"]
    listed = words(await acme.text("wanglei", "看 张伟"))
    assert "「张伟」有 5 条" in listed and all(no in listed for no in leads)
    opened = words(await acme.text("wanglei", "2"))
    shown = [no for no in leads if f"{no} 张伟" in opened]
    assert len(shown) == 1 and f"只属于{shown[0]}的话" in opened


@pytest.mark.feature("N1")
async def test_a_new_owner_reads_six_lines_and_may_open_all(acme):
    no = await acme.mql()
    await acme.capture("百度", name="王建国", phone="13800138000", need="再问一次价格")
    await acme.text("wanglei", f"领取 {no}")
    for number in range(8):
        await acme.text("wanglei", f"跟进 {no} 第{number}次沟通,还在比价")
        await acme.later(minutes=2)
    for key in ("a", "b"):
        await acme.api("POST", f"/leads/{no}/behaviours", kind="visit", url="https://example.com/price", key=key)
    call = {"id": "c1", "number": "13800138000", "by": "wanglei", "answered": True, "seconds": 95}
    assert (await acme.api("POST", "/calls", **call))[0] == 200
    await acme.text("wanglei", f"转给 {no} 李娜")
    told = await acme.text("lina", "看 王总")
    story = told[0].text
    lines = [line for line in story.splitlines() if line.startswith("· ")]
    assert len(lines) == 6 and "第7次沟通,还在比价" in story and "转给李娜" in story
    assert "王磊 电话:通话 1 分 35 秒" in story, "calls stand between the notes"
    assert "客户要:急需三十台工业相机" in story, "what they want is said, however old it is"
    assert "来看过:浏览网页 2 次,最近今天" in story
    assert f"{no} 王建国" in story and "13800138000" in story and "负责人:李娜" in story
    assert "更早的还有 8 条,发「更多」看全部" in story
    whole = words(await acme.text("lina", "更多"))
    assert "首次咨询(官网)" in whole and "再次咨询(百度):再问一次价格" in whole and "第0次沟通" in whole
    assert "全部看完了" in words(await acme.text("lina", "更多"))


@pytest.mark.failure("15")
@pytest.mark.feature("E6")
async def test_what_did_not_arrive_is_listed_and_sent_again(acme):
    acme.standin.company.hidden.add("lina")
    no = await acme.mql()
    listed = words(await acme.text("chenjing", "未送达"))
    assert f"李娜 {no}" in listed and "可见范围" in listed and "[重发 1]" in listed
    told = [m.text for m in acme.standin.chat("chenjing") if m.kind != "card"]
    assert any(f"李娜没有收到关于 {no} 的消息" in text for text in told)
    acme.standin.company.hidden.discard("lina")
    await acme.press("chenjing", "重发 1")
    assert no in words(acme.standin.chat("lina")) and "[领取]" in words(acme.standin.chat("lina"))
    assert "所有消息都送到了" in words(await acme.text("chenjing", "未送达"))


@pytest.mark.failure("9")
@pytest.mark.ask("AS1")
async def test_after_ten_minutes_of_errors_every_card_arrives_once(acme):
    acme.side.fail()
    numbers = [await acme.mql(phone=f"1380013{n:04}", name=f"客户{n}") for n in range(5)]
    await acme.later(minutes=10)
    assert all(not acme.standin.chat(rep) for rep in ("wanglei", "lina", "zhaoqiang"))
    acme.standin.faults.clear()
    await acme.later(minutes=5)
    for rep in ("wanglei", "lina", "zhaoqiang"):
        heads = [title(m).split()[0] for m in acme.standin.chat(rep) if m.kind == "card"]
        offered = [head for head in heads if head in numbers]
        assert sorted(offered) == sorted(numbers), rep
