"""Promises about time run in working time: reminded at 50 and 80 %, escalated once at 100 %."""

import asyncio

import pytest

from tests.sides import title
from tests.town import shanghai, town, words


def clock_cards(place, user):
    return [m for m in place.standin.chat(user) if m.kind == "card" and "领取" in title(m)]


def heads(place, user):
    return [title(m) for m in clock_cards(place, user)]


async def the_clock(place, name="claim"):
    _, found = await place.api("GET", "/clocks")
    return next(item for item in found["items"] if item["name"] == name)


@pytest.mark.feature("H1")
async def test_an_unclaimed_mql_warns_at_50_and_80_percent_and_then_tells_the_manager_once(acme):
    no = await acme.mql()  # 10:20 on a Wednesday; lunch 12:00-13:30
    assert (await the_clock(acme))["due_at"] == "2026-03-18T13:50:00+08:00"
    await acme.until(shanghai("2026-03-18 11:19"))
    assert heads(acme, "wanglei") == []
    await acme.until(shanghai("2026-03-18 11:20"))
    (half,) = clock_cards(acme, "wanglei")
    assert f"{no} 领取时限过半" in words([half]) and "还剩 1 小时" in words([half]) and "[领取]" in words([half])
    await acme.until(shanghai("2026-03-18 13:26"))
    assert heads(acme, "wanglei")[1:] == [f"{no} 领取时限已用 80%"], "80 % is 11:56, before lunch"
    assert heads(acme, "chenjing") == []
    await acme.until(shanghai("2026-03-18 13:50"))
    (late,) = clock_cards(acme, "chenjing")
    assert f"{no} 领取超时了" in words([late]) and "[指派]" in words([late])
    await acme.later(days=3)
    assert len(clock_cards(acme, "chenjing")) == 1 and len(clock_cards(acme, "wanglei")) == 2, "each step rings once"
    assert (await the_clock(acme))["state"] == "overdue"


@pytest.mark.feature("H1")
async def test_a_claim_in_time_ends_the_promise_and_starts_the_next(acme):
    no = await acme.mql()
    await acme.until(shanghai("2026-03-18 11:30"))
    await acme.text("lina", f"领取 {no}")
    assert (await the_clock(acme))["state"] == "met"
    assert all(not card.buttons() for card in clock_cards(acme, "wanglei")), "the warning cannot be pressed any more"
    contact = await the_clock(acme, "first_contact")
    assert contact["state"] == "running" and contact["due_at"] == "2026-03-19T11:30:00+08:00"
    await acme.until(shanghai("2026-03-19 11:31"))
    told = [words([m]) for m in acme.standin.chat("chenjing")]
    assert len(told) == 1 and f"{no} 首次联系超时了" in told[0] and "负责 李娜" in told[0] and "[改派]" in told[0]
    mine = [words([m]) for m in acme.standin.chat("lina") if "首次联系" in words([m]) and "时限" not in words([m])]
    assert any("超时了" in text and "[打通了]" in text for text in mine)


@pytest.mark.feature("H1")
async def test_a_contact_in_time_meets_the_promise_and_a_mere_note_does_not(acme):
    no = await acme.mql()
    await acme.text("lina", f"领取 {no}")
    await acme.text("lina", f"跟进 {no} 备注:官网看起来很大")
    assert (await the_clock(acme, "first_contact"))["state"] == "running"
    await acme.press("lina", "打通了")
    assert (await the_clock(acme, "first_contact"))["state"] == "met"
    await acme.later(days=3)
    assert [m for m in acme.standin.chat("chenjing") if m.kind == "card"] == []


@pytest.mark.feature("H2")
async def test_a_lead_before_lunch_is_due_after_it(acme):
    await acme.until(shanghai("2026-03-18 11:50"))
    await acme.mql()
    assert (await the_clock(acme))["due_at"] == "2026-03-18T15:20:00+08:00"


@pytest.mark.feature("H3")
async def test_make_up_days_count_and_holidays_do_not(acme):
    acme.at = shanghai("2026-09-30 17:00")  # at once, as after a long holiday of the server
    await acme.mql()
    assert (await the_clock(acme))["due_at"] == "2026-10-08T10:00:00+08:00"
    calendar = words(await acme.text("wanglei", "日历"))
    assert "10-01 周四 休息(放假)" in calendar and "10-08 周四 上班(工作日)" in calendar
    acme.at = shanghai("2026-10-10 09:00")
    assert "10-10 周六 上班(补班)" in words(await acme.text("wanglei", "日历"))


async def test_a_lead_of_the_evening_is_offered_in_the_morning(acme):
    await acme.until(shanghai("2026-03-18 21:00"))
    no = await acme.mql()
    assert acme.standin.chat("wanglei") == [], "nobody is disturbed at night"
    await acme.until(shanghai("2026-03-19 09:01"))
    assert no in words(acme.standin.chat("wanglei")) and "[领取]" in words(acme.standin.chat("wanglei"))
    assert (await the_clock(acme))["due_at"] == "2026-03-19T11:00:00+08:00"


@pytest.mark.feature("H7")
async def test_five_hundred_leads_on_monday_morning_are_one_list(tmp_path, platform):
    reps = {"wanglei": ("王磊", "rep", "华东"), "lina": ("李娜", "rep", "华东")}
    async with town(tmp_path, members=reps, platform=platform) as acme:
        await acme.until(shanghai("2026-03-21 12:00"))  # a Saturday
        for number in range(60):
            await acme.mql(phone=f"1390013{number:04}", name=f"客户{number}")
        await acme.until(shanghai("2026-03-23 09:03"))
        (told,) = acme.standin.chat("wanglei")
        assert "下班后来了 60 条" in words([told]) and "[线索池(60)]" in words([told]) and "[领取 L" in words([told])


@pytest.mark.feature("H7")
async def test_at_night_nothing_rings_and_work_begins_with_one_list(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        mine = await acme.mql(phone="13900139001", name="赵敏")
        await acme.text("lina", f"领取 {mine}")
        await acme.text("lina", f"跟进 {mine} 电话聊过了")
        before = {user: len(acme.standin.chat(user)) for user in ("wanglei", "lina")}
        await acme.until(shanghai("2026-03-18 22:30"))
        night = [await acme.mql(phone=f"1390013900{n}", name=f"夜客{n}") for n in range(2, 6)]
        await acme.mql(phone="13900139001", name="赵敏")
        await acme.text("chenjing", f"转给 {night[0]} 王磊")
        await acme.until(shanghai("2026-03-19 08:59"))
        assert {user: len(acme.standin.chat(user)) for user in before} == before, "nobody is woken"
        await acme.until(shanghai("2026-03-19 09:01"))
        (wanglei,) = acme.standin.chat("wanglei")[before["wanglei"] :]
        assert "早上好,下班后来了 4 条" in words([wanglei]) and f"转给你 {night[0]}" in words([wanglei])
        (lina,) = acme.standin.chat("lina")[before["lina"] :]
        assert f"再次咨询 {mine}" in words([lina]) and "可领取 3 条" in words([lina])
        await acme.press("lina", f"领取 {night[1]}")
        assert (await acme.lead(night[1]))["owner"] == "lina"


@pytest.mark.failure("12")
async def test_a_restart_keeps_every_promise_and_rings_none_twice(acme):
    no = await acme.mql()
    await acme.until(shanghai("2026-03-18 11:25"))
    await acme.stop_bot()
    acme.at = shanghai("2026-03-18 14:30")
    await acme.start_bot()
    await acme.later(minutes=5)
    assert heads(acme, "wanglei") == [f"{no} 领取时限过半", f"{no} 领取超时了"], (
        "80 % passed meanwhile: told once, as it is"
    )
    assert heads(acme, "chenjing") == [f"{no} 领取超时了"]


async def test_the_bot_says_loudly_that_a_year_has_no_calendar(acme):
    told = words(await acme.text("wanglei", "日历"))
    assert "还没有" not in told
    acme.at = shanghai("2039-12-02 10:00")  # at once: thirteen years of nights are nobody's test
    assert "还没有 2039、2040 年的放假安排" in words(await acme.text("wanglei", "日历"))
    acme.bot.schedule.hint("keeping")
    await acme.settle()
    async with asyncio.timeout(60):
        while not acme.standin.chat("admin"):  # noqa: ASYNC110 - the worker ticks on its own
            await asyncio.sleep(0.01)
    assert "还没有 2039、2040 年的放假安排" in words(acme.standin.chat("admin"))


@pytest.mark.feature("H3")
async def test_the_leads_card_and_why_count_what_is_left_over_the_days(tmp_path, platform):
    async with town(tmp_path, platform=platform) as acme:
        acme.at = shanghai("2026-09-30 10:20")  # the day before the holiday
        no = await acme.mql()
        await acme.later(hours=6)
        await acme.text("wanglei", f"领取 {no}")  # 16:20; one working day later is after the holiday
        counted = "今天剩 1 小时 40 分 + 10月8日周四 5 小时 50 分"
        assert f"时限这样算:{counted}" in words(await acme.text("wanglei", f"看 {no}"))
        assert f"还剩:{counted}" in words(await acme.text("wanglei", f"为什么 {no}"))
