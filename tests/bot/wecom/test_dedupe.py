"""WeCom sends a callback again when it did not hear "ok" in time: three deliveries are one act, two people are two."""

import asyncio
from typing import Any

import pytest

from sandbox.wecom.company import Contact
from sandbox.wecom.people import event
from tests.bot.wecom.conftest import CORP, Edge, edge
from tests.town import Town, town, words

CONTACT = Contact("wm-customer-1", "wanglei", "周先生", corp_name="杭州云栖智能科技有限公司")


def thrice(place: Town, *, fresh: bool) -> None:
    """From now on each callback comes three times; `fresh`: sealed anew with another nonce each time."""
    for post in place.standin.posts.values():
        post.manner.retries, post.manner.copies, post.manner.fresh_nonce = 2, 3, fresh


def once(place: Town) -> None:
    for post in place.standin.posts.values():
        post.manner.retries, post.manner.copies = 0, 1


async def counted(place: Town) -> tuple[float, float]:
    """Callbacks that were accepted, and that were recognised as repeated, since the start."""
    return tuple(  # type: ignore[return-value]
        place.bot.metrics.count("leadbot_callbacks_total", platform="wecom", outcome=outcome)
        for outcome in ("accepted", "repeated")
    )


@pytest.fixture
async def acme(tmp_path: Any) -> Any:
    async with town(tmp_path) as place:
        yield place


@pytest.mark.ask("AS6")
@pytest.mark.feature("S2")
@pytest.mark.feature("P7")
@pytest.mark.parametrize("fresh", [True, False], ids=["sealed anew", "the same bytes"])
async def test_a_message_that_comes_three_times_is_answered_once(acme: Town, fresh: bool) -> None:
    thrice(acme, fresh=fresh)
    answers = await acme.text("wanglei", "新线索 张三 13900139000 杭州云栖 想要报价")
    assert len(answers) == 1 and await counted(acme) == (1, 2)
    _, found = await acme.api("GET", "/leads")
    assert [item["enquiries"] for item in found["items"]] == [1]


@pytest.mark.failure("1")
@pytest.mark.ask("AS6")
@pytest.mark.feature("P7")
@pytest.mark.parametrize("fresh", [True, False], ids=["sealed anew", "the same bytes"])
async def test_a_tap_that_comes_three_times_claims_once_and_says_so_once(acme: Town, fresh: bool) -> None:
    no = await acme.mql()
    thrice(acme, fresh=fresh)
    before = len(acme.standin.chat("wanglei"))
    await acme.press("wanglei", "领取")
    assert [item["kind"] for item in await acme.story(no)].count("claimed") == 1
    assert "已经是你的" not in words(acme.standin.chat("wanglei")[before:])
    assert await counted(acme) == (1, 2)


@pytest.mark.ask("AS6")
async def test_a_menu_entry_that_comes_three_times_is_answered_once(acme: Town) -> None:
    await acme.mql()
    before = len(acme.standin.chat("wanglei"))
    thrice(acme, fresh=True)
    await acme.standin.menu("wanglei", "pool")
    await acme.settle()
    assert len(acme.standin.chat("wanglei")) == before + 1
    acme.at = acme.at.replace(second=acme.at.second + 5)
    await acme.standin.menu("wanglei", "pool")
    await acme.settle()
    assert len(acme.standin.chat("wanglei")) == before + 2, "asked again later is answered again"


@pytest.mark.ask("AS6")
@pytest.mark.feature("P7")
async def test_a_customer_who_comes_three_times_is_one_lead_with_one_enquiry(acme: Town) -> None:
    thrice(acme, fresh=True)
    await acme.standin.add_contact(CONTACT)
    await acme.settle()
    _, found = await acme.api("GET", "/leads")
    assert [(item["name"], item["enquiries"]) for item in found["items"]] == [("周先生", 1)]
    assert await counted(acme) == (1, 2)


@pytest.mark.ask("AS6")
async def test_a_member_who_leaves_three_times_is_told_once(acme: Town) -> None:
    thrice(acme, fresh=True)
    await acme.standin.leave("wanglei")
    await acme.settle()
    assert words(acme.standin.chat("chenjing")).count("王磊已离开") == 1


@pytest.mark.ask("AS6")
async def test_the_same_before_and_after_a_restart(acme: Town) -> None:
    no = await acme.mql()
    once(acme)
    sent: list[tuple[str, str]] = []

    def keep(name: str) -> None:
        post = acme.standin.posts[name]
        deliver = post.deliver

        async def noted(inner: str, **more: Any) -> Any:
            sent.append((name, inner))
            return await deliver(inner, **more)

        post.deliver = noted  # type: ignore[method-assign]

    for name in acme.standin.posts:
        keep(name)
    await acme.press("wanglei", "领取")
    await acme.text("wanglei", f"跟进 {no} 电话聊了,对方要资料")
    await acme.standin.add_contact(CONTACT)
    await acme.standin.menu("lina", "mine")
    await acme.settle()
    story, chats = await acme.story(no), {user: len(acme.standin.chat(user)) for user in acme.members}
    for _ in range(2):
        await acme.standin.close()
        await acme.stop_bot()
        await acme.start_bot()
        for name, inner in sent:
            assert (await acme.standin.posts[name].deliver(inner)).status == 200
        await acme.settle()
    assert await acme.story(no) == story
    assert {user: len(acme.standin.chat(user)) for user in acme.members} == chats
    assert len((await acme.api("GET", "/leads"))[1]["items"]) == 2
    assert await counted(acme) == (0, len(sent))


async def test_deliveries_that_overlap_are_one_act(acme: Town) -> None:
    inner = event(
        {"ToUserName": acme.standin.company.corp_id, "FromUserName": "wanglei", "CreateTime": int(acme.at.timestamp()),
         "MsgType": "text", "Content": "新线索 李雷 13700137000 想要报价", "MsgId": 7345678901234567890,
         "AgentID": 1000002}
    )  # fmt: skip
    ends = await asyncio.gather(*(acme.standin.posts["app"].deliver(inner) for _ in range(30)))
    await acme.settle()
    assert {end.status for end in ends} == {200}
    assert len(acme.standin.chat("wanglei")) == 1 and await counted(acme) == (1, 29)


@pytest.mark.ask("AS6")
async def test_fifty_scans_in_one_second_are_fifty_leads_and_a_replay_adds_none(acme: Town) -> None:
    people = [Contact(f"wm-customer-{n}", ("wanglei", "lina")[n % 2], f"客户{n}") for n in range(50)]
    thrice(acme, fresh=True)
    await asyncio.gather(*(acme.standin.add_contact(person) for person in people))
    await acme.settle()
    _, found = await acme.api("GET", "/leads?limit=200")
    assert sorted(item["name"] for item in found["items"]) == sorted(person.name for person in people)
    assert {item["enquiries"] for item in found["items"]} == {1}
    assert await counted(acme) == (50, 100)


@pytest.fixture
async def wecom(tmp_path: Any) -> Any:
    async with edge(tmp_path) as opened:
        yield opened


def body(**fields: object) -> str:
    head = {"ToUserName": CORP, "FromUserName": "lisi", "CreateTime": 1760000000, "MsgType": "event"}
    return event({**head, **fields})


CLICK = {"Event": "template_card_event", "EventKey": "mine", "TaskId": "t-1", "ResponseCode": "RC1", "AgentID": 1000002}
ADDED = {"FromUserName": "sys", "Event": "change_external_contact", "ChangeType": "add_external_contact",
         "UserID": "lisi", "ExternalUserID": "wm1"}  # fmt: skip
TEXT = {"MsgType": "text", "Content": "好", "MsgId": 1, "AgentID": 1000002}
PAIRS: dict[str, tuple[dict[str, object], dict[str, object], int]] = {
    "the same message": (TEXT, TEXT, 1),
    "the same words twice": (TEXT, {**TEXT, "MsgId": 2}, 2),
    "ids of 64 bits that differ in the last digit": (
        {**TEXT, "MsgId": 9223372036854775806}, {**TEXT, "MsgId": 9223372036854775807}, 2,
    ),
    "the same tap": (CLICK, CLICK, 1),
    "two taps in one second": (CLICK, {**CLICK, "ResponseCode": "RC2"}, 2),
    "two customers in one second": (ADDED, {**ADDED, "ExternalUserID": "wm2"}, 2),
    "one customer, two colleagues": (ADDED, {**ADDED, "UserID": "zhangsan"}, 2),
    "added and added by half": (ADDED, {**ADDED, "ChangeType": "add_half_external_contact"}, 2),
    "two welcome codes": (ADDED, {**ADDED, "WelcomeCode": "W2"}, 2),
    "the same customer again later": (ADDED, {**ADDED, "CreateTime": 1760000009}, 2),
    "a text and a tap": (TEXT, CLICK, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
async def test_what_counts_as_the_same(wecom: Edge, name: str) -> None:
    first, second, rows = PAIRS[name]
    for fields in (first, second, first, second):
        assert (await wecom.post(*wecom.envelope(body(**fields)))).status == 200
    assert len(await wecom.rows()) == rows


async def test_two_apps_of_a_corp_may_use_the_same_numbers(wecom: Edge) -> None:
    for number, name in enumerate(("app", "contact", "kf")):
        sent = wecom.envelope(body(**{**TEXT, "AgentID": 1000002 + number}))
        assert (await wecom.post(*sent, name=name)).status == 200
    assert len(await wecom.rows()) == 3
