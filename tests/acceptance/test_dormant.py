"""Leads that have been silent for ninety days: each in one plan or left alone, and what waking them brought."""

from datetime import date, timedelta

import pytest

from bot.journeys.said import awakening_text
from tests.customers import Recorder, publish_texts, without_journeys
from tests.town import shanghai, town, words

WAKE = """
nurture:
  budget: {mail: {price: 0.1}}
journeys:
  first:
    label: 老客户唤醒
    start: {silent_days: 90}
    only: {source: [展会]}
    owned: true
    steps: [{send: mail, content: hello, topic: service}, {wait: 20d}]
  wake:
    label: 沉睡唤醒
    start: {silent_days: 90}
    owned: true
    steps:
      - {set: {stage: dormant}}
      - {send: mail, content: hello, topic: service}
      - {wait: 60d, until: [click], otherwise: end}
      - {give: sales}
"""


async def plans(place):
    return dict(
        place.database.rows(
            "select lead_id, case when plan = '' then reason else plan end from dormant_plan where corp = 'acme'"
        )
    )


async def nights(place, until):
    """Time jumps to a morning; the nights in between are one."""
    place.at = shanghai(until)
    await place.settle()


@pytest.mark.feature("L1", "L3")
@pytest.mark.platforms("wecom")
async def test_every_silent_lead_is_in_one_plan_or_left_alone(tmp_path, database):
    async with town(tmp_path, rules=lambda text: without_journeys(text) + WAKE, database=database) as place:
        place.bot.roads.channels["mail"] = mail = Recorder()
        await publish_texts(place, hello="近况问候")
        fair = await place.capture("展会", name="甲", phone="13800138001", email="a@hengli.cn")
        web = await place.capture(name="乙", phone="13800138002", email="b@hengli.cn")
        mute = await place.capture(name="丙", phone="13800138003")
        awake = await place.capture(name="丁", phone="13800138004", email="d@hengli.cn")
        await nights(place, "2026-05-01 10:00")
        await place.api("POST", f"/leads/{awake}/behaviours", kind="visit")
        await nights(place, "2026-06-17 10:00")
        found = await plans(place)
        numbers = {name: int(no[1:]) for name, no in {"fair": fair, "web": web, "mute": mute}.items()}
        assert found == {
            numbers["fair"]: "first", numbers["web"]: "wake", numbers["mute"]: "客户没有留能用的邮箱。",
        }, "each once; who was here in May is not asleep"  # fmt: skip
        assert len(mail.sent) == 2 and (await place.lead(web))["stage"] == "dormant"
        assert [one["kind"] for one in await place.story(mute)][-1] == "left_alone"
        await nights(place, "2026-06-20 10:00")
        assert await plans(place) == found and len(mail.sent) == 2, "a second night changes nothing"
        await place.api("POST", f"/leads/{web}/behaviours", kind="click")
        assert (await place.lead(web))["stage"] == "mql", "a click wakes it, and sales gets it"
        told = words(await place.text("linda", "旅程 唤醒"))
        assert "6 月唤醒 2 → 回应 1 → 商机 0 → 成交 0。发了 2 条消息,花了 0.20 元。不再联系 1 人。" in told
        await place.text("wanglei", f"领取 {web}")
        await place.text("wanglei", f"合格 {web}")
        await place.api("POST", "/opportunities", lead=web, product="工业相机", by="wanglei")
        assert "回应 1 → 商机 1 → 成交 0" in words(await place.text("linda", "旅程 唤醒"))
        await nights(place, "2026-07-01 10:00")
        await place.settle()
        assert "6 月唤醒 2 → 回应 1 → 商机 1" in words(place.standin.chat("linda")), "told on the first of the month"
        assert place.at - timedelta(days=1) < shanghai("2026-07-01 10:00")


@pytest.mark.feature("L3")
@pytest.mark.platforms("wecom")
async def test_who_is_woken_again_takes_nothing_from_the_month_in_which_they_were_first(tmp_path, database):
    rules = WAKE[: WAKE.index("  wake:")].replace("    only: {source: [展会]}\n", "    again: 30d\n")
    async with town(tmp_path, rules=lambda text: without_journeys(text) + rules, database=database) as place:
        place.bot.roads.channels["mail"] = mail = Recorder()
        await publish_texts(place, hello="近况问候")
        no = await place.capture(name="甲", phone="13800138001", email="a@hengli.cn")
        mute = await place.capture(name="乙", phone="13800138002")
        await nights(place, "2026-06-17 10:00")
        for one in (no, mute):
            await place.api("POST", f"/leads/{one}/behaviours", kind="visit")
        june = "6 月唤醒 1 → 回应 1 → 商机 0 → 成交 0。发了 1 条消息,花了 0.10 元。不再联系 1 人。"
        assert june in words(await place.text("linda", "旅程 唤醒"))
        await nights(place, "2026-07-10 10:00")  # the first run is over
        await nights(place, "2026-10-14 10:00")
        assert len(mail.sent) == 2, "they sleep again, and are woken again"
        told = words(await place.text("linda", "旅程 唤醒"))
        assert "10 月唤醒 1 → 回应 0 → 商机 0 → 成交 0。发了 1 条消息,花了 0.10 元。不再联系 1 人。" in told
        async with place.bot.store.read() as tx:
            assert await awakening_text(tx, date(2026, 6, 1), await place.bot.context()) == june


@pytest.mark.feature("K1")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_festival_and_an_own_date_let_leads_set_out_at_their_hour(tmp_path):
    rules = """
fields:
  ends: {label: 到期日, type: date}
journeys:
  moon:
    label: 中秋问候
    start: {holiday: [中秋], days: -1, at: "09:30"}
    steps: [{tell: marketing, text: 明天中秋}]
  renew:
    label: 到期提醒
    start: {date: ends, days: -30, at: "10:00"}
    steps: [{tell: marketing, text: 还有三十天到期}]
"""
    async with town(tmp_path, rules=lambda text: without_journeys(text) + rules) as place:
        no = await place.capture(name="甲", phone="13800138001")
        other = await place.capture(name="乙", phone="13800138002")
        await place.api("PATCH", f"/leads/{no}", fields={"ends": "2026-04-20"})
        await place.until(shanghai("2026-03-21 09:59"))
        assert "三十天" not in words(place.standin.chat("linda"))
        await place.until(shanghai("2026-03-23 09:30"))
        assert words(place.standin.chat("linda")).count("还有三十天到期") == 1
        place.at = shanghai("2026-09-23 12:00")
        await place.settle()
        await place.until(shanghai("2026-09-24 09:31"))  # the festival is on the 25th
        told = words(place.standin.chat("linda"))
        assert told.count("明天中秋") == 2 and f"{other}「中秋问候」明天中秋" in told
