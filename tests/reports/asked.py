"""A manager asks for everything about some days: in chat, on pages, in files, through the interface."""

import csv
import html
import io
import re
from typing import Any

from tests.browser import Browser
from tests.reports.surfaces import (
    FORECAST,
    channel_card,
    day_card,
    detail_card,
    forecast_card,
    funnel_card,
    more_card,
    owed_card,
    page_parts,
    ranking_card,
    weekly_card,
)
from tests.reports.telling import Told
from tests.town import Town, words

BEHIND = {"新增": "leads", "没按时领取": "late.claim", "没按时联系": "late.first_contact", "赢单": "behind.won"}
BEHIND_MORE = {"MQL": "mql", "SQL": "sql", "商机": "opportunities", "输单": "behind.lost", "回款": "behind.paid"}


async def opened(acme: Town, user: str, surface: str, text: str, names: dict[str, str]) -> list[Told]:
    """How many leads each button of a card of numbers leads to."""
    told = []
    for label in re.findall(r"^\[(.+)\]$", text, re.MULTILINE):
        number = names.get(label.split(" ")[0])
        if number is not None:
            answer = words(await acme.press(user, label))
            found = re.search(r"共 (\d+) 条", answer)
            assert found is not None, f"[{label}] answered: {answer}"
            told.append(Told(f"{surface} [{label}]", number, None, found[1]))
    assert len(told) == len(names), text
    return told


async def chat(acme: Town, user: str, days: str, sources: list[str], names: dict[str, str]) -> list[Told]:
    """All that a manager can ask about some days, in words."""
    who = f"of {user}, {days}"
    team = acme.members[user][2]
    named = f"{days} {team}".strip()
    told = [*day_card(f"日报 {who}", words((await acme.text(user, f"日报 {days}"))[:1]))]
    detail = words(await acme.press(user, "点开数字"))
    told += detail_card(f"数字明细 {who}", detail)
    told += await opened(acme, user, f"数字明细 {who}", detail, BEHIND)
    more = words(await acme.press(user, "更多数字"))
    told += more_card(f"更多数字 {who}", more)
    told += await opened(acme, user, f"更多数字 {who}", more, BEHIND_MORE)
    told += funnel_card(f"漏斗 {who}", words((await acme.text(user, f"漏斗 {days}"))[:1]))
    told += ranking_card(f"排行 {who}", words(await acme.text(user, f"排行 {days}")), names)
    if days == "今天":  # no promise is older than today, so the week's are the same
        told += weekly_card(f"周报 {who}", words(await acme.text(user, "周报")), names)
    await acme.later(minutes=2)  # nobody is sent more than so many messages a minute
    told += forecast_card(f"预测 {who}", words(await acme.text(user, "预测")), names)
    told += channel_card(f"渠道 {who}", words(await acme.text(user, f"渠道 {named}")), sources)
    told += owed_card(f"归因 {who}", words(await acme.text(user, f"归因 {named}")), sources, "signed")
    told += owed_card(f"回款归因 {who}", words(await acme.press(user, "看回款")), sources, "paid")
    return told


async def boards(page: Browser, query: str, names: dict[str, str]) -> list[Told]:
    """Every board of a reader about some days."""
    told: list[Told] = []
    for board in ("overview", "funnel", "sources", "team", "sla", "pipeline"):
        await page.get(f"/app/boards/{board}?{query}")
        assert page.status == 200, page.text
        told += page_parts(f"page {board}", page, names)
    return told


async def rest(acme: Town, query: str) -> list[Told]:
    """GET /reports/numbers, /reports/funnel and /reports/attribution."""
    told: list[Told] = []
    for by in ("", "source", "rep"):
        status, found = await acme.api("GET", f"/reports/numbers?{query}&by={by}")
        assert status == 200, found
        for row in found["rows"]:
            for name, value in row.items():
                if name not in ("key", "name") and not (by == "rep" and value is None):
                    told.append(Told(f"REST by {by or 'nothing'}", name, row["key"], repr(value)))
    _, found = await acme.api("GET", "/forecast")
    for row in found["rows"]:
        team = acme.members[row["key"]][2] if row["key"] else None
        if "&team=" not in query or query.endswith(f"&team={team}"):
            told += [Told("REST forecast", f"forecast.{name}", row["key"], repr(row[name]))
                     for name in (*FORECAST.values(), "unknown", "target")]  # fmt: skip
    _, found = await acme.api("GET", f"/reports/funnel?{query}")
    for row in found["rows"]:
        told += [Told("REST funnel", f"{name}.{row['stage']}", None, repr(row[field]))
                 for name, field in (("cohort", "count"), ("share", "share"), ("stay", "days"))
                 if (name, row["stage"]) != ("share", "leads")]  # fmt: skip
    _, found = await acme.api("GET", f"/reports/attribution?{query}")
    for row in found["rows"]:
        told += [Told("REST attribution", f"{what}.{model}", row["key"], repr(row[what][model]))
                 for what in ("signed", "paid") for model in ("first", "last", "linear")]  # fmt: skip
    return told


GROUPS = {"合计": None, "来源": None, "成员": None}
HEADINGS = {
    "新增": "leads", "MQL": "mql", "已领取": "sal", "SQL": "sql", "商机": "opportunities", "新客户": "customers",
    "响应(分钟)": "response_minutes", "认领率": "claim_rate", "首次联系率": "first_contact_rate",
    "线索到MQL": "lead_to_mql", "MQL到SQL": "mql_to_sql", "SQL到商机": "sql_to_opportunity",
    "商机到赢单": "opportunity_to_won", "赢单": "won", "输单": "lost", "赢单率": "win_rate",
    "成交周期(天)": "cycle_days", "自动化率": "automation_rate", "费用(元)": "cost", "每条线索(元)": "cpl",
    "每条MQL(元)": "cost_per_mql", "获客成本(元)": "cac", "回款(元)": "paid", "签约(元)": "signed", "ROI": "roi",
    "市场带来的商机(元)": "pipeline", "LTV(元)": "ltv",
}  # fmt: skip


async def numbers_file(page: Browser, days: dict[str, str], ending: str, names: dict[str, str]) -> list[Told]:
    """The numbers of a board as a file."""
    rows = await taken(page, "/app/numbers", ending, **days)
    members = {name: member for member, name in names.items()}
    heads, told = rows[0], []
    for row in rows[1:-1]:
        if row[0] in GROUPS:
            key = None if row[0] == "合计" else members.get(row[1], row[1])
            cells = zip(heads[2:], row[2:], strict=True)
            told += [
                Told(f"file {ending} {row[0]}", HEADINGS[head], key, "None" if cell in (None, "") else str(cell))
                for head, cell in cells
                if head in HEADINGS and not (row[0] == "成员" and cell in (None, ""))
            ]
    return told


async def exported(page: Browser, query: str, ending: str) -> int:
    """How many leads the file of a list holds."""
    rows = await taken(page, "/app/exports", ending, query=query)
    return max(len(rows) - 2, 0)  # its headings, and whose file it is


async def exported_view(page: Browser, query: str, ending: str) -> int:
    """The same of filters that were kept as a view, opened, and taken along from there."""
    await page.post("/app/views", "/app/leads", query=query, name="看一眼", shared="own")
    view = re.findall(r"/app/views/\d+", page.html)[-1]
    await page.get(view)
    kept = re.search(r'name="query" value="([^"]+)"', page.html)
    assert kept is not None, page.text
    rows = await exported(page, html.unescape(kept[1]), ending)
    await page.post(f"{view}/drop", "/app/leads")
    return rows


async def taken(page: Browser, path: str, ending: str, **fields: str) -> list[Any]:
    """The rows of a file that a form of ours gives; [] where there is nothing to take."""
    await page.get("/app/leads")
    data = {"csrf": page.csrf, "format": ending, **fields}
    answer = await page.http.post(page.base + path, data=data, headers={"Origin": page._public})
    content = await answer.read()
    if "没有可以导出的" in content.decode(errors="replace"):
        return []
    assert answer.status == 200, content.decode()
    if ending == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    from openpyxl import load_workbook

    return list(load_workbook(io.BytesIO(content)).active.values)
