"""Several pools, each with its own way: who may take, when again, how many may be looked at; and no way around it."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from store.office import AuditItem
from tests.town import shanghai, town, words


def pools(text_of_public="", more="", claims=""):
    """The default rules with keys for the public pool, further pools, other claim limits."""

    def change(text):
        text = text.replace("    default: true\n", f"    default: true\n{text_of_public}{more}", 1)
        return text.replace("  per_day: 50", claims or "  per_day: 50", 1)

    return change


WEST = "  west: {label: 华东线索池, teams: [华东]}\n"


@pytest.mark.feature("F2", "F3")
async def test_claim_and_release_ten_times_still_uses_ten_claims_and_the_refusal_says_when_it_lifts(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=pools(claims="  per_day: 10")) as acme:
        no = await acme.mql()
        for _ in range(10):
            assert (await acme.api("POST", f"/leads/{no}/claim", by="wanglei"))[0] == 200
            assert (await acme.api("POST", f"/leads/{no}/release", by="wanglei", reason="再想想"))[0] == 200
            await acme.later(minutes=2)
        status, refused = await acme.api("POST", f"/leads/{no}/claim", by="wanglei")
        assert (status, refused["code"]) == (409, "claim_limit")
        assert refused["lifts_at"].startswith("2026-03-19T10:20") or "2026-03-19T02:20" in refused["lifts_at"]
        assert "24 小时内最多领 10 条,03-19 10:20 之后再领" in words(await acme.text("wanglei", f"领取 {no}"))


@pytest.mark.feature("F2")
async def test_who_gave_a_lead_up_waits_before_taking_it_again(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=pools("    cool_down: 3d\n")) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"退回 {no} 三次没人接")
        refused = words(await acme.text("wanglei", f"领取 {no}"))
        assert "刚从你手上离开" in refused and "03-21 10:20 之后可以领" in refused
        await acme.until(shanghai("2026-03-21 10:21"))
        assert "已领取" in words(await acme.text("wanglei", f"领取 {no}"))


@pytest.mark.feature("F2", "F3")
async def test_a_new_lead_is_frozen_from_its_first_enquiry_and_an_edit_does_not_reset_it(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=pools("    freeze: 2h\n")) as acme:
        no = await acme.mql()
        assert "12:20 之后可以领" in words(await acme.text("wanglei", f"领取 {no}"))
        await acme.until(shanghai("2026-03-18 12:00"))
        await acme.api("PATCH", f"/leads/{no}", by="admin", city="苏州")
        await acme.until(shanghai("2026-03-18 12:21"))
        assert "已领取" in words(await acme.text("wanglei", f"领取 {no}"))


@pytest.mark.feature("F6")
@pytest.mark.ask("AS18")
async def test_giving_back_shows_the_pools_the_meant_one_first_and_the_lead_goes_there(tmp_path, platform):
    more = WEST + "  north: {label: 华北线索池, teams: [华北]}\n"
    async with town(tmp_path, platform=platform, rules=pools(more=more)) as acme:
        no = await acme.mql()
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"退回 {no}")
        card = words([acme.card("wanglei")])
        if platform == "wecom":
            assert "[退到公共线索池]\n[退到华东线索池]\n[退到华北线索池]" in card
        else:  # a list with buttons is a row of buttons there, the meant pool first
            assert card.index("[不在我的区域·退到公共线索池]") < card.index("[不在我的区域·退到华东线索池]")
        if platform == "wecom":
            await acme.press("wanglei", "退到华北线索池", reason="不在我的区域")
        else:  # a list of DingTalk's is a row of buttons: another pool is named in words
            await acme.text("wanglei", f"退回 {no} 到华北线索池 不在我的区域")
        lead = await acme.lead(no)
        assert (lead["owner"], lead["pool"]) == (None, "north")
        assert f"{no} " in words(await acme.text("zhaoqiang", "线索池"))
        assert "没有找到" in words(await acme.text("lina", f"看 {no}"))
        await acme.text("zhaoqiang", f"领取 {no}")
        assert "已退回华东线索池,原因:弄错了" in words(await acme.text("zhaoqiang", f"退回 {no} 到华东线索池 弄错了"))
        assert (await acme.lead(no))["pool"] == "west"


@pytest.mark.feature("F6")
@pytest.mark.ask("AS18")
async def test_a_free_lead_is_moved_to_another_pool_by_whoever_leads_both_and_offered_there(tmp_path, platform):
    more = "  north: {label: 华北线索池, teams: [华北]}\n  west: {label: 华东线索池, teams: [华东]}\n"
    async with town(tmp_path, platform=platform, rules=pools("    teams: [华东]\n", more)) as acme:
        no = await acme.mql()
        assert no in words(acme.standin.chat("wanglei")) and no not in words(acme.standin.chat("zhaoqiang"))
        assert "要由管这两个线索池的主管" in words(await acme.text("wanglei", f"退回 {no} 到华东线索池"))
        assert "要由管这两个线索池的主管" in words(await acme.text("chenjing", f"退回 {no} 到华北线索池"))
        assert (await acme.lead(no))["pool"] == "public", "a team's manager gives nothing away"
        told = words(await acme.text("linda", f"退回 {no} 到华北线索池 客户在北京"))
        assert f"{no} 从公共线索池换到华北线索池了" in told and f"退回 {no} 到公共线索池" in told
        assert (await acme.lead(no))["pool"] == "north"
        assert "[领取]" in words(acme.standin.chat("zhaoqiang")) and no in words(acme.standin.chat("zhaoqiang"))
        assert "[领取]" not in words(acme.standin.chat("wanglei")), "it is not theirs to take any more"
        assert "线索池:华北线索池,林达换到这里的" in words(await acme.text("admin", f"为什么 {no}"))
        assert "已经在华北线索池里了" in words(await acme.text("linda", f"退回 {no} 到华北线索池"))
        await acme.text("zhaoqiang", f"领取 {no}")
        assert (await acme.lead(no))["owner"] == "zhaoqiang"


@pytest.mark.feature("F6")
async def test_a_pool_that_only_managers_give_from_cannot_be_claimed_from(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=pools("    claim: false\n")) as acme:
        no = await acme.mql()
        assert "由主管分配,不能自己领取" in words(await acme.text("wanglei", f"领取 {no}"))
        assert "[领取]" not in words(acme.standin.chat("wanglei"))
        assert "[指派]" in words(acme.standin.chat("chenjing")) and f"{no} " in words(acme.standin.chat("chenjing"))
        assert "已转给李娜" in words(await acme.text("chenjing", f"转给 {no} 李娜"))


@pytest.mark.feature("F8")
async def test_the_third_pool_lead_opened_today_is_refused_and_tomorrow_it_is_not(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=pools("    views_per_day: 2\n")) as acme:
        nos = [await acme.mql(phone=f"1390013900{n}", name=f"客户{n}") for n in range(3)]
        for no in (nos[0], nos[1], nos[0]):
            assert "今日查看已满" not in words(await acme.text("wanglei", f"看 {no}"))
        refused = words(await acme.text("wanglei", f"看 {nos[2]}"))
        assert "今日查看已满(公共线索池一天看 2 条),明天 00:00 再看" in refused and "客户2" not in refused
        await acme.text("wanglei", f"领取 {nos[2]}")
        assert "客户2" in words(await acme.text("wanglei", f"看 {nos[2]}")), "one's own lead may always be seen"
        await acme.until(shanghai("2026-03-19 00:01"))
        assert "今日查看已满" not in words(await acme.text("wanglei", f"看 {nos[1]}"))


@pytest.mark.feature("F7")
async def test_the_number_is_masked_before_the_claim_and_its_reveal_is_logged(acme):
    no = await acme.mql()
    before = words(acme.standin.chat("wanglei"))
    assert "138****8000" in before and "13800138000" not in before
    await acme.text("wanglei", f"领取 {no}")
    assert "13800138000" in words([acme.card("wanglei")])
    async with acme.bot.store.read() as tx:
        rows = await tx.all(select(AuditItem).where(col(AuditItem.corp) == tx.corp, col(AuditItem.act) == "reveal"))
    assert [(row.by, row.subject) for row in rows] == [("wanglei", no)]


@pytest.mark.feature("G7")
async def test_equal_follow_ups_are_no_contact_the_rep_hears_first_and_the_manager_one_line(acme):
    nos = [await acme.mql(phone=f"1390013901{n}", name=f"客户{n}") for n in range(10)]
    for no in nos:
        await acme.api("POST", f"/leads/{no}/claim", by="wanglei")
    for no in nos[:5]:
        await acme.text("wanglei", f"跟进 {no} 已联系")
    assert "5 条一样的跟进,先不算联系过客户" in words(acme.standin.chat("wanglei"))
    assert "一样的跟进" not in words(acme.standin.chat("chenjing"))
    for no in nos[5:]:
        await acme.text("wanglei", f"跟进 {no} 已联系")
    told = [words([m]) for m in acme.standin.chat("chenjing") if "一样的跟进" in words([m])]
    assert len(told) == 1 and "王磊 10 分钟里记了 10 条一样的跟进,没有算作联系" in told[0]
    _, found = await acme.api("GET", "/clocks?limit=100")
    running = {c["lead"] for c in found["items"] if c["name"] == "first_contact" and c["state"] == "running"}
    assert running == set(nos[4:]), "the first four count, the equal ones after them do not stop the clock"
