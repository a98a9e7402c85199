"""A stranger fills in our form and is on the rep's screen; bots, haste and missing consent change nothing."""

import asyncio
from datetime import timedelta

import pytest

from tests.town import words
from tests.visitor import WANG, visitor

LOOKED_FOR = "/f/contact?utm_source=baidu&utm_campaign=夏季促销&utm_term=工业相机+价格"
THANKS = "提交成功"


async def leads_of(acme):
    return (await acme.api("GET", "/leads"))[1]["items"]


async def sent(acme, **answers):
    """Another stranger opens the form and sends it."""
    stranger = visitor(acme)
    await stranger.open()
    await stranger.send(**answers)
    await acme.settle()
    return stranger


@pytest.mark.feature("A1")
async def test_a_stranger_s_form_is_a_card_with_source_keyword_and_landing_page(acme):
    stranger = visitor(acme)
    page = await stranger.open(LOOKED_FOR, Referer="https://www.example.com/cameras/line?gclid=1")
    assert 'lang="zh-CN"' in page and "width=device-width" in page and "<script" not in page
    await stranger.send(title="")
    assert stranger.status == 200 and THANKS in stranger.page
    await acme.settle()
    (lead,) = await leads_of(acme)
    assert (lead["name"], lead["source"], lead["need"]) == ("王建国", "官网", WANG["need"])
    card = words(acme.standin.chat("wanglei"))
    assert "来自 官网" in card and "关键词 工业相机 价格" in card and "落地页 /cameras/line" in card
    assert "活动 夏季促销" in card and "[领取]" in card


@pytest.mark.platforms("wecom")
@pytest.mark.feature("A10")
@pytest.mark.ask("AS8")
async def test_ten_clicks_are_one_lead_and_what_autofill_sends_at_once_is_taken(acme):
    stranger = visitor(acme)
    await stranger.open()
    acme.at += timedelta(seconds=1.5)
    pages = await asyncio.gather(*(stranger.send() for _ in range(10)))
    assert all(THANKS in page for page in pages)
    await acme.settle()
    (lead,) = await leads_of(acme)
    assert lead["enquiries"] == 1
    await stranger.send()  # the same page once more, after it was handled
    await acme.settle()
    assert (await acme.lead(lead["no"]))["enquiries"] == 1
    await stranger.send(phone="13900139000")  # a corrected number is another person: nothing is lost
    await acme.settle()
    assert len(await leads_of(acme)) == 2


@pytest.mark.platforms("wecom")
@pytest.mark.feature("A10")
@pytest.mark.ask("AS8")
async def test_thirty_seven_bots_are_thanked_and_counted_and_nobody_has_a_lead(acme):
    bots = await asyncio.gather(
        *(sent(acme, homepage="https://spam.example", phone=f"1380013{n:04}") for n in range(37))
    )
    assert {bot.status for bot in bots} == {200} and all(THANKS in bot.page for bot in bots)
    assert await leads_of(acme) == []
    told = words(await acme.text("linda", "渠道"))
    assert "表单「联系我们」:访客 1,提交 0" in told and "机器人拦截 37 条" in told
    assert "机器人拦截 37 条" in words(await acme.text("chenjing", "渠道")), "the manager sees it as well"


@pytest.mark.platforms("wecom")
@pytest.mark.feature("A10")
async def test_a_known_number_and_a_new_one_get_the_same_answer(acme):
    known = await sent(acme)
    again, new = await sent(acme, need="再问一次"), await sent(acme, phone="13900139000")
    assert known.page == again.page == new.page and known.status == again.status == new.status == 200
    assert set(known.headers) == set(again.headers) == set(new.headers)
    (first,) = [lead for lead in await leads_of(acme) if lead["enquiries"] == 2]
    assert first["no"] == "L1001" and "再问一次" in [item["text"] for item in await acme.story("L1001")]


@pytest.mark.platforms("wecom")
@pytest.mark.feature("A1")
async def test_without_consent_nothing_is_kept_and_it_is_said_beside_the_box(acme):
    refused = await sent(acme, consent="")
    assert refused.status == 422 and "不勾选的话,我们不会保存您填的任何内容" in refused.page
    assert 'value="13800138000"' in refused.page, "what was typed is still there"
    assert (
        await leads_of(acme) == [] and acme.database.rows("select count(*) from inbox where corp = 'acme'")[0][0] == 0
    )
    await refused.send()
    await acme.settle()
    (lead,) = await leads_of(acme)
    (agreed,) = [item for item in await acme.story(lead["no"]) if item["kind"] == "consented"]
    assert agreed["data"]["purpose"] == "联系您、答复您的咨询" and agreed["data"]["version"] == "1"
    ((version, proof, form, address),) = acme.database.rows(
        "select version, words, form, address from consent where corp = 'acme'"
    )
    assert (version, form, address) == ("1", "contact", "127.0.0.*") and len(proof) == 64


@pytest.mark.platforms("wecom")
async def test_what_is_wrong_is_said_beside_its_question(acme):
    stranger = await sent(acme, phone="1380013", name="")
    assert stranger.status == 422 and 'id="flaw-phone">这个号码打不通' in stranger.page
    assert 'aria-describedby="flaw-phone" aria-invalid="true"' in stranger.page
    assert 'id="flaw-name">请填写怎么称呼您。' in stranger.page and await leads_of(acme) == []


@pytest.mark.platforms("wecom")
@pytest.mark.feature("A10")
async def test_a_page_without_our_ticket_or_a_day_old_is_shown_again_with_all_that_was_typed(acme):
    forged = visitor(acme)
    await forged.send()
    assert forged.status == 422 and "请再点一次提交" in forged.page and 'value="13800138000"' in forged.page
    old = visitor(acme)
    await old.open()
    acme.at += timedelta(hours=25)
    await old.send()
    assert old.status == 422 and "打开得太久" in old.page and await leads_of(acme) == []
    old.hidden = {"ticket": await _fresh(old)}
    assert THANKS in await old.send()


async def _fresh(stranger):
    await stranger.open()
    return stranger.hidden["ticket"]


@pytest.mark.platforms("wecom")
@pytest.mark.feature("A10")
async def test_a_thousand_posts_of_one_address_slow_nobody_else(acme):
    flood = visitor(acme)
    await flood.open()
    statuses = []
    for batch in range(20):
        pages = [flood.send(phone=f"139{batch:04}{n:04}") for n in range(50)]
        await asyncio.gather(*pages)
        statuses.append(flood.status)
    assert statuses[-1] == 429 and "提交得太频繁" in flood.page and 'value="139' in flood.page
    await acme.settle()
    assert len((await acme.api("GET", "/leads?limit=200"))[1]["items"]) == 30
    other = visitor(acme)
    await other.open(**{"X-Forwarded-For": "203.0.113.9"})
    async with other.http.post(
        "/f/contact", data={**other.hidden, **WANG, "consent": "yes"}, headers={"X-Forwarded-For": "203.0.113.9"}
    ) as answer:
        assert answer.status == 200 and THANKS in await answer.text()


@pytest.mark.platforms("wecom")
@pytest.mark.parametrize(
    ("path", "status"),
    [("/f/nothing", 404), ("/f/contact?utm_source=" + "x" * 3000, 200), ("/f/contact?c=%00%ff", 200)],
)
async def test_a_stranger_s_page_is_always_a_page(acme, path, status):
    stranger = visitor(acme)
    page = await stranger.open(path)
    assert stranger.status == status and "<main>" in page and "Traceback" not in page and "detail" not in page


@pytest.mark.platforms("wecom")
async def test_rubbish_is_answered_with_a_sentence(acme):
    for body, kind in ((b"\xff\xfe%%%", "application/x-www-form-urlencoded"), (b"{}", "application/json"),
                       (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded")):  # fmt: skip
        async with visitor(acme).http.post("/f/contact", data=body, headers={"Content-Type": kind}) as answer:
            assert 400 <= answer.status < 500 and "<main>" in await answer.text()
