"""Who is who: two leads that may be one person, a form pressed ten times, an old lead that asks again."""

import asyncio

import pytest

from tests.lists import csv_text, import_file
from tests.town import words


async def leads(town):
    return sorted(lead["no"] for lead in (await town.api("GET", "/leads?limit=50"))[1]["items"])


@pytest.mark.feature("B2", "B5")
@pytest.mark.ask("AS14")
async def test_the_phone_of_one_and_the_mail_of_another_offer_a_merge(acme):
    one = await acme.capture(name="李雷", phone="13800138000", company="云栖")
    two = await acme.capture(name="Lei Li", email="li.lei@yunqi.com", need="要样品")
    assert acme.standin.chat("chenjing") == []
    again = await acme.capture("展会", name="李雷", phone="+86 138 0013 8000", email="LI.LEI@yunqi.com")
    assert again == one and await leads(acme) == sorted([one, two]), "nothing is merged by itself"
    card = words(acme.standin.chat("chenjing"))
    assert one in card and two in card and "[合并]" in card
    await acme.capture("官网", phone="13800138000", email="li.lei@yunqi.com")
    assert words(acme.standin.chat("chenjing")) == card, "a pair is offered once"
    await acme.press("chenjing", "合并")
    assert await leads(acme) == [one]
    assert (await acme.lead(two))["no"] == one and (await acme.lead(one))["enquiries"] == 4
    assert [item["data"]["other"] for item in await acme.story(one) if item["kind"] == "crossed"] == [two]


@pytest.mark.feature("B5", "Q2")
async def test_a_list_that_crosses_two_leads_names_them(acme):
    one = await acme.capture(name="李雷", phone="13800138000")
    two = await acme.capture(name="Lei Li", email="li.lei@yunqi.com")
    report = await import_file(
        acme, "客户.csv", csv_text(("姓名", "手机", "邮箱"), ("李雷", "13800138000", "li.lei@yunqi.com"))
    )
    [doubt] = [doubt for doubt in report["doubts"] if "同一个人" in doubt]
    assert f"对比 {one} {two}" in doubt and await leads(acme) == sorted([one, two])


@pytest.mark.feature("B2")
@pytest.mark.ask("AS8")
async def test_a_form_pressed_ten_times_is_one_lead_and_a_quick_filler_is_welcome(acme):
    form = {"name": "李雷", "phone": "13800138000", "need": "要报价", "submission_id": "form-7"}

    async def press():
        async with acme.http.post("/capture/官网", data=form) as answer:
            return answer.status, await answer.json()

    pressed = await asyncio.gather(*(press() for _ in range(10)))
    await acme.settle()
    assert {status for status, _ in pressed} == {200} and sum(body["new"] for _, body in pressed) == 1
    assert (await acme.lead("L1001"))["enquiries"] == 1 and len(await leads(acme)) == 1
    async with acme.http.post("/capture/官网", data={"name": "韩梅梅", "phone": "13900139002"}) as answer:
        assert answer.status == 200, "filled in by the browser in no time, and no trap of seconds stops it"


@pytest.mark.feature("B8")
async def test_an_owned_lead_that_asks_again_rings_its_owner_and_counts(acme):
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    await acme.text("wanglei", f"跟进 {no} 电话聊了")
    before = await acme.lead(no)
    await acme.capture("官网", phone="13800138000", need="再要十台")
    await acme.capture("百度", phone="13800138000", need="下周就要")
    told = words(acme.standin.chat("wanglei"))
    assert "老线索再次咨询" in told and "第 3 次" in told and "百度" in told
    after = await acme.lead(no)
    assert (after["owner"], after["enquiries"]) == ("wanglei", 3) and after["score"] >= before["score"]
