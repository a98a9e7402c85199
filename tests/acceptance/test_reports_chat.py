"""Numbers in chat: days and a team in words, each number opened down to its leads, what cannot be is told kindly."""

from datetime import date

import pytest

from tests.reports.half_year import half_year, lines
from tests.reports.oracle import Oracle
from tests.reports.test_numbers_agree import brought
from tests.town import words


@pytest.mark.feature("M2")
@pytest.mark.feature("M3")
@pytest.mark.feature("M4")
@pytest.mark.feature("M5")
@pytest.mark.ask("AS25")
@pytest.mark.only("sqlite")
async def test_a_manager_asks_and_opens_every_number(acme):
    deeds = half_year(7, 150)
    assert (await brought(acme, "history.ndjson", lines(deeds)))["bad"] == []
    expected = Oracle(deeds).numbers(date(2026, 1, 1), date(2026, 1, 31), None)[None]
    funnel = words(await acme.text("linda", "漏斗 1月"))
    assert "漏斗 01-01 到 01-31" in funnel and "停 " in funnel
    assert f"MQL {round(expected['leads'] * expected['lead_to_mql'])}" in funnel.replace("\n", " ")
    opened = words(await acme.press("linda", f"线索 {expected['leads']}"))
    assert f"共 {expected['leads']} 条" in opened and "1. L1" in opened and "打开全部" in opened
    assert "L1" in words(await acme.text("linda", "1")), "the list is answered with a number"

    channel = words(await acme.text("linda", "渠道 1月"))
    assert "渠道 01-01 到 01-31" in channel and "按首次触点" in channel and "CPL" in channel
    models = words(await acme.press("linda", "归因对比"))
    assert "首次 / 末次 / 线性" in models and models.count(f"{expected['won']} 单") == 3

    answer = words(await acme.text("linda", "2025-09-01到2026-02-28哪个渠道退回最多"))
    assert "次退回" in answer and "退回 · 2025-09-01 到 2026-02-28 · 按渠道" in answer and "1. L1" in answer
    ranking = words(await acme.text("wanglei", "排行 1月"))
    assert "李娜" in ranking and "响应" in ranking and "赵强" not in ranking, "a rep sees the own team"
    await acme.text("lina", "排行 隐藏")
    assert "另有 1 人不参加" in words(await acme.text("wanglei", "排行 1月"))


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_what_cannot_be_is_told_with_what_can(acme):
    assert "是不是 2026-06-01 到 2026-06-15" in words(await acme.text("chenjing", "漏斗 2026-06-15到2026-06-01"))
    assert "团队有:华东、华北" in words(await acme.text("linda", "渠道 上月 火星"))
    assert "你可以发:日报 华东" in words(await acme.text("chenjing", "日报 华北"))
    assert "给主管和市场用" in words(await acme.text("wanglei", "日报"))
    assert "还没到" in words(await acme.text("linda", "漏斗 2027-01-01到2027-02-01"))
    assert "日报 03-18" in words(await acme.text("chenjing", "日报"))
    assert "没有退回" in words(await acme.text("linda", "上周哪个渠道退回最多"))
