"""A promise climbs its ladder until somebody acts, and at its end the lead has another owner."""

import re

import pytest

from tests.town import shanghai, town, words

MEMBERS = {
    "wanglei": ("王磊", "rep", "华东"),
    "lina": ("李娜", "rep", "华东"),
    "chenjing": ("陈静", "manager", "华东"),
    "zhouzong": ("周总", "manager", ""),
    "admin": ("管理员", "admin", ""),
}
LADDER = """
  first_contact:
    label: 首次联系
    within: 1d
    start: [claimed, assigned, transferred, qualified]
    stop: [followup_logged]
    steps:
      - {at: 80, tell: [owner]}
      - {at: 100, tell: [owner]}
      - {at: 200, tell: [team_lead]}
      - {at: 300, tell: [director], do: next}
"""
KEEP = """
  keep:
    label: 保留
    within: 5d
    start: [claimed, assigned, transferred]
    stop: [qualified]
    restart: [followup_logged]
    longest: 8d
    only: {grade: [A, B]}
    steps:
      - {at: 80, tell: [owner]}
      - {at: 100, tell: [team_lead], do: recycle}
"""
TURNS = "\nassignment:\n  rules:\n    - {name: 轮流, by: round_robin, team: 华东}\n"


def clocks(block, more=""):
    """The default rules with this clock instead of the first contact's."""

    def change(text):
        text, count = re.subn(r"  first_contact:.*?(?=\nfollow_up:)", block.strip("\n") + "\n", text, flags=re.DOTALL)
        assert count == 1
        return text + more

    return change


def told(place, user, part):
    """The messages in a chat with these words."""
    return [words([m]) for m in place.standin.chat(user) if part in words([m])]


@pytest.mark.feature("H6")
@pytest.mark.ask("AS19")
async def test_day_by_day_the_rep_the_lead_and_the_director_hear_and_then_the_owner_changes(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=clocks(LADDER, TURNS)) as acme:
        no = await acme.mql()  # Wednesday 10:20
        first = (await acme.lead(no))["owner"]
        other = {"wanglei": "lina", "lina": "wanglei"}[first]
        await acme.until(shanghai("2026-03-19 10:21"))
        assert len(told(acme, first, f"{no} 首次联系超时了")) == 1 and told(acme, "chenjing", "首次联系") == []
        await acme.until(shanghai("2026-03-20 10:21"))
        assert len(told(acme, "chenjing", f"{no} 首次联系超时了")) == 1 and told(acme, "zhouzong", "首次联系") == []
        assert (await acme.lead(no))["owner"] == first
        await acme.until(shanghai("2026-03-23 10:21"))
        assert len(told(acme, "zhouzong", f"{no} 首次联系超时了")) == 1
        lead = await acme.lead(no)
        assert lead["owner"] == other and lead["stage"] == "sal"
        (lost,) = told(acme, first, "已按规则收回")
        assert f"{no} 的「首次联系」超时了" in lost
        (got,) = told(acme, other, "分给你")
        assert "因规则 1「轮流」" in got
        kinds = [item["kind"] for item in await acme.story(no)]
        assert kinds.count("recycled") == 1 and kinds.count("assigned") == 2
        assert "超时" in words(await acme.text(other, f"看 {no}"))
        _, found = await acme.api("GET", "/clocks")
        states = [clock["state"] for clock in found["items"] if clock["name"] == "first_contact"]
        assert sorted(states) == ["overdue", "running"], "the breach stays on record, the new owner has a new day"


@pytest.mark.feature("H5")
@pytest.mark.ask("AS22")
async def test_only_a_real_contact_stops_the_clock(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")

    async def state():
        _, found = await acme.api("GET", "/clocks")
        return next(clock["state"] for clock in found["items"] if clock["name"] == "first_contact")

    assert (await acme.api("PATCH", f"/leads/{no}", by="wanglei", city="苏州"))[0] == 200
    await acme.api("POST", f"/leads/{no}/followups", by="wanglei", kind="note", text="资料补充完了")
    assert await state() == "running", "an edit or a note is no contact"
    await acme.later(minutes=5)
    await acme.api("POST", f"/leads/{no}/followups", by="wanglei", kind="call", text="电话通了,聊了十分钟")
    assert await state() == "met"
    card = words(await acme.text("wanglei", f"看 {no}"))
    assert re.search("首次联系[: ]做到了:今天 10:25 的电话", card), "the card says which one did"
    await acme.later(minutes=5)
    await acme.text("wanglei", f"跟进 {no} 微信上又聊了聊价格")
    assert "做到了" not in words(await acme.text("wanglei", f"看 {no}"))
    assert "时限:首次联系 做到了:今天 10:25 的电话(王磊)" in words(await acme.text("wanglei", f"为什么 {no}"))


@pytest.mark.feature("H5")
@pytest.mark.ask("AS22")
@pytest.mark.only("sqlite")
async def test_a_record_that_says_too_little_is_kept_and_stops_no_clock(tmp_path, platform):
    short = lambda text: text.replace("follow_up:", "follow_up:\n  shortest: 6", 1)  # noqa: E731
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=short) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        said = words(await acme.text("wanglei", f"跟进 {no} 聊了"))
        assert f"已记到 {no},不到 6 个字,没有算作联系" in said
        _, found = await acme.api("GET", "/clocks?state=running")
        assert [clock["name"] for clock in found["items"]] == ["first_contact"]
        assert [i["text"] for i in await acme.story(no) if i["kind"] == "followup_logged"] == ["聊了"], "it is kept"
        assert "没有算作联系" not in words(await acme.text("wanglei", f"跟进 {no} 聊了他们产线的改造"))
        _, found = await acme.api("GET", "/clocks?state=running")
        assert found["items"] == []


@pytest.mark.feature("F4", "F5")
@pytest.mark.ask("AS17")
async def test_the_card_counts_down_and_a_follow_up_a_minute_before_moves_the_date_at_once(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=clocks(KEEP)) as acme:
        no = await acme.mql()  # A: kept for five days, at most eight
        await acme.text("wanglei", f"领取 {no}")
        assert "保留 还剩 37 小时 30 分,不能再延" in words([acme.card("wanglei")]), "a contact now would change nothing"
        assert "最长到 03-30 周一 10:20" in words([acme.card("wanglei")])
        await acme.until(shanghai("2026-03-20 10:20"))
        kept = words(await acme.text("wanglei", f"看 {no}"))
        assert re.search("保留[: ]还剩 22 小时 30 分", kept), kept
        assert "跟进一次可延到 03-27 周五 10:20,最长到 03-30 周一 10:20" in kept, "whole, not cut at a row's end"
        await acme.until(shanghai("2026-03-24 10:21"))
        (warned,) = told(acme, "wanglei", f"{no} 保留时限已用 80%")
        assert "还剩" in warned
        await acme.until(shanghai("2026-03-25 10:19"))
        assert "03-27 周五 10:20" not in words([acme.card("wanglei")])
        await acme.text("wanglei", f"跟进 {no} 电话聊了,很有兴趣")
        card = words([acme.card("wanglei")])
        assert re.search(r"保留 还剩 \d+ 小时", card) and "不能再延" in card
        _, found = await acme.api("GET", "/clocks")
        keep = next(clock for clock in found["items"] if clock["name"] == "keep")
        assert keep["due_at"] == "2026-03-30T10:20:00+08:00", "eight working days from Wednesday 10:20, and no further"
        await acme.until(shanghai("2026-03-30 10:21"))
        lead = await acme.lead(no)
        assert (lead["owner"], lead["stage"]) == (None, "mql"), "it is in its pool again"
        assert "已按规则收回" in words(acme.standin.chat("wanglei"))
        offered = [text for text in told(acme, "lina", f"{no} ") if "[领取]" in text]
        assert len(offered) == 1, "somebody else may take it"
        (closed,) = told(acme, "wanglei", f"{no} 保留超时了")
        assert "已收回" in closed and "[打通了]" not in closed, "the warning's card has nothing left to press"


@pytest.mark.feature("F4")
@pytest.mark.ask("AS17")
async def test_the_rule_is_by_grade(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=clocks(KEEP)) as acme:
        no = await acme.capture(name="李小姐", phone="13900139000", need="想了解一下")
        grade = (await acme.lead(no))["grade"]
        await acme.text("wanglei", f"领取 {no}")
        assert grade in "CD" and "保留" not in words([acme.card("wanglei")])
        await acme.later(days=20)
        assert (await acme.lead(no))["owner"] == "wanglei"


PAUSED = LADDER.replace(
    "stop: [followup_logged]", "stop: [followup_logged]\n    pause: [next_step_set]\n    resume: [reminded]"
)


@pytest.mark.feature("H5")
async def test_a_paused_promise_runs_on_with_what_was_left(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=clocks(PAUSED)) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")  # Wednesday 10:20, due Thursday 10:20
        await acme.until(shanghai("2026-03-18 15:20"))  # three hours and a half have gone
        await acme.api("POST", f"/leads/{no}/followups", by="wanglei", kind="note", text="客户出差,周五上午10点再打")
        await acme.text("wanglei", f"跟进 {no} 备注 客户出差")
        await pause_until_friday(acme, no)
        _, found = await acme.api("GET", "/clocks")
        clock = next(one for one in found["items"] if one["name"] == "first_contact")
        assert clock["state"] == "running" and clock["due_at"] == "2026-03-20T15:30:00+08:00"


async def pause_until_friday(acme, no):
    status, _ = await acme.api("PATCH", f"/leads/{no}", by="wanglei", next_step_at="2026-03-20T10:00:00+08:00")
    assert status == 200
    _, found = await acme.api("GET", "/clocks?state=paused")
    assert [clock["name"] for clock in found["items"]] == ["first_contact"]
    await acme.until(shanghai("2026-03-20 10:00"))


@pytest.mark.feature("H6")
async def test_a_promise_kept_from_before_the_ladder_goes_on_by_its_own_rule(tmp_path, platform):
    async with town(tmp_path, platform=platform, members=MEMBERS, rules=clocks(LADDER, TURNS)) as acme:
        no = await acme.mql()
        owner = (await acme.lead(no))["owner"]
        await acme.text(owner, f"跟进 {no} 电话聊了")
        await acme.until(shanghai("2026-04-01 10:00"))
        assert told(acme, "chenjing", "首次联系超时") == [] and (await acme.lead(no))["owner"] == owner
