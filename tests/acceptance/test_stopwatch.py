"""The stopwatch of a lead: a manager sees where the hour went, of one lead and of a week."""

from datetime import datetime

import pytest

from tests.town import words

pytestmark = pytest.mark.feature("H9")


async def on_its_way(acme, **more):
    """Asked at 10:00, captured 10:20, offered and delivered at once, claimed 10:55, contacted 14:25 (lunch between)."""
    no = await acme.mql(asked_at="2026-03-18T10:00:00+08:00", **more)
    await acme.later(minutes=35)
    await acme.text("wanglei", f"领取 {no}")
    await acme.later(minutes=210)
    await acme.text("wanglei", f"跟进 {no} 电话聊了,要报价")
    return no


async def test_each_stretch_is_told_with_its_wall_and_working_time(acme):
    no = await on_its_way(acme)
    for word in ("秒表", "为什么"):
        said = words(await acme.text("chenjing", f"{word} {no}"))
        assert "渠道送来:20 分,今天 10:00 到 今天 10:20" in said
        assert "机器人分发:不到 1 分" in said and "平台送达:不到 1 分" in said
        assert "销售领取:35 分,今天 10:20 到 今天 10:55" in said
        assert "首次联系:3 小时 30 分(上班时间 2 小时),今天 10:55 到 今天 14:25" in said


async def test_programs_read_it_with_the_lead(acme):
    no = await on_its_way(acme)
    legs = {leg["name"]: leg for leg in (await acme.lead(no))["stopwatch"]}
    assert list(legs) == ["channel", "us", "platform", "claim", "contact"]
    assert (legs["channel"]["seconds"], legs["claim"]["seconds"], legs["contact"]["seconds"]) == (1200, 2100, 12600)
    assert legs["contact"]["working_seconds"] == 7200
    assert datetime.fromisoformat(legs["contact"]["until"]) == acme.at
    _, listed = await acme.api("GET", "/leads")
    assert listed["items"][0]["stopwatch"] is None


async def test_a_stretch_that_runs_is_told_as_such_and_an_unknown_one_is_left_out(acme):
    no = await acme.mql()
    await acme.later(minutes=25)
    said = words(await acme.text("chenjing", f"秒表 {no}"))
    assert "渠道送来" not in said, "nobody told when they asked"
    assert "销售领取:25 分,今天 10:20 到现在还没有" in said and "首次联系" not in said


async def test_the_night_belongs_to_nobody_in_working_time(acme):
    await acme.later(hours=10)  # 20:20
    no = await acme.mql()
    await acme.later(hours=13)  # 09:20
    legs = {leg["name"]: leg for leg in (await acme.lead(no))["stopwatch"]}
    assert legs["us"]["seconds"] > 12 * 3600 and legs["us"]["working_seconds"] <= 60
    assert legs["claim"]["working_seconds"] == pytest.approx(20 * 60, abs=60)


async def test_an_instant_to_come_or_without_a_zone_is_refused_or_not_believed(acme):
    status, told = await acme.api("POST", "/leads", name="李雷", phone="13900139001", asked_at="昨天")
    assert status == 400 or status == 422, told
    no = await acme.mql(asked_at="2027-01-01T00:00:00+08:00")
    assert "channel" not in [leg["name"] for leg in (await acme.lead(no))["stopwatch"]]


async def test_the_weekly_card_says_where_the_hour_went(acme):
    await on_its_way(acme)
    await on_its_way_two(acme)
    said = words(await acme.text("chenjing", "周报"))
    assert "时间花在哪(中位数):渠道送来 20 分" in said and "首次联系 2 小时" in said
    assert said.index("渠道送来") < said.index("平台送达") < said.index("销售领取") < said.index("首次联系")


async def on_its_way_two(acme):
    """A second lead that nobody has taken yet: only its ended stretches count."""
    await acme.mql(phone="13700137001")
