"""练习: a newcomer walks the whole road on a lead that is nobody's, and no number of the company moves."""

import pytest

from tests.decoys import TABLES
from tests.town import words

ROOM = "acme/practice/wanglei"
REPORTS = ("numbers", "numbers?by=source", "numbers?by=rep", "numbers?by=team")


async def numbers(acme):
    """All that reports, lists and watches say of the company."""
    found = [await acme.api("GET", f"/reports/{name}") for name in REPORTS]
    found += [await acme.api("GET", path) for path in ("/leads", "/opportunities", "/clocks")]
    found.append(await acme.api("GET", "/duplicates?phone=13800138000&company=练习科技有限公司"))
    for user, word in (
        ("chenjing", "日报"),
        ("chenjing", "超时"),
        ("linda", "渠道"),
        ("lina", "线索池"),
        ("lina", "排行"),
    ):
        found.append(words(await acme.text(user, word)))
    return found


def company(acme):
    """Every row of the company, but for what came in, went out, and who practises."""
    tables = TABLES - {"inbox", "outbox", "due", "practice", "property", "usage"}
    queries = {name: f'select * from "{name}" where corp = :corp' for name in sorted(tables)}  # noqa: S608 - our tables
    return {name: sorted(map(repr, acme.database.rows(query, corp="acme"))) for name, query in queries.items()}


def left(acme, room=ROOM):
    """What lies in a room, table by table, messages aside."""
    query = (
        "select (select count(*) from lead where corp = :r) + (select count(*) from timeline where corp = :r) + "
        "(select count(*) from clock where corp = :r) + (select count(*) from member where corp = :r)"
    )
    return acme.database.rows(query, r=room)[0][0]


@pytest.mark.feature("U3")
async def test_a_new_rep_walks_the_whole_road_outside_the_reports(acme):
    real = await acme.mql(phone="13900139000", name="李建国")
    before = await numbers(acme)
    others = {user: len(acme.standin.chat(user)) for user in acme.members if user != "wanglei"}
    hello = words(await acme.text("wanglei", "你好"))
    assert "王磊,你好" in hello and "发「练习」" in hello, "offered with the first words"
    assert "发「练习」" not in words(await acme.text("wanglei", "在吗")), "once"
    rows = company(acme)
    begun = words(await acme.text("wanglei", "练习"))
    assert "只有你看得到" in begun and "第 1 步,共 4 步 · 领取" in begun and "【练习】L" in begun
    no = "L" + begun.split("【练习】L")[1].split(" ")[0]
    told = words(await acme.press("wanglei", "领取"))
    assert "第 2 步,共 4 步 · 跟进" in told
    draft = words(await acme.text("wanglei", "电话聊了,明天下午3点上门演示"))
    assert "【练习】" in draft and no in draft, "free words are about the practice lead"
    told = words(await acme.press("wanglei", "保存"))
    assert "第 3 步,共 4 步 · 合格" in told and f"或者发:合格 {no}" in told
    assert "L999999" in words(await acme.text("wanglei", "领取 L999999")), "refused as ever"
    await acme.text("wanglei", "练习")
    assert "第 4 步" in words(await acme.text("wanglei", f"合格 {no}"))
    acme.at = acme.at.replace(minute=acme.at.minute + 2)
    last = await acme.text("wanglei", f"转商机 {no} 5万 下月底")
    done = words(last)
    assert "已转商机" in done and "练完了,用了 2 分" in done
    assert all("【练习】" in words([message]) for message in last), "each message says what it is"
    assert {user: len(acme.standin.chat(user)) for user in others} == others, "nobody else heard of it"
    assert company(acme) == rows, "not one row of the company is another"
    status, _ = await acme.api("GET", f"/leads/{no}")
    assert status == 404
    _, sent = await acme.api("GET", "/messages?limit=200")
    assert real in {one["subject"] for one in sent["items"]} and no not in {one["subject"] for one in sent["items"]}
    assert await numbers(acme) == before
    await acme.later(minutes=11)
    assert left(acme) == 0, "what was practised is gone"
    assert f"{real} 已领取" in words(await acme.text("wanglei", f"领取 {real}"))


@pytest.mark.feature("U3")
@pytest.mark.only("sqlite")
async def test_a_real_lead_comes_first_and_what_was_practised_can_be_ended(acme):
    begun = words(await acme.text("lina", "新手"))
    no = "L" + begun.split("【练习】L")[1].split(" ")[0]
    real = await acme.mql(phone="13900139000", name="李建国")
    told = words(await acme.text("lina", f"领取 {real}"))
    assert f"{real} 已领取" in told and "练习停在这一步" in told
    draft = words(await acme.text("lina", "电话聊了,明天下午3点上门"))
    assert "【练习】" not in draft and real in draft, "back at work, the words are about the real lead"
    await acme.press("lina", "保存")
    back = words(await acme.text("lina", "练习"))
    assert "接着练" in back and "第 1 步" in back
    assert f"{no} 已领取" in words(await acme.text("lina", f"领取 {no}"))
    assert [item["kind"] for item in await acme.story(real)].count("followup_logged") == 1
    assert "都清掉了" in words(await acme.text("lina", "结束练习"))
    assert left(acme, "acme/practice/lina") == 0
    assert "练习已经结束了" in words(await acme.press("lina", "打通了"))
    assert "没有在练习" in words(await acme.text("lina", "结束练习"))
    await acme.text("lina", "练习")
    entered = words(await acme.text("lina", "新线索 赵敏 13900139001 想看样机"))
    assert "【练习】L" not in entered and (await acme.api("GET", "/leads?phone=13900139001"))[1]["items"], (
        "kept for real"
    )
    await acme.later(minutes=31)
    assert "先收起来了" in words(acme.standin.chat("lina")[-1:]) and left(acme, "acme/practice/lina") == 0


@pytest.mark.feature("U3")
@pytest.mark.only("sqlite")
async def test_managers_and_marketing_practise_their_own_day(acme):
    begun = words(await acme.text("chenjing", "练习"))
    assert "第 1 步,共 3 步 · 日报" in begun
    assert "第 2 步,共 3 步 · 超时" in words(await acme.text("chenjing", "日报"))
    late = words(await acme.text("chenjing", "超时"))
    assert "【练习】超时 1 条" in late and "小周" in late and "第 3 步" in late
    no = "L" + late.split("先看 L")[1].split(" ")[0]
    assert "练完了" in words(await acme.text("chenjing", f"转给 {no} 小吴"))
    assert "第 1 步,共 3 步 · 渠道" in words(await acme.text("linda", "练习"))
    told = words(await acme.text("linda", "渠道"))
    assert "官网" in told and "抖音" in told and "第 2 步" in told
    assert "名字要" in words(await acme.text("linda", "渠道 新建"))
    assert "第 3 步" in words(await acme.text("linda", "渠道 新建 抖音-练习"))
    assert "练完了" in words(await acme.text("linda", "素材"))
    assert "还没有活动" in words(await acme.text("linda", "渠道 列表")), "the company has none of it"
