"""预测: on Friday the leader taps what next week brings, and sees by how much last week's word was off."""

import pytest

from tests.acceptance.test_conversion import deals, qualified
from tests.town import shanghai, words


@pytest.mark.feature("I5")
async def test_on_friday_the_leader_commits_by_a_tap_and_sees_last_weeks_error(acme):
    no = await qualified(acme)
    await acme.text("wanglei", f"转商机 {no} CRM 50万 3月底")
    await acme.text("wanglei", f"转商机 {no} 云盘 20万 3月底")
    small, big = sorted((d["no"] for d in await deals(acme)), key=lambda o: -int(o[1:]))
    await acme.text("wanglei", f"阶段 {big} 商务谈判")
    acme.bot.schedule.hint("keeping")
    await acme.settle()
    said = words(await acme.text("chenjing", "目标 王磊 100万"))
    assert "目标 100 万" in said and "完成 0%" in said
    await acme.until(shanghai("2026-03-20 16:01"))  # Friday
    (card,) = [words([m]) for m in acme.standin.chat("chenjing") if "那周能签哪几个" in words([m])][-1:]
    assert "03-23 那周能签哪几个" in card and "最多 70 万" in card and "按阶段 37 万" in card, "50 × 70% + 20 × 10%"
    assert not [m for m in acme.standin.chat("wanglei") if "那周能签哪几个" in words([m])]
    card = words(await acme.press("chenjing", f"承诺 {big}"))
    assert f"{big} 50 万,记下了" in card and "承诺 50 万" in card
    assert "承诺 65 万" in words(await acme.text("chenjing", f"承诺 {small} 15万"))
    assert "承诺 70 万" in words(await acme.text("chenjing", f"承诺 {small}")), "the whole of it"
    assert "承诺 50 万" in words(await acme.text("chenjing", f"承诺 {small} 0"))
    assert "本月承诺 50 万,按阶段 37 万" in words(await acme.text("chenjing", "日报")), "as 预测 says"
    await acme.until(shanghai("2026-03-25 10:00"))
    await acme.text("wanglei", f"赢单 {big} 40万")
    await acme.until(shanghai("2026-03-26 10:00"))
    told = words(await acme.text("chenjing", "日报 昨天"))
    assert f"昨日赢单:{big} " in told and "(王磊)40 万" in told and "1 单,签约 40 万" in told
    await acme.until(shanghai("2026-03-27 16:01"))
    (card,) = [words([m]) for m in acme.standin.chat("chenjing") if "上周承诺" in words([m])][-1:]
    assert "上周承诺 50 万,签了 40 万,少签 10 万(-20%)" in card
    assert "已签 40 万" in card and "完成 40%,还差 60 万" in card
    mine = words(await acme.text("wanglei", "预测"))
    assert "已签 40 万" in mine and "承诺 O" not in mine
    assert "主管" in words(await acme.text("wanglei", f"承诺 {small} 15万"))


@pytest.mark.feature("I5", "M6")
@pytest.mark.only("sqlite")
async def test_whoever_sees_all_asks_for_one_team_s_forecast_and_what_is_late_there(acme):
    no = await qualified(acme)
    await acme.text("wanglei", f"转商机 {no} CRM 50万 3月底")
    north = await acme.mql(phone="13800138001", name="李四", company="北京四方科技有限公司")
    await acme.text("zhaoqiang", f"领取 {north}")
    await acme.text("zhaoqiang", f"合格 {north}")
    await acme.text("zhaoqiang", f"转商机 {north} 云盘 20万 3月底")
    await acme.text("admin", "目标 华东 200万")
    for who in ("linda", "admin"):
        whole, east = [words(await acme.text(who, line)) for line in ("预测", "预测 华东")]
        assert "全公司" in whole and "最多 70 万" in whole and "按阶段 7 万" in whole
        assert "预测 2026-03 · 华东组" in east and "最多 50 万" in east and "目标 200 万" in east and "李四" not in east
    assert "最多 20 万" in words(await acme.text("linda", "预测 华北组"))
    free = await acme.mql(phone="13800138002", name="赵六", company="上海六合科技有限公司")
    await acme.later(hours=5)
    for who in ("chenjing", "linda", "admin"):
        told = words(await acme.text(who, "超时 华东"))
        assert "华东 超时 1 条" in told and free in told, (
            "free leads are the team's that may claim them, as 日报 counts"
        )
        assert "超时 1 条还没跟上" in words(await acme.text(who, "日报 今天 华东"))


@pytest.mark.feature("I5")
@pytest.mark.only("sqlite")
async def test_programs_read_the_forecast_and_set_targets(acme):
    no = await qualified(acme)
    await acme.text("wanglei", f"转商机 {no} CRM 50万 3月底")
    status, _ = await acme.api("PUT", "/targets", month="2026-03", member="wanglei", amount=1000000)
    assert status == 200
    assert (await acme.api("PUT", "/targets", month="2026-03", team="华东", amount=3000000))[0] == 200
    for wrong in ({"month": "2026-13", "member": "wanglei"}, {"member": "x"}, {}, {"team": "华东", "amount": -1}):
        assert (await acme.api("PUT", "/targets", **{"month": "2026-03", "amount": 1, **wrong}))[0] == 422, wrong
    _, found = await acme.api("GET", "/targets?month=2026-03")
    assert [(t["team"], t["member"], t["amount"]) for t in found["items"]] == [
        ("华东", None, 3000000), (None, "wanglei", 1000000),
    ]  # fmt: skip
    _, told = await acme.api("GET", "/forecast")
    whole = next(row for row in told["rows"] if row["key"] is None)
    assert (whole["signed"], whole["commit"], whole["best"], whole["by_stage"]) == (0, 0, 500000, 50000)
    mine = next(row for row in told["rows"] if row["key"] == "wanglei")
    assert (told["month"], mine["target"], mine["best"]) == ("2026-03", 1000000, 500000)
