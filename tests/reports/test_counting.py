"""The nightly check puts right what differs from the stories, and an upgraded store is counted in the background."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.counting import check
from leads.reached import anew
from reports.period import DAY
from store import reached
from store.numbers import promises
from store.tables import Clock
from tests.lists import cli, csv_text, import_file
from tests.town import MQL, words

CAME = (("官网", "13800138000"), ("百度", "13800138001"))


async def row_of(store, no):
    async with store.read() as tx:
        return await reached.find_reached(tx, int(no[1:]))


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_what_differs_is_found_told_and_put_right(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 打通了,要报价")
    store, kept = acme.bot.store, await row_of(acme.bot.store, no)
    assert (kept.furthest, kept.source, kept.contact_by, kept.automated) == (2, "官网", "wanglei", 1)
    ctx = await acme.bot.context()
    assert (await store.transaction(lambda tx: check(tx, ctx, after=0)))[1] == []
    wrong = {"furthest": 5, "won_at": datetime(2026, 3, 1, tzinfo=UTC)}
    await store.transaction(lambda tx: reached.change_reached(tx, kept.lead_id, wrong))
    before = len(acme.standin.chat("admin"))
    await acme.later(hours=18)  # the night's check is among them
    assert (await row_of(store, no)).furthest == 2
    assert any("1 条线索的统计" in str(message) for message in acme.standin.chat("admin")[before:])

    stale = {"furthest": 0, "sal_at": None, "stale": True}
    await store.transaction(lambda tx: reached.change_reached(tx, kept.lead_id, stale))
    async with store.read() as tx:
        assert await reached.list_stale(tx, limit=5) == [kept.lead_id]
    await store.transaction(lambda tx: anew(tx, [kept.lead_id], ctx.calendar.worked))
    assert ((await row_of(store, no)).furthest, (await row_of(store, no)).stale) == (2, False)


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_what_was_paid_stands_in_the_row_of_whoever_has_the_deal_now(acme):
    rows = {}
    for phone, company, paid in (("13800138000", "杭州云栖", "5万"), ("13800138001", "苏州精工", "2万")):
        no = await acme.mql(phone=phone, company=company)
        await acme.text("wanglei", f"领取 {no}")
        await acme.text("wanglei", f"合格 {no}")
        told = words(await acme.text("wanglei", f"转商机 {no} CRM 50万 6月底"))
        assert f"{no} 已转商机" in told
        (deal,) = (await acme.lead(no))["opportunities"]
        await acme.text("wanglei", f"回款 {deal} {paid}")
        rows[no] = deal
    (one, first), (other, _) = rows.items()
    store = acme.bot.store
    await acme.text("wanglei", f"回款 {first} -1万 退款")

    async def paid():
        found = [await row_of(store, no) for no in (one, other)]
        ctx = await acme.bot.context()
        assert (await store.transaction(lambda tx: check(tx, ctx, after=0)))[1] == [], "as the payments say"
        return [row.paid if row is not None else None for row in found]

    assert await paid() == [4_000_000, 2_000_000]
    await acme.text("chenjing", f"合并 {one} {other}")
    assert (await paid())[0] == 6_000_000
    await acme.text("chenjing", f"撤销合并 {other}")
    assert await paid() == [4_000_000, 2_000_000]


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_promise_counts_for_the_source_that_its_lead_has_now(acme):
    nos = [await acme.capture(source, **{**MQL, "phone": phone}) for source, phone in CAME]
    for no in nos:
        await acme.text("wanglei", f"领取 {no}")
    store, ctx = acme.bot.store, await acme.bot.context()

    async def counted():
        async with store.read() as tx:
            found = await promises(tx, ctx.now - DAY, ctx.now + DAY, by="source", names=("claim",))
        assert (await store.transaction(lambda tx: check(tx, ctx, after=0)))[1] == [], "as the leads say"
        return sorted((source, held, many) for source, _, held, many in found)

    assert await counted() == [("官网", 1, 1), ("百度", 1, 1)]
    await acme.text("chenjing", f"合并 {nos[0]} {nos[1]}")
    assert await counted() == [("官网", 1, 2)]
    await acme.text("chenjing", f"撤销合并 {nos[1]}")
    assert await counted() == [("官网", 1, 1), ("百度", 1, 1)]
    await store.transaction(lambda tx: tx.run(update(Clock).where(col(Clock.corp) == "acme").values(source="展会")))
    found = (await store.transaction(lambda tx: check(tx, ctx, after=0)))[1]
    assert sorted(f"L{one}" for one in found) == sorted(nos), "the night finds what differs"
    assert await counted() == [("官网", 1, 1), ("百度", 1, 1)]


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_lead_counts_for_whoever_has_it_now_however_it_changed_hands(acme):
    """A team's numbers look only at the row that is counted: it says whose the lead is after every way to get one."""
    no, other = [await acme.capture(source, **{**MQL, "phone": phone}) for source, phone in CAME]
    free = (await row_of(acme.bot.store, no)).whose
    assert free == f":{(await acme.lead(no))['pool']}"

    async def whose(*, of=no):
        ctx = await acme.bot.context()
        assert (await acme.bot.store.transaction(lambda tx: check(tx, ctx, after=0)))[1] == [], "as the leads say"
        return (await row_of(acme.bot.store, of)).whose

    for who, line, then in (
        ("wanglei", f"领取 {no}", "wanglei"), ("wanglei", f"转给 {no} 李娜", "lina"),
        ("lina", f"退回 {no} 不在我的区域", free), ("lina", f"领取 {no}", "lina"),
        ("chenjing", f"合并 {other} {no}", "lina"), ("chenjing", f"撤销合并 {no}", "lina"),
    ):  # fmt: skip
        await acme.text(who, line)
        assert await whose() == then, line
    assert await whose(of=other) == free
    listed = csv_text(("姓名", "手机", "负责人"), ("赵敏", "13900001111", "王磊"), ("孙立", "13900001112", ""))
    assert (await import_file(acme, "list.csv", listed))["new"] == 2
    _, found = await acme.api("GET", "/leads?phone=13900001111")
    mine = found["items"][0]["no"]
    assert await whose(of=mine) == "wanglei"
    await import_file(acme, "again.csv", csv_text(("姓名", "手机", "负责人"), ("孙立", "13900001112", "李娜")))
    _, found = await acme.api("GET", "/leads?phone=13900001112")
    assert await whose(of=found["items"][0]["no"]) == (found["items"][0]["owner"] or free)
    assert (await cli("members", "leave", acme.folder.root, "wanglei"))[0] == 0
    await acme.settle()
    assert await whose(of=mine) == ((await acme.lead(mine))["owner"] or free)
