"""Who is who: two leads that may be one person, a form pressed ten times, an old lead that asks again."""

import asyncio

import pytest

from tests.lists import csv_text, import_file
from tests.town import shanghai, words


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


async def promises(acme, no):
    """(name, state, due) of a lead's promises, oldest first."""
    items = (await acme.api("GET", "/clocks?limit=100"))[1]["items"]
    return sorted((one["started_at"], one["name"], one["state"], one["due_at"]) for one in items if one["lead"] == no)


@pytest.mark.feature("B8")
async def test_an_owned_lead_that_asks_again_rings_its_owner_scores_higher_and_is_owed_a_contact_anew(acme):
    no = await acme.capture("官网", name="王建国", phone="13800138000", company="杭州云栖智能科技有限公司")
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 电话聊了")
    assert [one[1:3] for one in await promises(acme, no)] == [("first_contact", "met")]
    scores = [(await acme.lead(no))["score"]]
    await acme.later(hours=1)
    for source, need in (("官网", "再要十台"), ("百度", "还要五台")):
        await acme.later(minutes=10)
        await acme.capture(source, phone="13800138000", need=need)
        scores.append((await acme.lead(no))["score"])
    told = words(acme.standin.chat("wanglei"))
    assert "老线索再次咨询(第2次,来自官网)" in told and "老线索再次咨询(第3次,来自百度)" in told
    assert "客户这次说" in told and "再要十台" in told and "还要五台" in told, (
        "what they ask for now, not what was noted before"
    )
    assert scores[0] < scores[1] < scores[2]
    after = await acme.lead(no)
    assert (after["owner"], after["enquiries"]) == ("wanglei", 3)
    _, (_, name, state, due) = await promises(acme, no)
    assert (name, state) == ("first_contact", "running")
    assert due == "2026-03-19T11:40:00+08:00", "a day of work from the last enquiry"
    await acme.text("wanglei", f"跟进 {no} 电话聊了,要五台")
    assert [one[2] for one in await promises(acme, no)] == ["met", "met"]


@pytest.mark.feature("B8")
async def test_asking_again_and_again_never_pushes_a_breach_away(acme):
    no = await acme.mql()
    for _ in range(4):
        await acme.later(hours=1)
        await acme.capture("百度", phone="13800138000")
    [(_, name, state, due)] = await promises(acme, no)
    assert (name, state, due) == ("claim", "running", "2026-03-18T15:50:00+08:00"), "four hours of work from the start"
    await acme.until(shanghai("2026-03-18 16:00"))
    await acme.capture("抖音", phone="13800138000")
    assert [one[1:] for one in await promises(acme, no)] == [("claim", "overdue", due)]
    await acme.text("wanglei", f"领取 {no}")
    for _ in range(3):
        await acme.later(hours=12)
        await acme.capture("百度", phone="13800138000")
    claimed, (_, name, state, due) = await promises(acme, no)
    assert claimed[2] == "overdue" and (name, state, due) == ("first_contact", "running", "2026-03-20T16:00:00+08:00")
    await acme.until(shanghai("2026-03-20 16:30"))
    await acme.capture("百度", phone="13800138000")
    assert [one[2] for one in await promises(acme, no)] == ["overdue", "overdue"]
    await acme.text("wanglei", f"跟进 {no} 电话聊了")
    assert [one[2] for one in await promises(acme, no)] == ["overdue", "overdue"], "late is late"


@pytest.mark.feature("B8")
async def test_what_the_owner_enters_themselves_owes_nobody_anything(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 电话聊了")
    await acme.text("wanglei", "新线索 王建国 13800138000 再要十台")
    if "记为再次咨询" in words(acme.standin.chat("wanglei")):
        await acme.press("wanglei", "记为再次咨询")
    assert (await acme.lead(no))["enquiries"] == 2
    assert [one[1:3] for one in await promises(acme, no)] == [("claim", "met"), ("first_contact", "met")]
