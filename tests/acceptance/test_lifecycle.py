"""A lead goes its way by one table: who may move it, what must be known first, and what is said when it may not."""

import pytest

from tests.town import town, words

GATE = "\nlifecycle: {require: {sql: [budget]}}\nfields:\n"
GATE += "  decider: {label: 决策人, type: select, options: [是, 否, 不清楚], required_at: sql}\n"
GATE += "  area: {label: 面积, type: number, required_at: sql}\n"
POOR = {"budget": "", "need": "急需报价,下周要定"}


def gated(text):
    return text + GATE


@pytest.mark.feature("R1")
async def test_what_is_missing_is_asked_one_by_one_and_then_the_move_goes_through(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=gated) as acme:
        no = await acme.mql(**POOR)
        await acme.text("wanglei", f"领取 {no}")
        asked = words(await acme.press("wanglei", "合格"))
        assert f"预算:{no} 王建国" in asked and "补上就转为销售合格,还差 3 项" in asked
        assert (await acme.lead(no))["stage"] == "sal", "nothing moves before it is answered"
        assert "看不出是多少钱" in words(await acme.text("wanglei", "很多"))
        asked = words(await acme.text("wanglei", "50万"))
        assert "决策人:" in asked and "还差 2 项" in asked
        asked = words(await acme.press("wanglei", "是"))
        assert "面积:" in asked and "还差 1 项" in asked
        told = words(await acme.text("wanglei", "30"))
        assert f"{no} 的面积已记好,已转为销售合格" in told, "a short number is the answer, not an entry of a list"
        lead = await acme.lead(no)
        assert (lead["stage"], lead["budget_max"], lead["fields"]) == ("sql", 500000, {"decider": "是", "area": 30})
        assert [item["kind"] for item in await acme.story(no)].count("qualified") == 1
        assert "决策人 是 · 面积 30" in words(await acme.text("wanglei", f"看 {no}"))


@pytest.mark.feature("R1")
async def test_a_program_hears_which_fields_are_missing_and_nothing_changes(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=gated) as acme:
        no = await acme.mql(**POOR)
        await acme.api("POST", f"/leads/{no}/claim", by="wanglei")
        status, refused = await acme.api("POST", f"/leads/{no}/qualify", by="wanglei")
        assert (status, refused["code"]) == (409, "stage")
        assert [one["field"] for one in refused["missing"]] == ["budget", "decider", "area"]
        assert (await acme.api("PATCH", f"/leads/{no}", by="wanglei", stage="sql"))[0] == 409
        filled = {"budget": "20万", "fields": {"decider": "否", "area": 80}}
        status, lead = await acme.api("PATCH", f"/leads/{no}", by="wanglei", stage="sql", **filled)
        assert (status, lead["stage"], lead["budget_min"]) == (200, "sql", 200000)


async def test_a_lead_that_scores_well_waits_until_what_an_mql_needs_is_known(tmp_path, platform):
    rules = "\nfields:\n  area: {label: 面积, type: number, required_at: mql}\n"
    async with town(tmp_path, platform=platform, rules=lambda text: text + rules) as acme:
        no = await acme.mql()
        lead = await acme.lead(no)
        assert lead["stage"] == "new" and lead["score"] >= 60
        assert (await acme.api("PATCH", f"/leads/{no}", fields={"area": 120}))[1]["stage"] == "mql"
        assert f"{no} " in words([acme.card("wanglei", "领取")])


async def test_marketing_moves_what_nobody_owns_and_sales_what_it_owns(acme):
    no = await acme.mql()
    refused = words(await acme.text("wanglei", f"培育 {no} 明年再说"))
    assert f"先发「领取 {no}」" in refused
    told = words(await acme.text("linda", f"阶段 {no} 培育中 明年才有预算"))
    assert f"{no} 现在是「培育中」,原因:明年才有预算" in told and "[撤销]" in told
    assert (await acme.lead(no))["stage"] == "nurturing"
    _, clocks = await acme.api("GET", "/clocks")
    assert {clock["state"] for clock in clocks["items"]} == {"cancelled"}, "nobody is asked to claim it any more"
    assert "现在是「市场合格」" in words(await acme.text("linda", f"阶段 {no} 市场合格"))
    await acme.text("wanglei", f"领取 {no}")
    refused = words(await acme.text("linda", f"培育 {no} 再等等"))
    assert "现在由王磊负责" in refused
    assert "现在是「培育中」" in words(await acme.text("wanglei", f"培育 {no} 预算没批"))
    lead = await acme.lead(no)
    assert (lead["stage"], lead["owner"]) == ("nurturing", None)
    await acme.text("wanglei", "撤销")
    lead = await acme.lead(no)
    assert (lead["stage"], lead["owner"]) == ("sal", "wanglei")


async def test_a_move_that_is_not_there_says_what_is_and_whose(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    refused = words(await acme.text("wanglei", f"阶段 {no} 赢单"))
    assert f"{no} 不能直接改成「赢单」:商机赢单以后就是「赢单」" in refused
    assert "没有叫「很好」的阶段。可以改成:培育中、市场合格、销售合格、无效、沉睡" in words(
        await acme.text("wanglei", f"阶段 {no} 很好")
    )
    await acme.text("wanglei", f"沉睡 {no} 半年没回音")
    refused = words(await acme.text("wanglei", f"退回 {no} 算了"))
    assert "现在是「沉睡」,不能退回线索池。现在可以:" in refused and "转为销售合格(负责人或他的主管)" in refused
    await acme.mql(need="又想起来了,请报价")
    assert (await acme.lead(no))["stage"] in ("new", "mql"), "asking again wakes it"
    status, refused = await acme.api("PATCH", f"/leads/{no}", by="linda", stage="won")
    assert status == 422 and "只能是 nurturing、mql、sql、invalid、dormant" in refused["detail"]


async def test_a_question_that_is_not_wanted_any_more_is_let_go(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=gated) as acme:
        no = await acme.mql(**POOR)
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"合格 {no}")
        assert "先不填" in words(await acme.text("wanglei", "算了"))
        told = words(await acme.text("wanglei", "刚打了,下周三再联系"))
        assert f"记到 {no}" in told, "the next sentence is a note again"
