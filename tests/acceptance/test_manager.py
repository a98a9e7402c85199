"""What is late, and what a manager does about it: urge, give to somebody else, or give more time with a reason."""

import pytest

from tests.town import shanghai, town, words

MEMBERS = {
    "wanglei": ("王磊", "rep", "华东"),
    "lina": ("李娜", "rep", "华东"),
    "chenjing": ("陈静", "manager", "华东"),
    "admin": ("管理员", "admin", ""),
}


def told(place, user, part):
    return [words([m]) for m in place.standin.chat(user) if part in words([m])]


async def clocks(place, no, name="first_contact"):
    _, found = await place.api("GET", "/clocks")
    return [c for c in found["items"] if c["lead"] == no and c["name"] == name]


async def two_late(place):
    """Two leads of 王磊 whose first contact is overdue on Thursday at 10:30."""
    numbers = [await place.mql(phone=f"1370013700{n}", name=f"客户{n}") for n in (1, 2)]
    for no in numbers:
        await place.text("wanglei", f"领取 {no}")
    await place.until(shanghai("2026-03-19 10:30"))
    return numbers


@pytest.mark.feature("H6")
@pytest.mark.ask("AS19")
async def test_the_word_overdue_lists_what_is_late_with_three_things_to_do(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        assert "没有超时的线索" in words(await acme.text("chenjing", "超时"))
        one, two = await two_late(acme)
        card = words(await acme.text("chenjing", "超时"))
        assert f"超时 2 条,先看 {one}" in card and "首次联系,已超 10 分" in card and "负责 王磊" in card
        assert f"2. {two}" in card
        assert all(f"[{button}]" in card for button in ("催办", "改派", "顺延", "下一条"))
        assert f"超时 2 条,先看 {two}" in words(await acme.press("chenjing", "下一条"))
        assert one in words(await acme.text("chenjing", "2")), "numbers open what stands on the card"
        assert "主管和市场用的" in words(await acme.text("wanglei", "超时"))


@pytest.mark.feature("H6")
async def test_urging_rings_once_an_hour_and_stands_in_the_story(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        one, _ = await two_late(acme)
        await acme.text("chenjing", "超时")
        assert f"已催王磊跟进 {one}" in words(await acme.press("chenjing", "催办"))
        (urged,) = told(acme, "wanglei", "陈静催你:首次联系超时了")
        assert one in urged and "[打通了]" in urged
        await acme.text("chenjing", "超时")
        assert "一小时内已经催过王磊" in words(await acme.press("chenjing", "催办"))
        assert len(told(acme, "wanglei", "陈静催你")) == 1
        assert [i["by"] for i in await acme.story(one) if i["kind"] == "nudged"] == ["chenjing"]


@pytest.mark.feature("H6")
async def test_more_time_is_given_with_a_reason_and_the_breach_stays(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        one, two = await two_late(acme)
        await acme.text("chenjing", "超时")
        asked = words(await acme.press("chenjing", "顺延"))
        assert "原因" in asked and "延 1 天" in asked
        button = "延 1 天" if platform == "wecom" else "等客户内部评审·延 1 天"
        choice = {"reason": "等客户内部评审"} if platform == "wecom" else {}
        await acme.press("chenjing", button, **choice)
        assert "顺延到 明天 10:30(等客户内部评审)" in words(acme.standin.chat("chenjing"))
        assert "陈静把" in words(acme.standin.chat("wanglei")[-2:])
        (clock,) = await clocks(acme, one)
        assert clock["state"] == "overdue" and clock["due_at"] == "2026-03-20T10:30:00+08:00"
        (moved,) = [i for i in await acme.story(one) if i["kind"] == "clock_moved"]
        assert moved["by"] == "chenjing" and moved["data"]["because"] == "等客户内部评审"
        assert f"先看 {two}" in words(await acme.text("chenjing", "超时")), "it is not late for the moment"
        assert "超过时,顺延到 明天 10:30" in words(await acme.text("wanglei", f"看 {one}"))
        await acme.until(shanghai("2026-03-20 10:31"))
        old, new = told(acme, "chenjing", f"{one} 首次联系")[-2:]
        assert "时限改到" in old and "[改派]" not in old
        assert "超时了" in new and "[改派]" in new, "when that passes too, it rings again, on one living card"


@pytest.mark.feature("H6")
@pytest.mark.parametrize(
    ("who", "sentence", "answer"),
    [
        ("chenjing", "顺延 {no} 2小时 客户在开会", "的「首次联系」顺延到 今天 14:00(客户在开会)"),
        ("chenjing", "顺延 {no} 2小时", "顺延要写一句原因"),
        ("chenjing", "顺延 {no} 很久 客户在开会", "没看懂延多久"),
        ("chenjing", "顺延", "要顺延哪一条"),
        ("wanglei", "顺延 {no} 2小时 客户在开会", "主管"),
    ],
)
async def test_the_word_for_more_time(tmp_path, platform, who, sentence, answer):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        one, _ = await two_late(acme)
        assert answer in words(await acme.text(who, sentence.format(no=one)))
        (clock,) = await clocks(acme, one)
        changed = clock["due_at"] != "2026-03-19T10:20:00+08:00"
        assert changed == ("(客户在开会)" in answer), "a refusal changes nothing"


@pytest.mark.feature("H7")
async def test_of_one_promise_one_card_is_alive(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        no = await acme.mql()
        await acme.until(shanghai("2026-03-18 13:55"))
        first, second = told(acme, "wanglei", f"{no} 领取")
        assert "[领取]" not in first and "看下面最新的提醒" in first, "the card of 50 % is closed by that of 80 %"
        assert "[领取]" in second
        await acme.text("lina", f"领取 {no}")
        assert all("[领取]" not in card for card in told(acme, "wanglei", f"{no} 领取"))


@pytest.mark.feature("H7")
async def test_many_promises_that_break_together_are_three_cards_and_one_list(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS) as acme:
        numbers = [await acme.mql(phone=f"1370013710{n}", name=f"客户{n}") for n in range(7)]
        for no in numbers:
            await acme.text("wanglei", f"领取 {no}")
        await acme.until(shanghai("2026-03-19 10:22"))
        assert len(told(acme, "chenjing", "首次联系超时了")) == 3
        (rest,) = told(acme, "chenjing", "超时 7 条")
        assert "[催办]" in rest and "[下一条]" in rest


@pytest.mark.feature("U5")
async def test_a_team_in_its_first_weeks_is_only_watched(tmp_path, platform):
    def watched(text):
        return text + "\nwatch_only: [{team: 华东, until: 2026-03-20}]\n"

    async with town(tmp_path, platform=platform, members=MEMBERS, rules=watched) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.until(shanghai("2026-03-19 11:00"))
        assert told(acme, "wanglei", "首次联系时限") + told(acme, "chenjing", "首次联系超时") == [], "nobody is rung"
        (clock,) = await clocks(acme, no)
        assert clock["state"] == "overdue", "but it is on record"
        late = words(await acme.text("chenjing", "超时"))
        assert no in late and "只观察、不响铃:华东组到 03-20" in late
        other = await acme.mql(phone="13700137009")
        await acme.text("lina", f"领取 {other}")
        await acme.until(shanghai("2026-03-20 11:01"))
        assert len(told(acme, "chenjing", f"{other} 首次联系超时了")) == 1, "from that day on it rings"
