"""A chat line is read as the command that was meant, and never as one that was not."""

import pytest

from bot.cards.plain import FIRST_FIVE, MORE
from bot.handlers.commands import ALIASES, COMMANDS
from bot.handlers.deal import deal_and_rest
from bot.handlers.words import (
    Line,
    closest,
    ended,
    first_and_rest,
    lead_and_rest,
    picked,
    read_line,
    tidy,
    turned,
)


@pytest.mark.parametrize(
    ("typed", "word", "rest"),
    [
        ("领取 L1024", "领取", "L1024"),
        ("领取L1024", "领取", "L1024"),
        ("/领取 L1024", "领取", "L1024"),
        ("／领取 L1024", "领取", "L1024"),
        ("认领 l1024", "领取", "l1024"),
        ("抢 L1", "领取", "L1"),
        ("跟进 L1024 刚打了,要下周三报价", "跟进", "L1024 刚打了,要下周三报价"),
        ("记 王总 已沟通", "跟进", "王总 已沟通"),
        ("记一笔", "跟进", ""),
        ("我的线索", "我的", ""),
        ("我的", "我的", ""),
        ("帮助", "帮助", ""),
        ("?", "帮助", ""),
        ("？", "帮助", ""),
        ("HELP", "帮助", ""),
        ("新线索:张三 13800138000", "新线索", "张三 13800138000"),
        ("查重13800138000", "查重", "13800138000"),
        ("退回 L１０２４ 没人接", "退回", "L1024 没人接"),
        ("跟進 L1024 電話聊了", "跟进", "L1024 電話聊了"),
        ("線索池", "线索池", ""),
        ("@线索助手 我的", "我的", ""),
        ("「王磊：L1003 张伟」\n- - - - - - - - - - - - - - -\n领取 L1003", "领取", "L1003"),
        ('这是一条引用/回复消息：\n"L1002 李明"\n------\n跟进 L1002 电话聊了', "跟进", "L1002 电话聊了"),
    ],
)
def test_a_command_is_recognised(typed, word, rest):
    line = read_line(tidy(typed), ALIASES)
    assert line == (Line(word, rest) if word else None)


@pytest.mark.parametrize(
    "typed",
    [
        "记得明天给王总打电话",
        "看起来客户很满意",
        "合格证发过去了",
        "查到他们的电话了",
        "我的客户说再等等",
        "抢单失败了",
    ],
)
def test_a_sentence_that_begins_like_a_command_is_a_sentence(typed):
    assert read_line(tidy(typed), ALIASES) is None


@pytest.mark.parametrize(
    ("typed", "word", "rest"),
    [
        ("帮我领取L1003", "领取", "L1003"),
        ("L1003 無效 空号", "无效", "L1003 空号"),
        ("把L1003转给李娜 她熟", "转给", "L1003 李娜 她熟"),
        ("转给李娜 L1003", "转给", "L1003 李娜"),
        ("今天的日报", "日报", "今天"),
        ("請假到明天", "请假", "到明天"),
        ("我要请假", "请假", ""),
        ("查重云栖智能", "查重", "云栖智能"),
        ("漏斗上月", "漏斗", "上月"),
        ("L1024 电话聊了", "", ""),
        ("L1024 领取了红包", "", ""),
        ("请假条交了", "", ""),
        ("客户要日报", "", ""),
        ("渠道商很多", "", ""),
        ("合格证发过去了", "", ""),
    ],
)
def test_a_command_turned_around_is_found_and_a_sentence_is_not_one(typed, word, rest):
    assert read_line(turned(tidy(typed)), ALIASES) == (Line(word, rest) if word else None)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("李娜,她熟", ("李娜", "她熟")), ("35,000 首付", ("35,000", "首付")), ("3.5万，很满意", ("3.5万", "很满意")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_the_first_of_some_words_ends_at_a_blank_or_comma_but_not_inside_a_number(words, parts):
    assert first_and_rest(words) == parts


@pytest.mark.parametrize(
    ("rest", "bare", "lead", "left"),
    [
        ("L1024 空号", True, 1024, "空号"),
        ("1024 空号", True, 1024, "空号"),
        ("l 1024,空号", True, 1024, "空号"),
        ("3点再打", True, None, "3点再打"),
        ("1024 再打", False, None, "1024 再打"),
        ("L1024", False, 1024, ""),
        ("", True, None, ""),
        ("L1234567890123 x", True, None, "L1234567890123 x"),
    ],
)
def test_the_lead_is_read_from_the_rest(rest, bare, lead, left):
    assert lead_and_rest(rest, bare=bare) == (lead, left)


def test_a_bare_number_picks_from_the_list():
    assert (picked("1"), picked("12"), picked("123"), picked("1."), picked("一")) == (1, 12, None, None, None)
    assert (picked(ended("1。")), picked("第3条"), picked("第一条"), picked("1、")) == (1, 3, 1, 1)


@pytest.mark.parametrize(
    ("typed", "meant"), [("领曲 L1024", "领取"), ("查从 138", "查重"), ("撤消", "撤销"), ("线索迟", "线索池")]
)
def test_a_mistyped_word_is_answered_with_the_closest(typed, meant):
    near = closest(typed, list(COMMANDS))
    assert near[0] == meant
    assert len(near) == 3


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("O88", 88, ""), ("o88 电话聊了", 88, "电话聊了"), ("O 88,48万", 88, "48万"),
        ("O2O平台要报价", None, "O2O平台要报价"),
        ("商机", None, "商机"), ("88", None, "88"),
    ],
)  # fmt: skip
def test_a_deals_number_is_read_and_words_that_look_like_one_are_not(text, number, rest):
    assert deal_and_rest(text) == (number, rest)


@pytest.mark.parametrize("role", MORE)
def test_every_word_that_the_help_names_is_one_that_this_role_may_say(role):
    named = [*(word for word, _ in FIRST_FIVE[role]), *MORE[role].split("、")]
    lines = [read_line(word, ALIASES) for word in named]
    said = [COMMANDS[line.word] for line in lines if line is not None]
    assert len(said) == len(named) and [one for one in said if one.roles and role not in one.roles] == []
