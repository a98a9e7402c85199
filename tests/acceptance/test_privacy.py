"""Whoever may not work on a lead finds no way to reach its customer, on no card, in no list, in no log."""

import re

import pytest

from bot.handlers.commands import TABLE
from tests.town import words

NUMBERS = ("13912345678", "13700137111", "65566778")
SECRETS = ("wangjg_88", "wang@example.com")


def assert_nothing(text, where):
    figures = re.sub(r"[\s\-]", "", text)
    for secret in (*NUMBERS, *SECRETS):
        assert secret not in figures, (where, secret)


@pytest.fixture
async def owned(acme):
    """王磊's lead, with numbers in every field that people write them into."""
    no = await acme.mql(
        phone="13912345678",
        name="王建国 13700137111", wechat="wangjg_88", email="wang@example.com", title="采购总监 0512-65566778",
        need="急需报价,打我 139-1234-5678", city="杭州 13700137111",
    )  # fmt: skip
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 打了 139 1234 5678 没接,改打 0512-6556 6778")
    return acme, no


@pytest.mark.feature("P2")
@pytest.mark.parametrize("user", ["lina", "zhaoqiang", "linda"])
async def test_every_word_of_a_colleague_shows_no_full_number(owned, user):
    acme, no = owned
    for command in TABLE:
        word = command.words[0]
        for rest in ("", f" {no}", " 13912345678", " 王建国", f" {no} 13912345678 李娜"):
            if word == "新线索" and "13912345678" in rest and no in rest:
                continue  # one's own words come back as they were written
            typed = "".join(re.findall(r"\d{7,}", rest))
            before = len(acme.standin.chat(user)) + 1
            await acme.text(user, word + rest)
            told = words(acme.standin.chat(user)[before:])
            assert_nothing(told.replace(typed, "") if typed else told, f"{user}: {word}{rest}")
            await acme.later(seconds=20)
    assert (await acme.lead(no))["owner"] == "wanglei"


@pytest.mark.feature("P2")
async def test_an_offer_and_the_card_after_it_was_taken_show_no_number(owned):
    acme, no = owned
    for rep in ("lina", "zhaoqiang"):
        offers = acme.standin.chat(rep)
        assert no in words(offers)
        for message in offers:
            assert_nothing(words([message]) + str(message.first), rep)
    assert "13912345678" in words([acme.card("wanglei", "打通了")]), "the owner reads it"


@pytest.mark.feature("P2")
async def test_a_lead_given_back_hides_its_number_from_the_former_owner(owned):
    acme, no = owned
    await acme.text("wanglei", f"退回 {no} 13912345678 是空号")
    await acme.later(minutes=15)
    assert_nothing(words(await acme.text("wanglei", f"看 {no}")), "看")
    assert_nothing(words(await acme.text("lina", f"看 {no}")), "看")
    assert_nothing(words(await acme.text("lina", "线索池")), "线索池")


@pytest.mark.feature("P2")
async def test_a_stranger_gets_a_polite_answer_to_each_question_and_no_data(owned):
    acme, no = owned
    acme.standin.company.members["stranger"] = "路人"
    for line in (f"看 {no}", f"看 {no}", f"领取 {no}", "线索池", *["在吗"] * 9):
        await acme.standin.text("stranger", line)
        await acme.settle()
    told = [message.text for message in acme.standin.chat("stranger") if not message.mine]
    polite = "你好,我是线索助手。你还不在成员名单里,请管理员把你加进来,再来找我。"
    assert told == [polite] * 5, "who goes on and on is not answered for ever"
    assert (await acme.lead(no))["owner"] == "wanglei"


@pytest.mark.feature("P2")
async def test_logs_carry_no_number_and_no_word_of_the_customer(owned, capfd):
    acme, no = owned
    acme.standin.faults.add("*", "http_502", times=3)
    await acme.text("wanglei", f"跟进 {no} 13912345678 说明天来")
    await acme.later(minutes=5)
    printed = capfd.readouterr()
    assert_nothing(printed.out + printed.err, "log")
    assert "急需报价" not in printed.out + printed.err
