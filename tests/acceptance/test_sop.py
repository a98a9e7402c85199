"""What to send to whom when: at ten o'clock one list, the texts ready; all sent, one opened, or skipped."""

import pytest

from leads.stop import stop
from tests.customers import publish_texts, without_journeys
from tests.town import shanghai, town, words

SOP = """
nurture: {caps: {}, all_channels: {per_day: 9, per_week: 99}}
journeys:
  new:
    label: 新客跟进
    start: {stage: [sal]}
    owned: true
    steps:
      - {wait: 1h, at: "10:00"}
      - {send: hand, content: manual, topic: service}
"""


@pytest.mark.feature("K9")
async def test_at_ten_one_list_holds_eight_people_with_their_texts(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=lambda text: without_journeys(text) + SOP) as place:
        await publish_texts(place, manual="产品手册")
        leads = [await place.capture(name=f"客户{n}", phone=f"1380013800{n}") for n in range(8)]
        for no in leads:
            await place.text("wanglei", f"领取 {no}")
        await place.until(shanghai("2026-03-19 10:00"))
        await place.later(seconds=5)
        before = len(place.standin.chat("wanglei"))
        await place.later(minutes=2)
        (card,) = place.standin.chat("wanglei")[before:]
        told = words([card])
        assert "8 位客户等你亲自发" in told and f"{leads[0]} 客户0:产品手册" in told and f"{leads[7]} 客户7" in told
        await place.bot.store.transaction(
            lambda tx: stop(tx, int(leads[7][1:]), way="chat", rules=place.bot.rulebook.running(place.at).rules,
                            now=place.at)
        )  # fmt: skip
        one = words(await place.press("wanglei", "一条条看"))
        assert "跳过" in one and f"{leads[0]}" in one and "产品手册在这里" in one
        assert "这条不发了" in words(await place.press("wanglei", "跳过"))
        texts = words(await place.press("wanglei", "要全部文字"))
        assert texts.count("产品手册在这里") == 6 and f"{leads[7]} 别发了" in texts
        assert "记下了,6 位都发过了" in words(await place.press("wanglei", "都发了"))
        for number, no in enumerate(leads):
            kinds = [item["kind"] for item in await place.story(no)]
            assert kinds.count("letter_sent") == (1 if 0 < number < 7 else 0), no
        assert "都处理过了" in words(await place.press("wanglei", "都跳过"))
