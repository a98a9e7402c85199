"""企业群发 waits for the colleague's yes and is never made twice; where nothing can be sent, the words lie ready."""

from typing import Any

import pytest

from nurture.sending import Wanted, want
from sandbox.wecom.company import Contact
from tests.customers import customer, publish_texts, without_journeys
from tests.town import Town, town, words

TEXT = {"text": "春季新品到了,看看 https://www.example.com/spring", "subject": "春季新品"}


async def friend(acme: Town, number: int, member: str = "wanglei") -> str:
    """Somebody adds a member in WeChat and agrees to the news; returns their lead."""
    await acme.standin.add_contact(Contact(f"wm{number:04}", member, f"客户{number}", mobiles=(f"1390000{number:04}",)))
    await acme.settle()
    leads = await acme.api("GET", f"/leads?phone=1390000{number:04}")
    no = str(leads[1]["items"][0]["no"])
    await acme.text(member, f"同意 {no} 产品资讯 展会上当面说的")
    return no


async def wish(acme: Town, no: str, *, key: str, channel: str = "mass", by: str | None = None) -> Any:
    rules = (await acme.bot.context()).rules
    found = await acme.bot.store.transaction(
        lambda tx: want(
            tx, int(no[1:]), channel=channel, content="", topic="news", key=key, variables=TEXT, by=by, rules=rules,
            now=acme.at,
        )
    )  # fmt: skip
    await acme.settle()
    return found


async def minutes(acme: Town, count: int = 2) -> None:
    """Time passes, and what waits for WeCom is done."""
    await acme.later(minutes=count)
    await acme.bot.roads.mass.run_once()
    await acme.settle()


async def kinds(acme: Town, no: str) -> list[str]:
    return [item["kind"] for item in await acme.story(no)]


@pytest.mark.feature("K2", "K3")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_equal_words_are_one_task_which_reaches_nobody_before_the_colleague_says_yes(acme):
    desk = acme.standin.api.mass
    numbers = [await friend(acme, number) for number in range(1, 5)]
    desk.got["wm0003"] = [(acme.steady(), "x")] * 31
    for no in numbers:
        assert isinstance(await wish(acme, no, key=f"spring:{no}"), Wanted)
    await minutes(acme)
    (task,) = desk.tasks.values()
    assert (task.sender, len(task.customers)) == ("wanglei", 4)
    assert "4 位客户" in words(acme.standin.chat("wanglei")) and "春季新品到了" in words(acme.standin.chat("wanglei"))
    await minutes(acme, 3)
    assert "letter_sent" not in await kinds(acme, numbers[0]), "nobody has confirmed it"
    del acme.standin.company.contacts["wm0004"]
    desk.confirm("wanglei")
    await minutes(acme, 40)
    assert [await kinds(acme, no) for no in numbers].count([]) == 0
    assert ["letter_sent" in await kinds(acme, no) for no in numbers] == [True, True, False, False]
    story = await acme.story(numbers[2])
    assert "够多了" in next(item["text"] for item in story if item["kind"] == "letter_returned")
    await minutes(acme, 600)
    assert (await kinds(acme, numbers[0])).count("letter_sent") == 1, "asked about again, told once"
    shown = words(await acme.text("linda", "群发"))
    assert "王磊:1 次,确认了 1 次(100%),4 位客户" in shown and "发出 2 条" in shown and "送不到 2 条" in shown


@pytest.mark.feature("K2")
@pytest.mark.ask("AS4")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
@pytest.mark.parametrize("fault", ["cut_after", "cut_before", "truncated"])
async def test_what_came_of_a_call_that_was_cut_off_is_read_back_before_it_is_made_again(acme, fault):
    desk = acme.standin.api.mass
    no = await friend(acme, 1)
    await wish(acme, no, key="k1")
    acme.standin.faults.add("externalcontact/add_msg_template", fault, times=1)
    await minutes(acme)
    for _ in range(4):
        await minutes(acme, 3)
    assert len(desk.tasks) == 1, "made once, whether the answer was lost or the question"
    assert words(acme.standin.chat("wanglei")).count("等你确认") == 1
    desk.confirm("wanglei")
    await minutes(acme, 60)
    assert len(desk.got["wm0001"]) == 1 and "letter_sent" in await kinds(acme, no)


@pytest.mark.feature("K3")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_customer_whom_nobody_has_as_a_friend_is_not_reached_so(acme):
    rules = (await acme.bot.context()).rules
    lead_id = await acme.bot.store.transaction(lambda tx: customer(tx, 1, rules=rules, now=acme.at))
    withheld = await wish(acme, f"L{lead_id}", key="k1")
    assert not isinstance(withheld, Wanted) and "还没有加这位客户的微信" in withheld.why


@pytest.mark.feature("K3")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_in_weixin_kf_only_while_the_window_is_open_and_once_though_the_line_broke(acme):
    await acme.standin.kf_write("wkA", "wm77", "老李", "在吗")
    await acme.settle()
    found = await acme.bot.store.transaction(lambda tx: _lead_of(tx, "wm77"))
    await acme.text("linda", f"同意 L{found} 产品资讯 客服里说的")
    acme.standin.faults.add("kf/send_msg", "cut_after", times=1)
    await wish(acme, f"L{found}", key="k1", channel="kf")
    await acme.later(minutes=2)
    assert [one["text"]["content"][:6] for one in acme.standin.api.kf.got] == ["春季新品到了"]
    await acme.later(days=3)
    await wish(acme, f"L{found}", key="k2", channel="kf")
    assert len(acme.standin.api.kf.got) == 1
    state, error = acme.database.rows("select state, error from outbox where corp = 'acme' and key = 'k2'")[0]
    assert state == "stopped" and "超过 48 小时" in error


async def _lead_of(tx: Any, external: str) -> int | None:
    from store.leads import find_by_identity

    return await find_by_identity(tx, "external", external)


@pytest.mark.feature("K2")
@pytest.mark.only("sqlite")
async def test_the_words_lie_ready_for_the_colleagues_own_hand_and_are_noted_once(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"同意 {no} 产品资讯 电话里说的")
    await wish(acme, no, key="k1", channel="hand")
    card = words([acme.card("wanglei", "发了")])
    assert "春季新品到了" in card and "要你亲自发" in card
    given = await acme.press("wanglei", "要文字")
    assert words(given).strip().startswith("春季新品到了") and "letter_sent" not in await kinds(acme, no)
    assert "已经发过" in words(await acme.press("wanglei", "发了"))
    assert (await kinds(acme, no)).count("letter_sent") == 1
    await wish(acme, no, key="k2", channel="hand")
    await acme.later(days=1)
    await acme.press("wanglei", "跳过")
    assert (await kinds(acme, no)).count("letter_sent") == 1
    await acme.text("wanglei", f"退订 {no} 产品资讯")
    withheld = await wish(acme, no, key="k3", channel="hand")
    assert not isinstance(withheld, Wanted) and "退订" in withheld.why


@pytest.mark.feature("G8")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_friend_request_waits_for_the_customers_yes(acme):
    no = await acme.mql(phone="138 0013 8000")
    await acme.text("wanglei", f"领取 {no}")
    asked = words(await acme.text("wanglei", f"加微信 {no}"))
    assert "待通过" in asked and asked.rstrip().endswith("13800138000")
    assert "微信 待通过" in words(await acme.text("wanglei", f"看 {no}"))
    await acme.standin.add_contact(Contact("wm1", "wanglei", "王建国", mobiles=("13800138000",)))
    await acme.settle()
    assert "微信 已是好友" in words(await acme.text("wanglei", f"看 {no}"))
    assert "已经是你的微信好友" in words(await acme.text("wanglei", f"加微信 {no}"))


@pytest.mark.feature("G8")
@pytest.mark.only("sqlite")
async def test_a_copied_number_has_nothing_but_digits(acme):
    no = await acme.mql(phone="+86 138-0013-8000")
    await acme.text("wanglei", f"领取 {no}")
    copied = await acme.text("wanglei", f"电话 {no}")
    assert words(copied).strip() == "13800138000"
    assert "13800138000" not in words(await acme.text("lina", f"电话 {no}")), "not for whom it is not"


@pytest.mark.feature("K3")
@pytest.mark.platforms("wecom")
async def test_a_journey_tells_who_has_confirmed_what_it_gave_them_to_send(tmp_path, database):
    rules = (
        "\nnurture: {caps: {}, all_channels: {per_day: 9, per_week: 99}}\njourneys:\n  news:\n    label: 新品\n"
        "    start: {behaviour: [download]}\n    owned: true\n"
        "    steps:\n      - {send: mass, content: spring, topic: news}\n"
    )
    async with town(tmp_path, rules=lambda text: without_journeys(text) + rules, database=database) as acme:
        await publish_texts(acme, spring="春季新品到了")
        for number, member in ((1, "wanglei"), (2, "wanglei"), (3, "lina")):
            no = await friend(acme, number, member)
            await acme.api("POST", f"/leads/{no}/behaviours", kind="download")
        await minutes(acme)
        await minutes(acme)
        acme.standin.api.mass.confirm("wanglei")
        await minutes(acme, 40)
        told = words(await acme.text("linda", "旅程 新品"))
        assert "企业微信群发 王磊:2 位客户,确认了 2 位(100%)" in told, told
        assert "企业微信群发 李娜:1 位客户,确认了 0 位(0%)" in told, told
