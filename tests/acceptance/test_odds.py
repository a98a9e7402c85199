"""The odds of winning: learned at night from the company's own closed leads, told with reasons, never from too few."""

import random
import re
from datetime import timedelta

import pytest

from leads.odds.traits import LOOKED_AT, traits_of
from store.leads import get_lead
from store.tables import Lead
from tests.lists import csv_text, import_file
from tests.town import MQL, words

HEAD = ("姓名", "手机", "公司", "来源", "职位", "状态")
# What of a lead is known only as its story goes on, or says nothing about the customer: never learned from.
LATER = {
    "id", "corp", "version", "name", "district", "wechat", "need", "also", "flaw", "own_sealed", "heat", "stage",
    "score", "grade", "temperature", "chance", "score_parts", "pool", "owner_id", "cover_id", "enquiries",
    "next_step_at", "next_step", "owned_at", "contacted_at", "touched_at", "closed_reason", "rules_version",
}  # fmt: skip


def closed(count):
    """Old leads: of the fair more are won than of the search engine, and directors buy more often than anybody."""
    chance = random.Random(7)
    rows = []
    for number in range(count):
        source, title = chance.choice(["展会", "百度"]), chance.choice(["总监", "工程师"])
        won = chance.random() < {"展会": 0.45, "百度": 0.15}[source] + {"总监": 0.25, "工程师": -0.1}[title]
        rows.append((f"老客户{number}", f"139{number:08}", "", source, title, "成交" if won else "丢单"))
    return csv_text(HEAD, *rows)


async def night(acme):
    """The night passes, and the bot has learned."""
    await acme.later(days=1)
    await acme.bot.learner.run_once()


async def mine(acme, **more):
    """A lead of 李娜's; returns its number."""
    no = await acme.capture(**{**MQL, **more})
    await acme.text("lina", f"领取 {no}")
    return no


@pytest.mark.feature("D4")
async def test_too_few_closed_leads_are_said_to_be_too_few(acme):
    await import_file(acme, "old.csv", closed(40))
    await night(acme)
    no = await mine(acme)
    told = words(await acme.text("lina", f"为什么 {no}"))
    assert "样本不足" in told and "一共 40 条" in told and "满 200 条" in told
    assert "赢率" not in words(await acme.text("lina", f"看 {no}"))
    assert (await acme.lead(no))["odds"] is None


@pytest.mark.feature("D4")
async def test_nothing_is_learned_from_leads_that_all_ended_alike(acme):
    await import_file(acme, "old.csv", closed(300).replace("成交", "丢单"))
    await night(acme)
    no = await mine(acme)
    assert "300 条里没有成交的" in words(await acme.text("lina", f"为什么 {no}"))


@pytest.mark.feature("D4", "D3")
async def test_the_card_tells_the_odds_beside_the_sources_and_why_tells_reasons(acme):
    await import_file(acme, "old.csv", closed(300))
    await night(acme)
    no = await mine(acme, source="展会", title="采购总监")
    card = words(await acme.text("lina", f"看 {no}"))
    chance, usual = map(int, re.search(r"(\d+)%,高于同渠道的 (\d+)%", card).groups())
    assert 60 <= chance <= 80 and 45 <= usual <= 60, "70 of 100 directors of the fair bought, 52 of all its leads"
    told = words(await acme.text("lina", f"为什么 {no}"))
    assert f"{chance}%" in told and "按 300 条" in told
    assert float(re.search(r"和实际平均差 ([\d.]+) 个百分点", told).group(1)) < 10
    assert "职位(总监)" in re.search(r"有利:(.*)", told).group(1)
    weak = await mine(acme, source="百度", title="工程师", phone="13700137001", name="孙立")
    told = words(await acme.text("lina", f"为什么 {weak}"))
    assert "低于同渠道的" in told and {"职位(技术)", "来源(百度)"} <= set(
        re.search(r"不利:(.*)", told).group(1).split("、")
    )
    assert (await acme.lead(weak))["odds"] < (await acme.lead(no))["odds"]


@pytest.mark.feature("D4")
async def test_my_leads_begin_with_what_is_late_then_with_what_is_worth_most(acme):
    await import_file(acme, "old.csv", closed(300))
    await night(acme)
    weak = await mine(acme, source="百度", title="工程师", phone="13700137001", name="孙立")
    strong = await mine(acme, source="展会", title="采购总监", phone="13700137002", name="吴强")
    large = await mine(acme, source="百度", title="工程师", phone="13700137003", name="郑浩", budget="500万")
    late = await mine(acme, source="百度", title="工程师", phone="13700137004", name="冯涛", budget="1万")
    today = await mine(acme, source="百度", title="工程师", phone="13700137005", name="陈晨", budget="1万")
    await acme.text("lina", f"跟进 {late} 电话聊过,一小时后再打")
    await acme.text("lina", f"跟进 {today} 电话聊过,今天 17:00 再打")
    await acme.later(hours=2)
    for word in ("我的", "待办"):
        listed = re.findall(r"L\d+", words(await acme.text("lina", word)))
        assert listed == [late, today, large, strong, weak], word


@pytest.mark.feature("D4", "I5")
@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
async def test_the_forecast_takes_the_odds_of_each_deals_lead(acme):
    await import_file(acme, "old.csv", closed(300))
    await night(acme)
    strong = await mine(acme, source="展会", title="采购总监")
    await acme.text("lina", f"合格 {strong}")
    await acme.text("lina", f"转商机 {strong} CRM 50万 3月底")

    async def told():
        rows = (await acme.api("GET", "/forecast"))[1]["rows"]
        return next((row["best"], row["by_stage"], row["by_odds"]) for row in rows if row["key"] == "lina")

    odds = (await acme.lead(strong))["odds"]
    assert odds > 0.5 and await told() == (500_000, 50_000, pytest.approx(500_000 * odds, rel=0.01))
    await acme.text("lina", f"转商机 {strong} 云盘 20万 3月底")
    await acme.text("lina", f"转商机 {strong} 硬件")
    assert await told() == (700_000, 70_000, pytest.approx(700_000 * odds, rel=0.01))
    (row, *_) = (await acme.api("GET", "/forecast"))[1]["rows"]
    assert row["unknown"] == 1


async def test_nothing_that_is_known_only_later_is_learned_from(acme):
    assert set(Lead.model_fields) == LOOKED_AT | LATER and not LOOKED_AT & LATER, "a new column says which it is"
    no = await acme.capture(**MQL)

    async def seen():
        async with acme.bot.store.read() as tx:
            return traits_of(await get_lead(tx, int(no[1:])), rules=(await acme.bot.context()).rules)

    before = await seen()
    for who, line in (
        ("lina", f"领取 {no}"), ("lina", f"跟进 {no} 电话聊了半小时,明天再打"), ("lina", f"合格 {no}"),
        ("chenjing", f"转给 {no} 王磊"),
    ):  # fmt: skip
        await acme.text(who, line)
    await acme.api("POST", f"/leads/{no}/behaviours", kind="reply", key="1")
    await acme.capture(**{**MQL, "source": "百度"})
    await acme.later(days=3)
    await acme.text("wanglei", f"无效 {no} 空号")
    lead = await acme.lead(no)
    assert (lead["stage"], lead["owner"], lead["enquiries"]) == ("invalid", "wanglei", 2)
    assert await seen() == before


async def test_a_night_is_learned_once_and_by_one_server(acme):
    await import_file(acme, "old.csv", closed(300))
    await night(acme)
    first = acme.bot.learner.known
    await import_file(acme, "more.csv", closed(400))
    await acme.bot.learner.run_once()
    assert acme.bot.learner.known is first and first.closed == 300
    acme.at += timedelta(days=1)
    await acme.bot.learner.run_once()
    assert acme.bot.learner.known.closed == 400
