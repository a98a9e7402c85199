"""Taking leads: the first tap wins, the others hear who and how long ago, and a claim can be given back or on."""

import asyncio

import pytest

from tests.sides import title
from tests.town import town, words


def owner_of(messages):
    return words(messages)


@pytest.mark.failure("7")
@pytest.mark.feature("F1")
async def test_thirty_reps_tap_in_the_same_second(tmp_path, platform):
    reps = {f"rep{number:02}": (f"销售{number:02}", "rep", "华东") for number in range(30)}
    async with town(tmp_path, members=reps, platform=platform) as acme:
        no = await acme.mql()
        cards = {rep: acme.card(rep, "领取") for rep in reps}
        await asyncio.gather(*(acme.standin.click(rep, card, card.buttons()["领取"]) for rep, card in cards.items()))
        await acme.settle()
        winner = (await acme.lead(no))["owner"]
        name = reps[winner][0]
        assert [item["by"] for item in await acme.story(no) if item["kind"] == "claimed"] == [winner]
        assert "13800138000" in words([cards[winner]])
        for rep in set(reps) - {winner}:
            told = acme.standin.chat(rep)[-1].text
            assert f"{no} 已被{name}领取" in told and "秒前" in told, told
            assert cards[rep].replaced == f"已被{name}领取"
            assert "13800138000" not in words(acme.standin.chat(rep))


@pytest.mark.ask("AS2", "AS3")
@pytest.mark.feature("E6")
async def test_every_change_of_owner_is_told_exactly_once(acme):
    no = await acme.mql()
    offered = [words([m]) for rep in ("wanglei", "lina", "zhaoqiang") for m in acme.standin.chat(rep)]
    assert len(offered) == 3 and all(no in card and "[领取]" in card for card in offered)
    await acme.press("wanglei", "领取")
    status, _ = await acme.api("POST", f"/leads/{no}/transfer", by="wanglei", to="lina", reason="我去休假")
    assert status == 200
    chat = acme.standin.chat("lina")
    assert len(chat) == 2 and no in words(chat[1:]) and "转给你一条线索" in words(chat[1:])
    for city in ("上海", "苏州", "南京", "无锡", "常州"):
        await acme.api("PATCH", f"/leads/{no}", city=city)
    assert len(acme.standin.chat("lina")) - 2 <= 2, "five edits are five changes of one card, not five cards"
    assert "常州" in words([acme.card("lina", "打通了")])


@pytest.mark.ask("AS2")
@pytest.mark.feature("E6")
async def test_no_change_of_owner_is_without_its_message(acme):
    """Whoever gives it and by whatever road: the new owner's message stands in the outbox, of the same instant."""
    by_word, by_manager, by_api, by_tap = [await acme.mql(phone=f"1380013800{n}", name=f"客户{n}") for n in range(4)]

    async def a_minute_later(made):
        await made
        await acme.later(minutes=1)

    await acme.later(minutes=1)
    await a_minute_later(acme.press("lina", "领取"))  # on the newest card
    await a_minute_later(acme.text("wanglei", f"领取 {by_word}"))
    await a_minute_later(acme.text("wanglei", f"转给 {by_word} 李娜"))
    await a_minute_later(acme.text("chenjing", f"转给 {by_manager} 王磊"))
    await a_minute_later(acme.api("POST", f"/leads/{by_api}/claim", by="wanglei"))
    await a_minute_later(acme.api("POST", f"/leads/{by_api}/transfer", by="chenjing", to="lina", reason="量大"))
    await a_minute_later(acme.text("zhaoqiang", "新线索 张三 13900139000 想要报价"))
    _, sent = await acme.api("GET", "/messages?state=sent&limit=200")
    changes = []
    for no in (by_word, by_manager, by_api, by_tap, "L1005"):
        for item in await acme.story(no):
            kind, data = item["kind"], item["data"]
            owner = {"claimed": item["by"], "transferred": data.get("to"), "assigned": data.get("owner")}.get(kind)
            if owner is not None:
                changes.append((no, owner))
                told = [m for m in sent["items"] if (m["to"], m["subject"], m["created_at"]) == (owner, no, item["at"])]
                rings = [m for m in told if m["purpose"] == "ring"]
                assert told and len(rings) <= 1, (no, kind, owner, told)
        owner = (await acme.lead(no))["owner"]
        assert (no, owner) in changes and no in words(acme.standin.chat(owner))
    assert len(changes) == 7


async def test_a_typed_claim_answers_with_the_number_and_offers_undo(acme):
    no = await acme.mql()
    answer = await acme.text("lina", f"领取 {no}")
    assert no in words(answer) and "13800138000" in words(answer) and "[撤销]" in words(answer)
    again = await acme.text("lina", f"领取 {no}")
    assert "已经是你的" in words(again)
    late = await acme.text("wanglei", f"抢{no[1:]}")
    assert "已被李娜领取" in words(late) and no in words(late)


@pytest.mark.feature("F9")
async def test_the_next_owner_sees_why_three_people_gave_it_up(acme):
    no = await acme.mql()
    for rep, why in (("wanglei", "打了三次没人接"), ("lina", "说要等预算"), ("zhaoqiang", "不在我的区域")):
        await acme.text(rep, f"领取 {no}")
        answer = await acme.text(rep, f"退回 {no} {why}")
        assert no in words(answer) and why in words(answer)
    await acme.text("wanglei", f"领取 {no}")
    card = words([acme.card("wanglei", "打通了")])
    assert "打了三次没人接" in card and "说要等预算" in card and "不在我的区域" in card
    assert (await acme.lead(no))["stage"] == "sal"


@pytest.mark.feature("F10")
async def test_the_history_names_each_owner_with_from_and_to(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 电话聊了")
    await acme.later(hours=1)
    await acme.text("wanglei", f"退回 {no} 忙不过来")
    await acme.text("lina", f"领取 {no}")
    history = words(await acme.text("lina", f"历史 {no}"))
    assert "1. 王磊:今天 10:20 到 今天 11:20,跟进 1 次,忙不过来" in history
    assert "2. 李娜:今天 11:20 至今,跟进 0 次" in history


@pytest.mark.feature("E9")
async def test_a_manager_gives_an_overdue_lead_to_somebody_else(acme):
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    await acme.later(days=2)
    overdue = acme.card("chenjing", "改派")
    assert no in words([overdue]) and "超时" in words([overdue])
    await acme.press("chenjing", "改派")
    await acme.press("chenjing", "确定转出", to="lina")
    assert (await acme.lead(no))["owner"] == "lina"
    assert "转给你一条线索" in words(acme.standin.chat("lina")[-1:])
    assert acme.standin.chat("wanglei")[-1].text == f"{no} 已由陈静转给李娜,后续不用你跟了。"
    late = [m for m in acme.standin.chat("wanglei") if m.kind == "card" and "首次联系" in title(m)]
    assert late and all(not card.buttons() for card in late), "the old owner's reminders are no longer to be pressed"


@pytest.mark.ask("AS23")
async def test_a_transfer_changes_the_owner_and_nothing_else(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 电话聊了,明天下午3点再联系")
    before, story = await acme.lead(no), await acme.story(no)
    await acme.text("wanglei", f"转给 {no} 李娜")
    after, longer = await acme.lead(no), await acme.story(no)
    assert after["owner"] == "lina"
    assert {k: v for k, v in after.items() if k != "owner"} == {k: v for k, v in before.items() if k != "owner"}
    assert longer[: len(story)] == story


async def test_a_limit_says_when_it_lifts(acme):
    numbers = [await acme.mql(phone=f"1380013{n:04}", name=f"客户{n}") for n in range(11)]
    for no in numbers[:10]:
        assert no in words(await acme.text("wanglei", f"领取 {no}"))
    answer = words(await acme.text("wanglei", f"领取 {numbers[10]}"))
    assert "每分钟最多领 10 条" in answer and "秒后再领" in answer
    await acme.text("wanglei", "退回 " + numbers[0] + " 测试")
    assert "每分钟最多领 10 条" in words(await acme.text("wanglei", f"领取 {numbers[10]}"))
    await acme.later(seconds=61)
    assert "已领取" in words(await acme.text("wanglei", f"领取 {numbers[10]}"))


@pytest.mark.failure("6")
async def test_a_stale_button_tells_what_became_of_the_lead(acme):
    no = await acme.mql()
    stale = acme.card("lina", "领取")
    key = stale.buttons()["领取"]
    await acme.press("wanglei", "领取")
    await acme.standin.click("lina", stale, key, force=True)
    await acme.settle()
    assert f"{no} 已被王磊领取" in acme.standin.chat("lina")[-1].text
    assert (await acme.lead(no))["owner"] == "wanglei"


async def test_unknown_and_invisible_leads_get_the_same_answer(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    unseen = words(await acme.text("lina", f"看 {no}"))
    unknown = words(await acme.text("lina", "看 L99999"))
    assert unseen == unknown.replace("L99999", no)
    assert "13800138000" not in unseen


@pytest.mark.feature("F1")
async def test_whoever_taps_reads_that_it_worked_and_how_to_take_it_back(acme):
    no = await acme.mql()
    card = acme.card("wanglei", "领取")
    await acme.press("wanglei", "领取")
    seen = words([card, acme.card("wanglei", "打通了")])
    assert f"{no} 已领取,现在是你的了" in seen and "[撤销]" in seen


@pytest.mark.feature("F1")
async def test_fifteen_leads_in_one_minute_are_fifteen_cards_for_every_rep(acme):
    numbers = [await acme.mql(phone=f"139000000{n:02}", name=f"客户{n:02}", company=f"公司{n:02}") for n in range(15)]
    for rep in ("wanglei", "lina", "zhaoqiang"):
        offered = words(acme.standin.chat(rep))
        assert [no for no in numbers if no not in offered] == []


@pytest.mark.ask("AS1")
async def test_marketing_hears_why_a_lead_was_worth_nothing(acme):
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    before = len(acme.standin.chat("linda"))
    await acme.text("wanglei", f"无效 {no} 13800138000 是空号")
    heard = words(acme.standin.chat("linda")[before:])
    assert no in heard and "王磊" in heard and "官网" in heard and "空号" in heard and "13800138000" not in heard


@pytest.mark.feature("F1")
async def test_an_account_that_is_written_with_capitals_is_one_person(tmp_path, platform):
    """members.csv has it as the address book shows it, messages go to it as it stands, callbacks may write it small."""
    async with town(tmp_path, members={"WangLei": ("王磊", "rep", "华东")}, platform=platform) as acme:
        no = await acme.mql()
        card = acme.card("WangLei", "领取")
        await acme.press("WangLei", "领取")
        assert (await acme.lead(no))["owner"] == "WangLei"
        assert f"{no} 已领取" in words([card]), "the card that was tapped changes itself"
        assert acme.database.rows("select distinct place from outbox where corp = 'acme'") == [("WangLei",)]
