"""A rule is typed as a sentence, tried out on what has been, published with a tap and taken back with another."""

import asyncio

import pytest

from tests.acceptance.test_rules import in_force
from tests.town import shanghai, words

pytestmark = [pytest.mark.feature("R2"), pytest.mark.only("sqlite")]


async def tried(acme, user, sentence):
    """What somebody hears when they have said a rule: the card, and what it would have done."""
    before = len(acme.standin.chat(user))
    await acme.text(user, f"规则 {sentence}")
    async with asyncio.timeout(20):
        while "试算" not in (told := words(acme.standin.chat(user)[before + 1 :])):  # noqa: ASYNC110 - a job counts
            await asyncio.sleep(0.01)
    return told


@pytest.mark.feature("D2")
async def test_a_sentence_is_tried_out_published_and_taken_back(acme):
    file = acme.folder.rules.read_text("utf-8")
    await acme.capture(name="周敏", phone="13700137000", title="经理", company="苏州微光", need="了解一下")
    await acme.until(shanghai("2026-03-19 10:20"))
    told = await tried(acme, "admin", "职位有经理加40分")
    assert "评分加一条:职位有经理,+40 分" in told and "我是这样理解的,还没有生效" in told
    assert "第 1 版 → 「职位有经理加40分」" in told and "MQL:0 → 1" in told and "什么都没有变" in told
    assert (await acme.lead("L1001"))["stage"] == "new"
    said = words(await acme.press("admin", "发布"))
    assert "发布了,规则第 2 版" in said and "scoring.rules 下面第一条:- {field: title" in said
    await in_force(acme, 2)
    no = await acme.capture(name="吴敏", phone="13700137001", title="经理", company="苏州远光", need="了解一下")
    assert (await acme.lead(no))["stage"] == "mql" and (await acme.lead(no))["rules_version"] == 2
    assert "+40 职位有经理" in words(await acme.text("chenjing", f"为什么 {no}"))
    assert acme.folder.rules.read_text("utf-8") == file, "nobody's file is touched"
    await acme.press("admin", "回退到第 1 版")
    await in_force(acme, 3)
    last = await acme.capture(name="郑敏", phone="13700137002", title="经理", company="苏州近光", need="了解一下")
    assert (await acme.lead(last))["stage"] == "new"


@pytest.mark.platforms("wecom")
async def test_marketing_tries_out_and_only_an_administrator_publishes(acme):
    await acme.mql()
    told = await tried(acme, "linda", "领取时限改成4小时")
    assert "「领取」的时限:2h → 4h" in told and "请管理员发同样的一句话" in told and "[发布]" not in told
    assert "要点卡片上的按钮" in words(await acme.text("linda", "保存"))
    assert "规则不变" in words(await acme.press("linda", "丢弃"))
    assert "给主管和市场用" in words(await acme.text("wanglei", "规则 领取时限改成4小时"))
    for sentence, answer in (
        ("", "规则第 1 版"), ("今天天气不错", "可以这样说:规则 领取时限改成4小时"),
        ("领取时限改成2小时", "规则本来就是这样"), ("火星的线索分给孙悟空", "没有叫「孙悟空」的同事或小组"),
    ):  # fmt: skip
        assert answer in words(await acme.text("linda", f"规则 {sentence}"))
    await tried(acme, "admin", "领取时限改成6小时")
    assert "clocks.claim.longest: 12h" in words(await acme.press("admin", "发布"))
    await in_force(acme, 2)
    await tried(acme, "admin", "重庆的线索分给李娜")
    await acme.press("admin", "发布")
    await in_force(acme, 3)
    heard = words(acme.standin.chat("admin"))
    assert '{"name": "重庆给李娜", "when": {"region": ["重庆"]}, "by": "round_robin", "members": ["lina"]}' in heard
    await acme.mql(phone="13900139000", name="李四海")
    _, found = await acme.api("GET", "/clocks")
    assert sorted(clock["due_at"][11:16] for clock in found["items"]) == ["13:50", "17:50"], "what runs keeps its rule"
