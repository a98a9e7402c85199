"""A win is told with its story, whoever does not use the bot is named with what they did last, before and after."""

import pytest

from tests.reports.half_year import half_year, lines
from tests.reports.test_numbers_agree import brought
from tests.town import shanghai, town, words


@pytest.mark.feature("U1")
@pytest.mark.only("sqlite")
async def test_a_win_is_told_in_the_group_with_its_story_and_without_the_customer(tmp_path, platform, database):
    async with town(tmp_path, platform=platform, database=database, group="销售群") as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"跟进 {no} 打通了,要报价")
        status, made = await acme.api("POST", "/opportunities", lead=no, by="wanglei", amount=500000)
        assert status in (200, 201), made
        deal = made.get("no") or made["opportunity"]
        status, won = await acme.api("POST", f"/opportunities/{deal}/win", by="wanglei")
        assert status == 200, won
        told = [str(text) for text in acme.side.told("销售群") if "赢单" in str(text)]
        assert len(told) == 1, told
        assert f"王磊赢单 {deal}" in told[0] and "50 万" in told[0] and "跟进 1 次" in told[0] and "官网" in told[0]
        assert "王建国" not in told[0] and "138" not in told[0] and "云栖" not in told[0]


@pytest.mark.feature("U2")
@pytest.mark.feature("M8")
@pytest.mark.only("sqlite")
async def test_the_champion_sees_who_is_silent_and_before_and_after(acme):
    assert (await brought(acme, "history.ndjson", lines(half_year(3, 60))))["bad"] == []
    no = await acme.mql(phone="13800138111")
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 打通了,要报价")
    await acme.until(shanghai("2026-03-20 10:00"))
    told = words(await acme.text("admin", "使用情况"))
    assert "3 人没打开过任何卡片" in told and "李娜" in told and "上次" in told and "王磊" not in told
    assert "其中 0 次是提醒之后" in told
    assert "上线前后对比" in told and "响应" in told and "→ 0 分" in told


@pytest.mark.feature("U2", "M8")
@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
async def test_on_monday_the_champion_hears_it_unasked_and_after_thirty_days_what_has_changed(tmp_path, platform):
    digest = lambda text: text + '\ndigest: {at: "08:50"}\n'  # noqa: E731
    async with town(tmp_path, platform=platform, rules=digest) as acme:
        assert (await brought(acme, "history.ndjson", lines(half_year(3, 60))))["bad"] == []
        no = await acme.mql(phone="13800138111")
        await acme.text("wanglei", f"领取 {no}")
        seen = []
        for monday in ("2026-03-23", "2026-04-13", "2026-04-20", "2026-04-27"):
            acme.at = shanghai(f"{monday} 08:00")
            await acme.bot.keep_house()
            await acme.settle()
            before = len(acme.standin.chat("admin"))
            await acme.until(shanghai(f"{monday} 09:10"))
            told = words(acme.standin.chat("admin")[before:])
            seen.append(("没打开过任何卡片" in told, "上线前后对比" in told))
            if "上线前后对比" in told:
                assert "响应" in told and "→" in told
        assert [weekly for weekly, _ in seen].count(True) >= 3, "who does not use it is told every week"
        assert [after for _, after in seen] == [False, False, True, False], "once, thirty days after it began"
