"""What a busy day asks of the store is found through indexes: no statement reads a whole table that grows."""

import re
import sqlite3

from sqlalchemy import event
from sqlalchemy.engine import Engine

from store.direct import Direct
from tests.browser import Browser
from tests.town import words

GROWS = (
    "lead", "enquiry", "identity", "timeline", "audit", "inbox", "outbox", "due", "job", "clock", "act", "draft",
    "opportunity", "payment", "quote", "sales_order", "contract", "link", "handed", "journey_run", "attachment",
    "reached", "behaviour", "company_gram",
)  # fmt: skip
REPORTS = tuple(f"/reports/numbers?from=2026-01-01&to=2026-03-31&by={by}" for by in ("", "source", "rep", "campaign"))
# A search for words in names and companies reads all leads, in a few milliseconds for each ten thousand of them.
# A merge looks through what members have done and not decided yet: a month of it is kept.
# What customers have paid to date, and how many there are, is a sum of all that ever bought. The servers' gauges
# count all messages.
# Open deals are added up by stage out of an index of their own.
MAY_SCAN = re.compile(
    r"lead\.(name|company)\)? LIKE|FROM (act|draft)\s+WHERE \2\.corp = \? AND \2\.lead_id|outbox\.state, count"
    r"|count\((reached\.won_at|DISTINCT opportunity\.lead_id)\) AS count_1\s+FROM (reached|opportunity)"
    r"|sum\((payment\.amount|reached\.paid)\) AS sum_1\s+FROM (payment|reached)|opportunity\.result = 'open'.*GROUP BY",
    re.DOTALL,
)


async def test_no_statement_of_a_day_reads_a_whole_table(acme):
    asked: dict[str, tuple[object, ...]] = {}

    def note(connection, cursor, statement, parameters, context, executemany):
        if not executemany and statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            asked.setdefault(statement, tuple(parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await a_day(acme)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    file = sqlite3.connect(acme.database.path)
    hot = acme.bot.store.prepared()
    assert len(hot) > 20, "what is asked often is prepared"
    asked |= {statement: (None,) * statement.count("?") for statement in hot}
    bad, grouped = [], 0
    for statement, parameters in asked.items():
        plan = [row[3] for row in file.execute("explain query plan " + statement, parameters)]
        if "GROUP BY substr(" in statement:
            grouped += 1
            if "TEMP B-TREE" in "".join(plan):
                bad.append(("sorted before it is counted", " ".join(statement.split())[-300:]))
        for step in plan:
            table = re.match(r"(?:SCAN|SEARCH) (\w+?)(?:_\d+)?\b", step)
            if table is None or table[1] not in GROWS or MAY_SCAN.search(statement):
                continue
            in_order = "TEMP B-TREE" not in "".join(plan) and re.search(r"LIMIT|min\(", statement)
            if step.startswith("SCAN") or (step.endswith("(corp=?)") and not in_order):
                bad.append((step, " ".join(statement.split())[-300:]))
    file.close()
    assert len(asked) > 60, "the day asked for something"
    assert grouped > 8, "reports were asked for"
    assert not bad, "\n".join(f"{step}: {statement}" for step, statement in bad)


async def test_what_is_asked_all_day_is_not_built_anew_each_time(acme):
    """A statement that is built where it is asked costs ten times what SQLite needs for it."""
    anew: list[str] = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if isinstance(connection.connection.dbapi_connection, Direct):
            anew.append(" ".join(statement.split()))

    for number in range(4):  # the third time comes after what is prepared at the second
        if number == 3:
            event.listen(Engine, "before_cursor_execute", note)
        try:
            await a_lead_comes(acme, f"1380013800{number}")
        finally:
            if number == 3:
                event.remove(Engine, "before_cursor_execute", note)
    assert not anew, "\n".join(anew)


async def a_lead_comes(acme, phone):
    """It is captured, offered, claimed (by one of two who want it), called, listed, given back, asks again, waits."""
    no = await acme.mql(phone=phone)
    assert "领取" in words(await acme.text("wanglei", f"领取 {no}"))
    assert "已被" in words(await acme.text("lina", f"领取 {no}"))
    await acme.text("wanglei", f"跟进 {no} 打通了,要报价")
    await acme.press("wanglei", "打通了")
    told = await acme.api("POST", f"/leads/{no}/followups", by="wanglei", kind="call", text="又打了一次")
    assert told[0] == 200 and told[1]["owner"] == "wanglei", "a program is answered from the writer's statements too"
    for line in ("我的", f"查重 {phone}", f"看 {no}", f"合格 {no}", f"退回 {no} 不在我的区域"):
        assert words(await acme.text("wanglei", line))
    assert await acme.mql(phone=phone) == no, "the same person asks again"
    await acme.later(hours=3)  # promises run out


async def a_day(acme):
    """Everything that reps, programs, clocks and reminders do often."""
    no = await acme.mql(submission_id="a")
    await acme.mql(submission_id="b")
    await acme.press("wanglei", "领取")
    await acme.press("wanglei", "打通了")
    await acme.text("wanglei", "刚打了,明天下午3点再打")
    await acme.press("wanglei", "保存")
    for line in ("我的", "待办", "线索池", f"看 {no}", "更多", f"历史 {no}", "查重 13800138000", f"合格 {no}", "撤销"):
        assert words(await acme.text("wanglei", line))
        await acme.later(seconds=10)
    await acme.text("wanglei", "新线索 赵敏 13900001111 想要报价")
    await acme.text("wanglei", f"转给 {no} 李娜")
    await acme.text("lina", f"退回 {no} 不在我的区域")
    await acme.text("chenjing", "超时")
    await acme.text("chenjing", "未送达")
    for line in ("日报", "漏斗 本月", "渠道 本周", "排行 本月", "上周谁退回最多"):
        assert words(await acme.text("chenjing", line))
    other = await acme.capture(name="王建国", email="wang@yunqi.cn", company="杭州云栖智能科技")
    for line in (f"对比 {no} {other}", f"合并 {no} {other}", f"撤销合并 {other}"):
        assert words(await acme.text("chenjing", line))
    await acme.capture("百度", phone="13800138000", need="再要十台")
    for path in (
        f"/leads/{no}",
        "/leads",
        "/leads?stage=mql",
        f"/leads/{no}/timeline",
        "/messages",
        "/clocks",
        *REPORTS,
    ):
        assert (await acme.api("GET", path))[0] == 200
    await pages(acme, no)
    await acme.later(days=2)
    acme.bot.schedule.hint("keeping")
    acme.bot.schedule.hint("unknown")
    await acme.settle()


async def pages(acme, no):
    """Every page is looked at by somebody who sees all, and by a rep."""
    lists = ("", "?sort=score", "?sort=next", "?due=late", "?due=today", "?open=1&sort=score", "?q=王建国")
    paths = [*(f"leads{one}" for one in lists), f"leads/{no}", "company?name=杭州云栖智能科技有限公司", "deals",
             "deals?result=won", "messages", "messages?state=sent", "channels", "imports", "rules", "exports", "",
             "boards/sources", "boards/team", "boards/sla", "boards/pipeline", "boards/journeys"]  # fmt: skip
    async with Browser(acme) as admin, Browser(acme) as rep:
        await admin.login("admin")
        await rep.login("lina")
        for path in paths:
            await admin.get(f"/app/{path}")
            assert admin.status == 200, path
        for path in ("leads", "leads?sort=score", "leads?due=late", "deals", "", "boards/sla", "boards/pipeline"):
            await rep.get(f"/app/{path}")
            assert rep.status == 200, path
