"""A rep says what happened in their own words; the next step is understood, and rings at its minute."""

import pytest

from tests.town import shanghai, words


@pytest.fixture
async def mine(acme):
    """王磊 has taken a lead and talks about it."""
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    return acme, no


@pytest.mark.feature("G1")
@pytest.mark.feature("T1")
async def test_one_sentence_becomes_a_record_and_a_next_step_for_one_tap(mine):
    acme, no = mine
    asked = words(await acme.text("wanglei", "刚打了,要下周三报价"))
    assert f"记到 {no} 王建国" in asked and "刚打了,要下周三报价" in asked
    assert "方式 电话" in asked and "下一步 03-25 周三 10:00" in asked and "[保存]" in asked
    assert "我是这样理解的,对吗?" in asked and "[改]" in asked, "marked as understood, and it can be changed"
    assert [item for item in await acme.story(no) if item["kind"] == "followup_logged"] == [], "nothing before the tap"
    await acme.press("wanglei", "保存")
    (note,) = [item for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert note["text"] == "刚打了,要下周三报价" and note["by"] == "wanglei" and note["data"]["kind"] == "call"
    assert (await acme.lead(no))["next_step_at"] == "2026-03-25T10:00:00+08:00"


@pytest.mark.feature("G1")
@pytest.mark.parametrize(
    ("button", "kind", "text"),
    [("打通了", "call", "电话打通了,已沟通"), ("没人接", "call", "打了电话,没有人接")],
)
async def test_one_tap_after_a_call_is_a_record(mine, button, kind, text):
    acme, no = mine
    await acme.press("wanglei", button)
    (note,) = [item for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert (note["data"]["kind"], note["text"]) == (kind, text)
    assert text in words([acme.card("wanglei", "撤销")]), "the card that was tapped shows it"


@pytest.mark.feature("G2")
async def test_at_the_promised_minute_the_card_comes_with_last_words_and_phone(mine):
    acme, no = mine
    await acme.text("wanglei", f"跟进 {no} 电话聊了,今天下午3点10分再打")
    count = len(acme.standin.chat("wanglei"))
    await acme.until(shanghai("2026-03-18 15:09"))
    assert len(acme.standin.chat("wanglei")) == count, "not a minute early"
    await acme.until(shanghai("2026-03-18 15:10"))
    card = words(acme.standin.chat("wanglei")[count:])
    assert f"到点了:{no} 王建国" in card and "电话聊了,今天下午3点10分再打" in card and "13800138000" in card
    await acme.later(hours=30)
    rung = [m for m in acme.standin.chat("wanglei") if "到点了" in words([m])]
    assert len(rung) == 1, "a reminder rings once"


@pytest.mark.feature("G2")
async def test_a_reminder_follows_the_lead_when_plans_change(mine):
    acme, no = mine
    await acme.text("wanglei", f"跟进 {no} 明天上午9点半电话")
    await acme.text("wanglei", f"跟进 {no} 客户改期,后天下午2点电话")
    await acme.until(shanghai("2026-03-19 12:00"))
    assert not [m for m in acme.standin.chat("wanglei") if "到点了" in words([m])]
    await acme.text("wanglei", f"转给 {no} 李娜")
    await acme.until(shanghai("2026-03-20 14:00"))
    assert not [m for m in acme.standin.chat("wanglei") if "到点了" in words([m])]
    assert "到点了" in words(acme.standin.chat("lina"))


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        ("明天或者后天再联系", ["[明天 10:00]", "[后天 10:00]", "[不提醒]"]),
        ("昨天下午3点再打", ["[今天 11:20]", "[今天 15:00]", "[明天 15:00]", "[不提醒]"]),
        ("周五前给报价", ["[不提醒]"]),
    ],
)
async def test_a_doubtful_date_never_costs_the_note(mine, said, offered):
    acme, no = mine
    asked = words(await acme.text("wanglei", f"跟进 {no} {said}"))
    for button in offered:
        assert button in asked, asked
    (note,) = [item for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert note["text"] == said
    assert (await acme.lead(no))["next_step_at"] is None


async def test_the_doubt_is_settled_by_a_tap(mine):
    acme, no = mine
    await acme.text("wanglei", f"跟进 {no} 明天或者后天再联系")
    assert "03-20 10:00 提醒你" in words(await acme.press("wanglei", "后天 10:00"))
    assert (await acme.lead(no))["next_step_at"] == "2026-03-20T10:00:00+08:00"


async def test_a_report_of_the_past_asks_nothing(mine):
    acme, no = mine
    answer = words(await acme.text("wanglei", f"跟进 {no} 昨天下午3点打过电话,没人接"))
    assert "已记到" in answer and "哪天提醒你" not in answer


async def test_a_follow_up_without_words_is_asked_for_and_the_next_sentence_is_it(mine):
    acme, no = mine
    assert "直接发一句话就好" in words(await acme.text("wanglei", f"跟进 {no}"))
    assert f"已记到 {no}" in words(await acme.text("wanglei", "客户在开会"))
    (note,) = [item for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert note["text"] == "客户在开会"


async def test_words_of_somebody_who_has_no_lead_are_asked_to_be_placed(acme):
    answer = words(await acme.text("zhaoqiang", "刚打了电话,客户下周三要报价"))
    assert "这句话记到哪一条?" in answer and "[换一条]" in answer


async def test_nobody_writes_on_a_colleagues_lead(mine):
    acme, no = mine
    refused = words(await acme.text("lina", f"跟进 {no} 我也打了"))
    assert "没有找到" in refused and "13800138000" not in refused
    assert [item for item in await acme.story(no) if item["kind"] == "followup_logged"] == []


async def test_an_unknown_word_gets_the_three_closest_and_help(acme):
    answer = words(await acme.text("wanglei", "领区 L1001"))
    said, _, practice = answer.partition("\n第一次用?")
    assert "「领取」" in said and said.count("「") == 4 and "「帮助」" in said
    assert "「练习」" in practice, "who has never said a word yet is offered to practise, once"
    assert "练习" not in words(await acme.text("wanglei", "领区 L1002"))


async def test_undo_takes_back_only_ones_own_last_act_and_only_for_ten_minutes(mine):
    acme, no = mine
    await acme.text("wanglei", f"合格 {no}")
    assert (await acme.lead(no))["stage"] == "sql"
    assert "「合格」已撤销" in words(await acme.text("wanglei", "撤销"))
    assert (await acme.lead(no))["stage"] == "sal"
    await acme.later(minutes=11)
    assert "没有可以撤销的操作" in words(await acme.text("wanglei", "撤销"))
    assert (await acme.lead(no))["owner"] == "wanglei"


@pytest.mark.feature("G1")
async def test_a_follow_up_that_was_taken_back_is_not_shown_as_the_last_one(acme):
    no = await acme.mql()
    await acme.press("wanglei", "领取")
    await acme.text("wanglei", f"跟进 {no} 第一次电话,要样册")
    await acme.text("wanglei", f"跟进 {no} 发错了的一句")
    await acme.text("wanglei", "撤销")
    card = words([acme.card("wanglei", "打通了")])
    assert "第一次电话,要样册" in card and "发错了的一句" not in card
