"""The morning's digest: once to each on working days before work begins, with what is late, and never twice."""

import pytest

from tests.acceptance.test_conversion import deals, qualified
from tests.town import shanghai, town, words

THURSDAY, FRIDAY = "2026-03-19", "2026-03-20"


@pytest.fixture
async def acme(database, tmp_path, platform):
    rules = lambda text: text + '\ndigest: {at: "08:50"}\n'  # noqa: E731
    async with town(tmp_path, platform=platform, database=database, rules=rules) as place:
        yield place


@pytest.mark.feature("M1")
@pytest.mark.feature("H9")
@pytest.mark.only("sqlite")
async def test_each_gets_one_digest_before_work_and_a_tap_shows_the_misses(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 聊了,明天下午3点再打")
    late = await acme.mql(phone="13800138009", name="刘芳")  # nobody claims it within two hours
    await acme.until(shanghai("2026-03-18 18:30"))
    before = {user: len(acme.standin.chat(user)) for user in acme.members}
    await acme.until(shanghai(f"{THURSDAY} 08:49"))
    assert all(len(acme.standin.chat(user)) == count for user, count in before.items()), "nobody is rung at night"
    await acme.until(shanghai(f"{THURSDAY} 08:58"))
    told = {user: words(acme.standin.chat(user)[count:]) for user, count in before.items()}
    assert "日报 03-18 · 华东" in told["chenjing"] and "2 条,上期 0" in told["chenjing"]
    assert all(f"{name}" in told["chenjing"] for name in ("新增", "首跟率", "按时联系", "超时", "今日必救"))
    assert "认领率" in told["chenjing"] and "50%" in told["chenjing"] and f"救 {late}" in told["chenjing"]
    assert "渠道 03-18" in told["linda"] and "官网" in told["linda"]
    assert "今天要跟进 1 条" in told["wanglei"] and f"看 {no}" in told["wanglei"]
    assert told["zhaoqiang"] == "" or "可领取" in told["zhaoqiang"]
    await acme.press("chenjing", "点开数字")
    assert late in words(await acme.press("chenjing", "没按时领取"))
    count = len(acme.standin.chat("wanglei"))
    await acme.until(shanghai(f"{THURSDAY} 09:10"))
    assert len(acme.standin.chat("wanglei")) == count, "one message in the morning"


@pytest.mark.feature("M1")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_after_an_outage_it_comes_once_and_not_on_a_free_day(acme):
    await acme.mql()
    await acme.stop_bot()
    acme.at = shanghai(f"{FRIDAY} 09:40")
    await acme.start_bot()
    for _ in range(2):
        told = [words([message]) for message in acme.standin.chat("chenjing")]
        assert sum("日报 03-19" in text for text in told) == 1, told
        await acme.stop_bot()
        await acme.start_bot()
    before = len(acme.standin.chat("chenjing"))
    await acme.until(shanghai("2026-03-21 12:00"))  # a Saturday
    assert not [m for m in acme.standin.chat("chenjing")[before:] if "日报" in words([m])]


@pytest.mark.feature("M1", "I4")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_the_month_is_told_on_its_first_working_day_with_why_deals_were_lost(acme):
    no = await qualified(acme)
    for reason in ("价格太高", "价格太高", "选了竞品 竞品=金蝶", "预算取消", "暂缓"):
        await acme.text("wanglei", f"转商机 {no} CRM 50万 3月底 另建")
        (deal, *_) = [one for one in await deals(acme) if one["result"] == "open"]
        await acme.text("wanglei", f"输单 {deal['no']} {reason}")
    await acme.stop_bot()
    acme.at = shanghai("2026-04-01 08:45")
    await acme.start_bot()
    await acme.until(shanghai("2026-04-01 08:59"))
    (told,) = [words([m]) for m in acme.standin.chat("chenjing") if "3 月的月报" in words([m])]
    assert "月报 03-01 到 03-31" in told and "3 月输单" in told and "最多的原因:价格太高 2、" in told, told
    assert told.partition("最多的原因:")[2].splitlines()[0].count("、") == 2, "three of them"
