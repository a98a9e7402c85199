"""R-T2, R-T3: a Sunday, the year's end, a year without known holidays, 29 February: work goes on, with a warning."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from tests.town import Town, shanghai, town, words

DIGEST = '\ndigest: {at: "08:50"}\n'


async def wake_at(acme: Town, text: str) -> None:
    """The server is started again at another time: the nights between are nobody's test."""
    await acme.stop_bot()
    acme.at = shanghai(text)
    await acme.start_bot()


async def due_of(acme: Town, no: str, name: str) -> str:
    """Until when a promise about a lead must be kept, as the API tells it."""
    _, found = await acme.api("GET", "/clocks?limit=200")
    (due,) = [one["due_at"] for one in found["items"] if one["lead"] == no and one["name"] == name]
    return datetime.fromisoformat(due).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")


def since(acme: Town, before: dict[str, int]) -> dict[str, str]:
    """What each has been told since then."""
    return {user: words(acme.standin.chat(user)[count:]) for user, count in before.items()}


@pytest.mark.failure("T3")
@pytest.mark.feature("H3")
@pytest.mark.platforms("wecom")
async def test_the_year_ends_in_one_whose_holidays_nobody_knows(tmp_path: Any, platform: str) -> None:
    async with town(tmp_path, platform=platform, rules=lambda text: text + DIGEST) as acme:
        with capture_logs() as logged:
            await wake_at(acme, "2026-12-31 16:59")  # a Thursday, the last working day
            await acme.bot.keep_house()
            await acme.later(minutes=1)
        assert len([line for line in logged if "no official data for 2027" in line["event"]]) == 1, "not every hour"
        free, mine = await acme.mql(), await acme.mql(phone="13900139000", name="刘芳", company="上海某某有限公司")
        await acme.text("wanglei", f"领取 {mine}")
        await acme.text("wanglei", f"跟进 {mine} 聊了,下周一上午10点再打")
        assert "还没有 2027 年的放假安排" in words(acme.standin.chat("admin"))
        assert "calendar.override" in words(acme.standin.chat("admin")), "and what to do"
        assert await due_of(acme, free, "claim") == "2027-01-04 10:00", "not 1 January, not the weekend"
        await acme.until(shanghai("2026-12-31 18:01"))  # at six half of the two hours have passed
        before = {user: len(acme.standin.chat(user)) for user in acme.members}
        await acme.until(shanghai("2027-01-03 12:00"))
        assert not any(since(acme, before).values()), "New Year's Day and the weekend are nobody's work"
        assert mine in words(await acme.text("wanglei", "我的")), "who looks on a Sunday is answered"
        before = {user: len(acme.standin.chat(user)) for user in acme.members}
        await acme.until(shanghai("2027-01-04 08:59"))
        assert "日报 2026-12-31 到 2027-01-03" in since(acme, before)["chenjing"], "since the last working day"
        await acme.until(shanghai("2027-01-04 10:03"))
        told = since(acme, before)
        assert f"{free} 领取超时了" in told["chenjing"] and mine in told["wanglei"]


@pytest.mark.failure("T2")
@pytest.mark.platforms("wecom")
async def test_29_february_is_a_day_like_others(tmp_path: Any, platform: str) -> None:
    async with town(tmp_path, platform=platform, rules=lambda text: text + DIGEST) as acme:
        await wake_at(acme, "2028-02-28 17:30")  # a Monday
        no = await acme.mql()
        assert await due_of(acme, no, "claim") == "2028-02-29 10:30"
        await acme.text("wanglei", f"领取 {no}")
        told = words(await acme.text("wanglei", f"跟进 {no} 聊了,明天下午3点再打"))
        assert "下一步 明天 15:00" in told, told
        before = {user: len(acme.standin.chat(user)) for user in acme.members}
        await acme.until(shanghai("2028-02-29 15:01"))
        told_by = since(acme, before)
        assert "日报 02-28" in told_by["chenjing"] and no in told_by["wanglei"]
        await wake_at(acme, "2028-03-01 08:59")
        assert "月报 02-01 到 02-29" in words(acme.standin.chat("chenjing")), "the month has its 29 days"


@pytest.mark.failure("T3")
@pytest.mark.platforms("wecom")
async def test_a_broken_list_of_free_days_is_told_once_and_stops_nothing(tmp_path: Any, platform: str) -> None:
    own = tmp_path / "acme" / "own.csv"

    def listed(text: str) -> str:
        own.write_text("date,kind\n2026-03-19,free\n", "utf-8")
        return text.replace("holidays: china", "holidays: china\n  override: own.csv")

    async with town(tmp_path, platform=platform, rules=listed) as acme:
        own.write_text("date,kind\n2026-03-19,放\n", "utf-8")
        await acme.bot.follow_rules()  # what is done every three seconds
        await acme.later(minutes=1)
        assert "03-19 周四 休息(放假)" in words(await acme.text("wanglei", "日历")), "as far as it was known"
        await acme.stop_bot()
        await acme.start_bot()
        await acme.later(minutes=1)
        told = words(acme.standin.chat("admin"))
        assert told.count("公司的放假表") == 1 and "./run rules check" in told
        assert "03-19 周四 上班(工作日)" in words(await acme.text("wanglei", "日历"))
        own.write_text("date,kind\n2026-03-19,放假\n", "utf-8")
        await acme.bot.follow_rules()  # what is done every three seconds
        await acme.later(minutes=1)
        assert "03-19 周四 休息(放假)" in words(await acme.text("wanglei", "日历")), "as soon as it is mended"
