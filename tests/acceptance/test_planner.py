"""Before anything is sent the plan is on the table; what is over the budget goes on its own day."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlmodel import col

from store.queues import Outbox
from tests.customers import Recorder, publish_texts, without_journeys
from tests.town import shanghai, town, words

ZONE = ZoneInfo("Asia/Shanghai")
RULES = """
nurture:
  all_channels: {per_day: 9, per_week: 99}
  caps: {}
  budget: {mail: {per_day: 5}}
journeys:
  hello:
    label: 问候
    start: {score_at_least: 5}
    steps:
      - {send: mail, content: hello, topic: service}
"""


@pytest.mark.feature("K3", "K5")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_the_plan_is_told_before_and_kept_after(tmp_path):
    rules = RULES.replace("score_at_least: 5", "score_at_least: 100")
    async with town(tmp_path, rules=lambda text: without_journeys(text) + rules) as place:
        for number in range(8):
            await place.capture(name=f"客户{number}", phone=f"1380013800{number}", email=f"c{number}@hengli.cn")
        told = words(await place.text("linda", "旅程 试运行 问候"))
        assert "邮件:今日可发 5/8,3 人顺延到明天(超过当天额度 3)" in told
        assert "L1008 客户7:03-18 10:20 邮件「hello」" in told and "时间都是北京时间" in told
        status, found = await place.api("GET", "/journeys/hello/rehearsal")
        assert status == 200 and found["items"][0]["stops"][0]["at"] == "2026-03-18T10:20:00+08:00"
        cards = {one["card"] for one in (await place.api("GET", "/messages"))[1]["items"]}
        assert "letter" not in cards, "a dry run sends nothing"


@pytest.mark.feature("K3")
@pytest.mark.platforms("wecom")
async def test_no_day_gets_more_than_its_budget(tmp_path, database):
    async with town(tmp_path, rules=lambda text: without_journeys(text) + RULES, database=database) as place:
        place.bot.roads.channels["mail"] = Recorder()
        await publish_texts(place, hello="问候")
        for number in range(12):
            await place.capture(name=f"客户{number}", phone=f"138001380{number:02}", email=f"c{number}@hengli.cn")
        for day in (18, 19, 20, 21):
            await place.until(shanghai(f"2026-03-{day} 12:00"))
        async with place.bot.store.read() as tx:
            rows = await tx.all(select(Outbox).where(col(Outbox.corp) == tx.corp, col(Outbox.purpose) == "reach"))
        sent = Counter(f"{row.sent_at.astimezone(ZONE):%m-%d}" for row in rows)
        assert sent == {"03-18": 5, "03-19": 5, "03-20": 2} and len({row.lead_id for row in rows}) == 12


@pytest.mark.feature("K3")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_the_place_of_a_message_that_is_stopped_is_free_for_another(tmp_path):
    rules = RULES.replace("per_day: 5", "per_day: 1")
    async with town(tmp_path, rules=lambda text: without_journeys(text) + rules) as place:
        mail = place.bot.roads.channels["mail"] = Recorder()
        await publish_texts(place, hello="问候")
        first, second = [
            await place.capture(name=f"客户{number}", phone=f"1380013800{number}", email=f"c{number}@hengli.cn")
            for number in range(2)
        ]
        said = words(await place.text("linda", f"退订 {second} 服务通知"))
        assert "退订" in said, said
        await place.until(shanghai("2026-03-19 12:00"))
        third = await place.capture(name="客户2", phone="13800138002", email="c2@hengli.cn")
        await place.until(shanghai("2026-03-19 13:00"))
        assert [letter.lead.no for letter in mail.letters] == [first, third], "the day of the second is the third's"
