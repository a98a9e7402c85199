"""公众号 and 小程序: a follower who shows interest is one lead, with all that they did before on its story."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.wechat.account import OfficialAccount
from sandbox.wechat.house import AccountHouse
from tests.customers import Recorder, publish_texts, without_journeys
from tests.town import Town, town, words

pytestmark = pytest.mark.feature("A12")
APP, TOKEN, KEY = "wx0123456789abcdef", "officialtoken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SECTION = f"\nwechat:\n  main: {{app_id: {APP}, token: {TOKEN}, aes_key: {KEY}}}\n"
JOURNEY = """
journeys:
  paper:
    label: 案例
    start: {behaviour: [download]}
    again: 1d
    owned: true
    steps:
      - {wait: 1h}
      - {send: [mp, mail], content: case, topic: service}
"""
CLEAR = f"\nwechat:\n  main: {{app_id: {APP}, token: {TOKEN}}}\n"


@pytest.fixture
async def fans(tmp_path: Any, platform: str, database: Any) -> AsyncIterator[tuple[Town, OfficialAccount]]:
    async with town(tmp_path, platform=platform, database=database, settings=lambda text: text + SECTION) as place:
        account = account_of(place, KEY)
        try:
            yield place, account
        finally:
            await account.close()


def account_of(place: Town, aes_key: str | None, name: str = "main") -> OfficialAccount:
    port = place.runner.addresses[0][1]
    address = f"http://127.0.0.1:{port}/callback/wechat/{name}"
    return OfficialAccount(address, app_id=APP, token=TOKEN, aes_key=aes_key, now=place.steady)


async def leads(place: Town) -> list[dict[str, Any]]:
    await place.settle()
    return list((await place.api("GET", "/leads"))[1]["items"])


async def deeds(place: Town, no: str = "L1001") -> list[str]:
    return [item["text"] for item in await place.story(no) if item["kind"] == "behaved"]


async def test_follow_scan_menu_and_words_are_one_lead_with_those_acts(fans: tuple[Town, OfficialAccount]) -> None:
    place, account = fans
    await account.verify_url()
    assert (await account.follow("oFAN1")).body == "success"
    assert await leads(place) == [], "who only follows is nobody yet"
    await place.later(minutes=1)
    await account.scan("oFAN1", "expo2026")
    (lead,) = await leads(place)
    assert lead["sources"] == ["公众号"]
    await account.click("oFAN1", "报价")
    await account.view("oFAN1", "https://www.example.com/price")
    await account.write("oFAN1", "我是杭州云栖的王建国,手机 13800138000,要三十台工业相机")
    (lead,) = await leads(place)
    assert (lead["name"], lead["phone"]) == ("王建国", "13800138000")
    assert await deeds(place) == [
        "关注公众号", "扫了公众号的码 expo2026", "点了公众号菜单 报价", "点了公众号菜单 https://www.example.com/price",
    ]  # fmt: skip
    wrote = [item["text"] for item in await place.story("L1001") if item["kind"] == "wrote"]
    assert wrote == ["我是杭州云栖的王建国,手机 13800138000,要三十台工业相机"]


async def test_each_push_three_times_is_no_more_and_two_followers_of_one_second_are_two(
    fans: tuple[Town, OfficialAccount],
) -> None:
    place, account = fans
    account.copies = 3
    for fan in range(20):
        await account.follow(f"oFAN{fan}", scene="expo")
    assert len(await leads(place)) == 20
    await account.write("oFAN3", "你好")
    found = await leads(place)
    assert len(found) == 20 and {lead["enquiries"] for lead in found} == {1}
    (no,) = [lead["no"] for lead in found if any(i["kind"] == "wrote" for i in await place.story(lead["no"]))]
    assert await deeds(place, no) == ["扫了公众号的码 expo"]


async def test_the_owner_reads_what_their_follower_writes_and_who_leaves_is_seen(
    fans: tuple[Town, OfficialAccount],
) -> None:
    place, account = fans
    await account.write("oFAN1", "在吗")
    assert len(await leads(place)) == 1
    await place.text("lina", "领取 L1001")
    await place.later(minutes=6)
    await account.write("oFAN1", "想问问交期")
    await place.settle()
    told = words(place.standin.chat("lina"))
    assert "客户在公众号问时间:想问问交期" in told and "回复 L1001" not in told, "there is no way to answer from here"
    await account.leave("oFAN1")
    await place.settle()
    assert (await deeds(place))[-1] == "取消关注公众号"


async def test_a_mini_program_s_form_joins_the_follower_by_the_number(fans: tuple[Town, OfficialAccount]) -> None:
    place, account = fans
    await account.scan("oFAN1", "expo")
    await account.write("oFAN1", "电话 13800138000")
    await leads(place)
    no = await place.capture(
        "小程序", name="王建国", phone="13800138000", need="预约演示", submission_id="mp-order-1",
        utm_source="weapp", utm_content="pages/demo/index",
    )  # fmt: skip
    lead = await place.lead(no)
    assert no == "L1001" and sorted(lead["sources"]) == ["公众号", "小程序"]
    assert await deeds(place) == ["扫了公众号的码 expo"]


@pytest.mark.platforms("wecom")
async def test_a_follower_is_told_apart_in_each_account_and_rules_say_which_deed_counts(tmp_path: Any) -> None:
    two = CLEAR + f"  second: {{app_id: wxfedcba9876543210, token: {TOKEN}}}\n"
    rules = "\nofficial_accounts:\n  main: {source: 服务号, lead_on: [message]}\n"
    async with town(tmp_path, settings=lambda text: text + two, rules=lambda text: text + rules) as place:
        main, second = account_of(place, None), account_of(place, None, "second")
        await main.verify_url()
        await main.scan("oFAN1", "a")
        await main.click("oFAN1", "b")
        assert await leads(place) == []
        await second.scan("oFAN1", "a")
        assert [lead["sources"] for lead in await leads(place)] == [["公众号"]]
        await main.write("oFAN1", "你好")
        assert sorted(lead["sources"][0] for lead in await leads(place)) == ["公众号", "服务号"]
        assert await deeds(place, "L1002") == ["扫了公众号的码 a", "点了公众号菜单 b"]
        await main.close()
        await second.close()


@pytest.mark.platforms("wecom")
@pytest.mark.parametrize("aes_key", [KEY, None], ids=["sealed", "clear"])
async def test_what_is_not_wechat_s_is_refused_and_leaves_nothing(tmp_path: Any, aes_key: str | None) -> None:
    section = SECTION if aes_key else CLEAR
    async with town(tmp_path, settings=lambda text: text + section) as place:
        account = account_of(place, aes_key)

        def other(name: str, value: str) -> Any:
            return lambda query, body: query.__setitem__(name, value) or body

        signed = "msg_signature" if aes_key else "signature"
        spoilt = [
            other(signed, "0" * 40),
            other(signed, "x"),
            other("timestamp", str(int(place.steady()) - 3600)),
            other("nonce", "a b"),
            lambda query, body: body[:-20],
            lambda query, body: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + body,
            lambda query, body: "",
            lambda query, body: query.pop(signed) and body,
        ]
        if aes_key:  # the account says that it seals: what comes in the clear is somebody else's
            spoilt.append(lambda query, body: query.clear() or "<xml><FromUserName>o</FromUserName></xml>")
        answers = []
        for tamper in spoilt:
            fields = {"MsgType": "text", "Content": "你好", "MsgId": "1"}
            answers.append(await account.push("oFAN1", fields, tamper=tamper))
        assert {(answer.status, answer.body) for answer in answers} == {(403, "forbidden")}
        assert await leads(place) == []
        assert place.database.rows("select count(*) from inbox where corp = 'acme'") == [(0,)]
        await account.close()


@pytest.mark.feature("K1", "K4")
@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
async def test_who_has_written_is_answered_in_the_account_and_others_by_mail(tmp_path: Any) -> None:
    times: list[Any] = []
    house = AccountHouse(APP, "account-secret", lambda: times[0]() if times else 0.0)
    await house.start()
    sends = SECTION.replace("}\n", f", secret: account-secret, api_base: 'http://127.0.0.1:{house.port}'}}\n")
    rules = "\nnurture: {all_channels: {per_day: 9, per_week: 99}, caps: {}}\n" + JOURNEY
    async with town(
        tmp_path, settings=lambda text: text + sends, rules=lambda text: without_journeys(text) + rules
    ) as place:
        times.append(place.steady)
        account = account_of(place, KEY)
        account.house, mail = house, Recorder()
        place.bot.roads.channels["mail"] = mail
        await publish_texts(place, case="客户案例")
        try:
            await account.write("oFAN1", "我是王建国,手机 13800138000,邮箱 wang@example.com,发个案例")
            await place.settle()
            await place.api("POST", "/leads/L1001/behaviours", kind="download")
            await place.later(hours=2)
            assert [openid for openid, _ in house.got] == ["oFAN1"] and "客户案例在这里" in house.got[0][1]
            assert mail.sent == [] and house.flaws == []
            sent = [item["text"] for item in await place.story("L1001") if item["kind"] == "letter_sent"]
            assert len(sent) == 1 and "公众号" in sent[0]
            await place.later(days=3)
            await place.api("POST", "/leads/L1001/behaviours", kind="download", key="again")
            await place.later(hours=2)
            assert len(house.got) == 1 and len(mail.sent) == 1, "WeChat's window had closed: by mail"
            await account.write("oFAN1", "退订")
            await place.settle()
            await place.later(days=2)
            await place.api("POST", "/leads/L1001/behaviours", kind="download", key="third")
            await place.later(hours=2)
            assert len(house.got) == 1 and len(mail.sent) == 2, "no more in WeChat; what they said of mail is another"
            assert "公众号" in [i["text"] for i in await place.story("L1001") if i["kind"] == "contact_stopped"][-1]
        finally:
            await account.close()
            await house.stop()
