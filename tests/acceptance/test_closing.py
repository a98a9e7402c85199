"""赢单 and 输单: never without an amount or a reason, once however often somebody taps, and the lead follows."""

import asyncio

import pytest

from tests.acceptance.test_conversion import deals, qualified
from tests.town import words


async def with_two(acme):
    """A lead with two open deals."""
    no = await qualified(acme)
    for product in ("CRM 50万", "云盘"):
        await acme.text("wanglei", f"转商机 {no} {product}")
    return no, *sorted((d["no"] for d in await deals(acme)), key=lambda o: int(o[1:]))


@pytest.mark.feature("I4")
async def test_a_loss_has_a_reason_and_the_lead_follows_its_deals(acme):
    no, one, two = await with_two(acme)
    said = words(await acme.text("wanglei", f"输单 {one}"))
    assert "为什么没成" in said and "选了竞品" in said
    await acme.press("wanglei", "确定输单", reason="选了竞品")
    lost = next(d for d in await deals(acme) if d["no"] == one)
    assert (lost["result"], lost["reason"], lost["closed_owner"], lost["closed_by"]) == (
        "lost",
        "选了竞品",
        "wanglei",
        "wanglei",
    )
    assert (await acme.lead(no))["stage"] == "opportunity", "another deal is open"
    said = words(await acme.text("wanglei", f"赢单 {two}"))
    assert "签了多少钱" in said and next(d for d in await deals(acme) if d["no"] == two)["result"] == "open"
    assert "恭喜" in words(await acme.text("wanglei", "8万"))
    assert (await acme.lead(no))["stage"] == "won"
    _, clocks = await acme.api("GET", "/clocks")
    assert not [c for c in clocks["items"] if c["lead"] == no and c["state"] == "running"], (
        "nothing is promised any more"
    )
    again = words(await acme.text("wanglei", f"赢单 {two} 9万"))
    assert "已经赢单了" in again and f"重开 {two}" in again
    assert (
        "接着谈" in words(await acme.text("wanglei", f"重开 {two}")) and (await acme.lead(no))["stage"] == "opportunity"
    )
    await acme.text("wanglei", f"输单 {two} 预算取消 竞品=金蝶")
    lead = await acme.lead(no)
    assert (lead["stage"], lead["closed_reason"]) == ("lost", "预算取消"), "all are lost"
    assert next(d for d in await deals(acme) if d["no"] == two)["competitor"] == "金蝶"
    await acme.later(minutes=1)
    told = words(await acme.text("chenjing", "周报"))
    assert "本月输单 2 个,最多的原因:选了竞品 1、预算取消 1" in told
    assert "3 月输单 2 个,最多的原因:选了竞品 1、预算取消 1" in words(await acme.text("chenjing", "日报 本月"))
    assert "输单" not in words(await acme.text("chenjing", "日报 今天"))
    await acme.text("wanglei", "撤销")
    assert (await acme.lead(no))["stage"] == "opportunity"
    kinds = [i["kind"] for i in await acme.story(no)]
    assert (kinds.count("opportunity_lost"), kinds.count("opportunity_won"), kinds.count("opportunity_reopened")) == (
        2,
        1,
        1,
    )


@pytest.mark.feature("I1", "I4")
@pytest.mark.only("sqlite")
async def test_what_is_sold_anew_is_not_opened_beside_it(acme):
    no, _, two = await with_two(acme)
    await acme.text("wanglei", f"输单 {two} 预算取消")
    await acme.text("wanglei", f"转商机 {no} 云盘")
    three = max((d["no"] for d in await deals(acme)), key=lambda o: int(o[1:]))
    said = words(await acme.text("wanglei", f"重开 {two}"))
    assert f"已经在 {three} 里谈着" in said
    assert next(d for d in await deals(acme) if d["no"] == two)["result"] == "lost"
    await acme.text("wanglei", f"输单 {three} 预算取消")
    await acme.text("chenjing", f"转给 {no} 李娜")
    assert "接着谈" in words(await acme.text("lina", f"重开 {two}"))
    assert next(d for d in await deals(acme) if d["no"] == two)["owner"] == "lina", "whoever goes on with it"


@pytest.mark.feature("I4")
@pytest.mark.only("sqlite")
async def test_a_double_tap_wins_once(acme):
    no, one, _ = await with_two(acme)
    await acme.text("wanglei", f"商机 {one}")
    await acme.press("wanglei", "赢单")
    await asyncio.gather(acme.press("wanglei", "50 万"), acme.press("wanglei", "50 万"))
    assert [i["kind"] for i in await acme.story(no)].count("opportunity_won") == 1
    status, refused = await acme.api("POST", f"/opportunities/{one}/win", by="wanglei")
    assert (status, refused["code"]) == (409, "stage")
    for body in ({}, {"reason": "  "}):
        status, refused = await acme.api("POST", f"/opportunities/{one}/lose", by="wanglei", **body)
        assert status in (409, 422)
    assert next(d for d in await deals(acme) if d["no"] == one)["result"] == "won"
