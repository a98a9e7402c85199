"""审计: who saw a customer's data is told to leaders, to nobody else, and to programs that keep watch."""

import pytest

from tests.town import words

pytestmark = pytest.mark.feature("P5")
PHONE = "13800138000"


async def said(acme, user, text):
    return words(await acme.text(user, text))


async def test_who_looked_at_a_number_is_told_by_lead_and_by_phone(acme):
    no = await acme.mql(phone=PHONE)
    assert f"{no} 王建国" in await said(acme, "chenjing", f"审计 {no}") and "还没有人看过它" in words(
        acme.standin.chat("chenjing")[-1:]
    )
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"看 {no}")
    await acme.text("wanglei", f"电话 {no}")
    for asked in (no, PHONE):
        told = await said(acme, "chenjing", f"审计 {asked}")
        assert "今天 10:20 王磊 看了\n" in told and "王磊 看了完整号码" in told and PHONE not in told
    assert told.count("陈静 看了审计") == 2, "who asked is written down as well"


async def test_only_leaders_ask_and_only_administrators_about_a_colleague(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"看 {no}")
    for user in ("wanglei", "linda"):
        assert "审计要由主管或管理员来看" in await said(acme, user, f"审计 {no}")
    assert "只给管理员看" in await said(acme, "chenjing", "审计 王磊")
    told = await said(acme, "admin", "审计 王磊")
    assert "王磊看过、做过的" in told and f"看了 {no}" in told
    for wrong, cure in (("审计", "审计 L1024"), ("审计 13900139999", "没有找到 这个号码"), ("审计 路人甲", "没有找到")):
        assert cure in await said(acme, "admin", wrong)


@pytest.mark.platforms("wecom")
async def test_a_program_reads_all_of_it_by_subject_person_and_act(acme):
    first, other = await acme.mql(), await acme.mql(phone="13900139000", name="李敏")
    for no in (first, other):
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"看 {no}")
    await acme.text("wanglei", f"电话 {first}")
    _, page = await acme.api("GET", f"/audit?subject={first}&by=wanglei")
    assert {(one["act"], one["subject"]) for one in page["items"]} >= {("view", first), ("reveal", f"{first} phone")}
    assert all(one["by"] == "wanglei" and one["subject"].split()[0] == first for one in page["items"])
    _, page = await acme.api("GET", "/audit?act=view&limit=1")
    assert [one["subject"] for one in page["items"]] == [other] and page["next_cursor"]
    _, page = await acme.api("GET", f"/audit?act=view&limit=1&cursor={page['next_cursor']}")
    assert [one["subject"] for one in page["items"]] == [first]
