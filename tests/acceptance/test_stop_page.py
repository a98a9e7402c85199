"""The page to stop messages: one tap on a phone, by a mail program's own button too; nobody stops by looking."""

from typing import Any

import pytest

from nurture.sending import Wanted, want
from tests.customers import Recorder, customer
from tests.town import Town, words

pytestmark = [pytest.mark.platforms("wecom"), pytest.mark.only("sqlite"), pytest.mark.feature("K4", "P4")]
TEXT = {"subject": "新品", "text": "{姓名|您好},看看新品。"}


async def reached(acme: Town, *, number: int = 1, key: str = "m1", topic: str = "news") -> Any:
    """Somebody gets a message; returns it as the channel got it."""
    recorder = acme.bot.roads.channels.setdefault("mail", Recorder())
    rules = (await acme.bot.context()).rules

    async def work(tx: Any) -> Any:
        lead_id = await customer(tx, number, topics=("news", "event"), rules=rules, now=acme.at)
        return await want(
            tx, lead_id, channel="mail", content="", topic=topic, key=key, variables=TEXT, rules=rules, now=acme.at
        )  # fmt: skip

    assert isinstance(await acme.bot.store.transaction(work), Wanted)
    await acme.settle()
    return recorder.letters[-1]  # type: ignore[attr-defined]


def path_of(letter: Any) -> str:
    return "/u/" + str(letter.stop).rpartition("/u/")[2]


async def state(acme: Town, key: str) -> str:
    return str(acme.database.rows("select state from outbox where corp = 'acme' and key = :key", key=key)[0][0])


async def test_looking_stops_nothing_and_one_tap_stops_one_topic_at_once(acme: Town) -> None:
    letter = await reached(acme)
    assert letter.text == "客户1,看看新品。" and len(path_of(letter)) == 25
    for method in ("GET", "HEAD", "GET"):
        async with acme.http.request(method, path_of(letter)) as answer:
            assert answer.status == 200
            page = await answer.text()
    assert "客户1" not in page and "hengli" not in page and "138" not in page, "nothing of the person"
    assert "<script" not in page and 'lang="zh-CN"' in page and page.index("产品资讯") < page.index("活动邀请")
    rules = (await acme.bot.context()).rules
    waits = {"channel": "mail", "content": "", "variables": TEXT, "rules": rules, "now": acme.at}
    lead_id = letter.lead.id
    for key, topic in (("m2", "news"), ("m3", "event")):
        await acme.bot.store.transaction(lambda tx, k=key, t=topic: want(tx, lead_id, topic=t, key=k, **waits))
    async with acme.http.post(path_of(letter), data={"stop": "news"}) as answer:
        page = await answer.text()
        assert answer.status == 200 and "「产品资讯」已经停了,立即生效" in page and "点错了,恢复" in page
    await acme.later(days=2)
    assert (await state(acme, "m2"), await state(acme, "m3")) == ("stopped", "sent")
    told = [item for item in await acme.story(letter.lead.no) if item["kind"] == "contact_stopped"]
    assert [item["text"] for item in told] == ["「产品资讯」(退订页)"]


async def test_a_mail_program_s_button_stops_the_topic_of_that_mail_in_either_encoding(acme: Town) -> None:
    for number, body in enumerate(
        (
            {"data": "List-Unsubscribe=One-Click", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            {"data": b"--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
             "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        )
    ):  # fmt: skip
        letter = await reached(acme, number=number, key=f"k{number}")
        async with acme.http.post(path_of(letter), **body) as answer:  # type: ignore[arg-type]
            assert answer.status == 200
        stops = acme.database.rows(
            "select topic, channel, way from contact_stop where corp = 'acme' and lead_id = :id", id=letter.lead.id
        )
        assert stops == [("news", "", "page")]


async def test_everything_can_be_stopped_the_owner_hears_it_and_a_wrong_tap_is_taken_back(acme: Town) -> None:
    letter = await reached(acme)
    no = letter.lead.no
    await acme.text("lina", f"领取 {no}")
    async with acme.http.post(path_of(letter), data={"stop": "all"}) as answer:
        page = await answer.text()
        assert "全部消息已经停了" in page and "全部停止" not in page
    await acme.settle()
    assert f"{no} 的客户不想再收到我们的消息了" in words(acme.standin.chat("lina"))
    async with acme.http.post(path_of(letter), data={"resume": "all"}) as answer:
        assert "会继续发给您" in await answer.text()
    rules = (await acme.bot.context()).rules
    again = await acme.bot.store.transaction(
        lambda tx: want(
            tx, letter.lead.id, channel="mail", content="", topic="news", key="again", variables=TEXT, rules=rules,
            now=acme.at,
        )
    )  # fmt: skip
    assert isinstance(again, Wanted)
    proof = acme.database.rows("select way, address, form from consent where corp = 'acme' and way = 'page'")
    assert proof == [("page", "127.0.0.*", "u")]


async def test_a_guessed_or_mangled_address_is_nobody_s_and_rubbish_changes_nothing(acme: Town) -> None:
    letter = await reached(acme)
    path = path_of(letter)
    wrong = path[:-1] + ("A" if path[-1] != "A" else "B")
    for method in ("GET", "POST"):
        async with acme.http.request(method, wrong) as answer:
            assert answer.status == 404
    for given in ({"stop": "nonsense"}, {}, {"stop": ""}, {"resume": "x" * 5000}):
        async with acme.http.post(path, data=given) as answer:
            assert answer.status in (400, 422), given
            assert "Traceback" not in await answer.text()
    assert acme.database.rows("select count(*) from contact_stop where corp = 'acme'") == [(0,)]


async def test_a_colleague_notes_what_the_customer_said_and_hears_why_not_later(acme: Town) -> None:
    no = await acme.mql()
    await acme.text("lina", f"领取 {no}")
    assert "要写上凭据" in words(await acme.text("lina", f"同意 {no} 产品资讯"))
    assert "没有叫「彩票」的主题" in words(await acme.text("lina", f"退订 {no} 彩票"))
    assert f"记下了:{no} 同意接收「产品资讯」" in words(await acme.text("lina", f"同意 {no} 产品资讯 展会上当面说的"))
    (agreed,) = [item for item in await acme.story(no) if item["kind"] == "consented"]
    assert agreed["by"] == "lina" and agreed["text"] == "接收产品资讯(第 1 版,同事代记)"
    rules = (await acme.bot.context()).rules
    waits = {"content": "", "topic": "产品资讯", "variables": TEXT, "rules": rules, "now": acme.at}

    async def tried(key: str, channel: str = "sms") -> Any:
        return await acme.bot.store.transaction(lambda tx: want(tx, int(no[1:]), channel=channel, key=key, **waits))

    assert isinstance(await tried("a"), Wanted)
    assert f"{no} 已退订「产品资讯」的短信,立即生效" in words(
        await acme.text("lina", f"退订 {no} 产品资讯 短信 说太多了")
    )
    assert "退订了「产品资讯」的短信,不能再发" in (await tried("b")).why
    assert isinstance(await tried("c", "hand"), Wanted), "another channel goes on"
    assert f"{no} 已退订全部消息" in words(await acme.text("linda", f"退订 {no} 全部 电话里说的"))
    assert "要求不再联系" in (await tried("d", "hand")).why
    assert "早就退订了" in words(await acme.text("lina", f"退订 {no} 产品资讯"))


async def test_a_customer_who_writes_it_in_wechat_is_left_alone_there_and_told_so(acme: Town) -> None:
    await acme.standin.kf_write("wkSAMPLE01", "wmAAAA1", "王建国", "在吗")
    await acme.settle()
    await acme.standin.kf_write("wkSAMPLE01", "wmAAAA1", "王建国", "退订")
    await acme.settle()
    told = acme.standin.api.kf.got[-1]["text"]["content"]
    assert "已经停了" in told and "全部退订" in told
    stops = acme.database.rows("select topic, channel, way from contact_stop where corp = 'acme' order by channel")
    assert stops == [("", "kf", "kf"), ("", "mass", "kf"), ("", "mp", "kf")], "all that comes by WeChat"
    await acme.standin.kf_write("wkSAMPLE01", "wmAAAA1", "王建国", "退订单怎么操作?")
    await acme.settle()
    assert len(acme.standin.api.kf.got) == 1, "a question is no stop"


async def test_a_customer_who_wants_to_be_forgotten_is_left_alone_and_an_administrator_reads_how(acme: Town) -> None:
    await acme.standin.kf_write("wkSAMPLE01", "wmAAAA1", "王建国", "在吗")
    await acme.settle()
    before = len(acme.standin.chat("admin"))
    for said in ("请删除我的个人信息", "删除我的信息"):
        await acme.standin.kf_write("wkSAMPLE01", "wmAAAA1", "王建国", said)
        await acme.settle()
    assert "会删除您的个人信息" in acme.standin.api.kf.got[0]["text"]["content"]
    told = [words([m]) for m in acme.standin.chat("admin")[before:]]
    assert len(told) == 1 and "L1001 的客户在微信客服里要求删除个人信息" in told[0] and "./run erase" in told[0]
    stops = acme.database.rows("select topic, channel, way from contact_stop where corp = 'acme'")
    assert stops == [("", "", "kf")], "nothing goes to them by any road"
    await acme.standin.kf_write("wkSAMPLE01", "wmAAAA1", "王建国", "怎么删除我的订单信息?")
    await acme.settle()
    assert len(acme.standin.chat("admin")) == before + 1, "a question is none"
