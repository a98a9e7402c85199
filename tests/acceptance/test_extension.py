"""A rep who cannot make it asks for more time; the manager says yes or no, and everybody's card tells the truth."""

import pytest

from tests.acceptance.test_ladder import KEEP, MEMBERS, clocks, told
from tests.town import shanghai, town, words


async def keep(place):
    _, found = await place.api("GET", "/clocks?limit=50")
    return next(clock for clock in found["items"] if clock["name"] == "keep")


@pytest.fixture
async def warned(tmp_path, platform):
    """王磊 keeps a lead for five days; on the fourth he is warned."""
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=clocks(KEEP)) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.until(shanghai("2026-03-24 10:21"))
        assert len(told(acme, "wanglei", f"{no} 保留时限已用 80%")) == 1, "one warning"
        yield acme, no


@pytest.mark.feature("F5")
async def test_the_warning_offers_more_time_and_the_managers_yes_moves_the_date(warned):
    acme, no = warned
    card = words([acme.card("wanglei", "申请延期")])
    assert "[打通了]" in card and "[申请延期]" in card and "[放弃]" in card
    asked = words(await acme.press("wanglei", "申请延期"))
    assert "申请延期:" in asked and "「保留」要多久" in asked
    before = (await keep(acme))["due_at"]
    assert "延期已经提给陈静" in words(await acme.text("wanglei", f"申请延期 {no} 3天 等客户内部评审"))
    assert (await keep(acme))["due_at"] == before, "nothing moves before the manager has said so"
    assert "已经申请过了,等主管回复" in words(await acme.text("wanglei", f"申请延期 {no} 3天 再等等"))
    request = words([acme.card("chenjing", "同意")])
    assert "王磊申请延期" in request and "等客户内部评审" in request and "想延到 03-30 周一 10:20" in request
    await acme.press("chenjing", "同意")
    assert (await keep(acme))["due_at"] == "2026-03-30T10:20:00+08:00"
    assert any("顺延到 03-30 周一 10:20(等客户内部评审)" in one for one in told(acme, "wanglei", "陈静把"))
    assert "还剩" in words(await acme.text("wanglei", f"看 {no}"))
    kinds = [item["kind"] for item in await acme.story(no)]
    assert kinds.count("extension_requested") == 1 and kinds.count("clock_moved") == 1
    await acme.until(shanghai("2026-03-25 10:21"))
    assert (await acme.lead(no))["owner"] == "wanglei", "the old date has no meaning any more"


@pytest.mark.feature("F5")
async def test_a_no_is_told_and_the_lead_goes_back_on_its_day(warned):
    acme, no = warned
    await acme.text("wanglei", f"申请延期 {no} 5天 忙不过来")
    await acme.press("chenjing", "不同意")
    assert len(told(acme, "wanglei", f"陈静没有同意 {no} 的「保留」延期")) == 1
    assert told(acme, "zhouzong", "申请延期") == [], "the team's lead decides, nobody else is asked"
    await acme.until(shanghai("2026-03-25 10:21"))
    assert (await acme.lead(no))["owner"] is None


@pytest.mark.feature("F5")
async def test_who_may_not_ask_and_what_cannot_be_read_is_said(warned):
    acme, no = warned
    assert "写成 2小时、3天 这样" in words(await acme.text("wanglei", f"申请延期 {no} 一阵子"))
    assert "要写一句原因" in words(await acme.text("wanglei", f"申请延期 {no} 3天"))
    assert "直接发「顺延" in words(await acme.text("chenjing", f"申请延期 {no} 3天 帮他申请"))
    refused = words(await acme.text("lina", f"申请延期 {no} 3天 帮他申请"))
    assert "没有找到" in refused
