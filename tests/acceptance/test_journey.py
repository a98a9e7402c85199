"""Journeys: a lead sets out by what it did, hears from us step by step, rests with a colleague, never twice."""

import re

import pytest

from bot.cards.picture import find_font
from config.rules import load_rules
from store.rulebook import latest_rules
from tests.browser import Browser
from tests.customers import Recorder, publish_texts, without_journeys
from tests.town import shanghai, town, words

ONE = pytest.mark.only("sqlite")
PAPER = """
fields:
  tag: {label: 标签, type: multi, options: [展会, 看过案例]}
nurture:
  all_channels: {per_day: 9, per_week: 99}
  caps: {}
journeys:
  paper:
    label: 白皮书跟进
    start: {behaviour: [download]}
    only: {stage: [new, nurturing]}
    goal: {stage: [mql]}
    steps:
      - {wait: 2d, at: "10:00"}
      - {send: mail, content: case, topic: service}
      - {wait: 3d, until: [open, click], otherwise: call}
      - {set: {own: {tag: 看过案例}}}
      - stop: true
      - {name: call, give: sales, text: 发过案例没打开}
"""
WHO = {"name": "王建国", "phone": "13800138000", "email": "wang@example.com", "company": "云栖智能"}


class Trip:
    """A town with journeys, and a mail channel that remembers what it sent."""

    def __init__(self, place):
        self.place = place
        self.mail = Recorder()
        place.bot.roads.channels["mail"] = self.mail

    async def lead(self, **more):
        """The person, and the text that they are to get."""
        await publish_texts(self.place, case="客户案例")
        return await self.place.capture(**{**WHO, **more})

    async def did(self, no, kind, **more):
        status, found = await self.place.api("POST", f"/leads/{no}/behaviours", kind=kind, **more)
        assert status in (200, 201), found

    async def tale(self, no):
        """What the lead's story tells of its journeys."""
        return [item["text"] for item in await self.place.story(no) if item["kind"].startswith("journey_")]

    @property
    def sent(self):
        return len(self.mail.sent)


def travelling(tmp_path, rules=PAPER, **more):
    return town(tmp_path, rules=lambda text: without_journeys(text) + rules, **more)


@pytest.mark.feature("K1")
async def test_a_lead_sets_out_by_what_it_did_and_goes_to_sales_when_nothing_comes_of_it(tmp_path, database, platform):
    async with travelling(tmp_path, database=database, platform=platform) as place:
        trip = Trip(place)
        no = await trip.lead()
        await trip.did(no, "download")
        await trip.did(no, "download")
        assert await trip.tale(no) == ["「白皮书跟进」"], "it sets out once"
        await place.until(shanghai("2026-03-20 10:19"))
        assert trip.sent == 0, "two days are two days"
        await place.until(shanghai("2026-03-21 10:01"))
        assert trip.sent == 1, "at ten, after two days"
        async with Browser(place) as page:
            told = await page.login("linda", f"/app/leads/{no}")
            assert "白皮书跟进 下一步 03-24 周二 10:00 等他打开邮件或点了邮件里的链接,最多 3 天" in told
            assert "客户案例 邮件 · 已发出" in told, "the page tells where they are, and what they were sent"
        await place.until(shanghai("2026-03-24 10:01"))
        assert (await place.lead(no))["stage"] == "mql" and trip.sent == 1
        assert await trip.tale(no) == ["「白皮书跟进」", "「白皮书跟进」发过案例没打开", "「白皮书跟进」达成目标"]


@pytest.mark.feature("K1")
@pytest.mark.platforms("wecom")
@ONE
async def test_what_was_waited_for_leads_another_way(tmp_path):
    async with travelling(tmp_path) as place:
        trip = Trip(place)
        no = await trip.lead()
        await trip.did(no, "download")
        await trip.did(no, "open")
        await place.until(shanghai("2026-03-21 12:00"))
        assert trip.sent == 1, "an open before the message is none of it"
        await trip.did(no, "open", at="2026-03-21T12:00:00+08:00", delivered_at="2026-03-21T12:00:00+08:00")
        assert "走完了" not in "".join(await trip.tale(no)), "a machine opened it"
        await trip.did(no, "click")
        found = await place.lead(no)
        assert found["stage"] == "new" and found["fields"]["tag"] == ["看过案例"]
        assert (await trip.tale(no))[-1] == "「白皮书跟进」走完了"


@pytest.mark.feature("K10")
async def test_a_claim_lets_it_rest_and_the_card_says_so(tmp_path, database, platform):
    async with travelling(tmp_path, database=database, platform=platform) as place:
        trip = Trip(place)
        no = await trip.lead()
        await trip.did(no, "download")
        await place.later(days=1)
        card = words(await place.text("wanglei", f"领取 {no}"))
        assert "白皮书跟进 已暂停:有同事在跟" in card
        await place.later(days=9)
        assert trip.sent == 0
        await place.text("wanglei", f"培育 {no} 明年才有预算")
        assert (await trip.tale(no))[-1] == "「白皮书跟进」", "it goes on"
        assert "白皮书跟进,下一步" in words(await place.text("linda", f"看 {no}"))
        await place.later(days=1)
        assert trip.sent == 0
        await place.later(days=1)
        assert trip.sent == 1, "what was left of its two days, and no more"


@pytest.mark.feature("K10")
@pytest.mark.platforms("wecom")
@ONE
async def test_an_answer_of_the_customer_lets_it_rest_until_a_person_lets_it_go_on(tmp_path):
    rules = PAPER.replace("goal: {stage: [mql]}", "goal: {stage: [won]}").replace("nurturing]", "nurturing, mql]")
    async with travelling(tmp_path, rules) as place:
        trip = Trip(place)
        no = await trip.lead()
        await trip.did(no, "download")
        await place.later(days=1)
        await trip.did(no, "reply", key="answer-1")
        assert (await trip.tale(no))[-1] == "「白皮书跟进」已暂停:客户回了消息"
        assert "白皮书跟进 已暂停:客户回了消息" in words(await place.text("chenjing", f"看 {no}"))
        await place.later(days=9)
        assert trip.sent == 0, "nobody talks past a customer who has answered"
        await place.text("chenjing", f"旅程 继续 {no}")
        await place.later(days=3)
        assert trip.sent == 1, "it goes on where it stood"


@pytest.mark.ask("AS5")
@pytest.mark.feature("K1")
@pytest.mark.platforms("wecom")
@ONE
async def test_whoever_leaves_a_segment_for_a_moment_loses_no_step(tmp_path):
    rules = PAPER.replace("only: {stage: [new, nurturing]}", "only: {own: {tag: 展会}}")
    async with travelling(tmp_path, rules) as place:
        trip = Trip(place)
        leads = [await trip.lead(phone=f"1380013800{n}", email=f"w{n}@example.com") for n in range(3)]
        for no in leads:
            await place.api("PATCH", f"/leads/{no}", fields={"tag": ["展会"]})
            await trip.did(no, "download")
        await place.later(days=1)
        for no in leads[:2]:  # the segment is built anew: for a moment nobody is in it
            await place.api("PATCH", f"/leads/{no}", fields={"tag": []})
            assert (await trip.tale(no))[-1] == "「白皮书跟进」已暂停:暂时不符合条件"
        await place.api("PATCH", f"/leads/{leads[0]}", fields={"tag": ["展会"]})
        await place.until(shanghai("2026-03-21 11:00"))
        assert trip.sent == 2, "the first went on where it stood, the second rests, the third never noticed"
        await place.api("PATCH", f"/leads/{leads[1]}", fields={"tag": ["展会"]})
        await place.later(days=2)
        assert trip.sent == 3 and len({letter.lead.no for letter in trip.mail.letters}) == 3


@pytest.mark.feature("K1")
async def test_a_sentence_is_drawn_tried_out_and_started(tmp_path, database, platform):
    async with town(tmp_path, database=database, platform=platform) as place:
        trip = Trip(place)
        await publish_texts(place, case="客户案例")
        no = await trip.lead()
        came = await place.text("linda", "旅程 新建 下载白皮书后等2天发案例,再等3天没打开就让销售联系")
        told = words(came)
        assert "② 发邮件「case」" in told and "③ 等他打开邮件或点了邮件里的链接,最多 3 天 没有→⑤" in told
        ending = ".png" if find_font() else ".svg"
        assert any(ending in repr(vars(message)) for message in came), "it is drawn"
        assert f"{no} 王建国:" in told and "什么都没有发" in told
        file = place.folder.rules.read_text("utf-8")
        told = await place.press("linda", "启动")
        assert "启动了,规则第 2 版" in words(told) and "贴到它的 journeys: 下面" in words(told)
        async with place.bot.store.read() as tx:
            running = await latest_rules(tx)
        lines = [line for line in words(told).splitlines() if line.startswith("  ")]
        pasted = re.sub("^journeys:.*$", lambda found: "\n".join([found[0], *lines]), file, flags=re.MULTILINE)
        assert len(lines) > 5 and load_rules(pasted, "rules.yaml") == load_rules(running.text, "rules.yaml")
        await place.bot.follow_rules()
        await trip.did(no, "download")
        assert await trip.tale(no) == ["「下载白皮书后等2天发案例,再等3天没打开」"]
        assert "在走 1" in words(await place.text("linda", "旅程"))
        assert "走到 s1" in words(await place.text("linda", f"旅程 {no}"))
        assert "要由主管、市场或管理员来看" in words(await place.text("wanglei", "旅程"))


@pytest.mark.feature("K1")
@pytest.mark.platforms("wecom")
@ONE
async def test_a_picture_counts_and_a_person_may_stop_it(tmp_path):
    async with travelling(tmp_path) as place:
        trip = Trip(place)
        no = await trip.lead()
        await trip.did(no, "download")
        assert "① 等 2 天,到 10:00 [到过 1,现在 1]" in words(await place.text("linda", "旅程 白皮书"))
        async with place.http.get("/api/v1/journeys/paper.svg") as answer:
            drawn = await answer.text()
            assert answer.content_type == "image/svg+xml" and "到过 1 人,现在 1 人" in drawn
        _, found = await place.api("GET", "/journeys/paper")
        assert (found["entered"], found["running"], found["steps"][0]["here"]) == (1, 1, 1)
        assert "先停下了" in words(await place.text("linda", f"旅程 暂停 {no}"))
        assert "有人按了暂停" in words(await place.text("linda", f"旅程 {no}"))
        await place.later(days=9)
        assert trip.sent == 0
        assert "接着走了" in words(await place.text("linda", f"旅程 继续 {no}"))
        assert "不再走了" in words(await place.text("linda", f"旅程 停 {no}"))
        assert (await place.api("GET", "/journeys/paper"))[1]["exited"] == 1
        assert "没有可以继续的旅程" in words(await place.text("linda", f"旅程 继续 {no}"))
