"""The numbers of a board as a file for Excel: the whole, each month, each source, each person; as exact as they are."""

import asyncio
import csv
import io
import urllib.parse
from typing import Any

from aiohttp import web

from bot.web.desk import Desk
from bot.web.pages.frame import Reader
from bot.web.pages.part import LEADERS
from bot.web.pages.span import Span, read_span
from bot.web.pages.visit import Visits
from leads.errors import NoRight, Unusable
from leads.exporting import FORMATS, mark_of
from leads.mask import said
from leads.sheet import Cell, disarm, workbook_of
from reports.numbers import figures, numbers
from store.members import list_everyone
from store.timeline import audit
from store.tx import Tx

PATH = "/app/numbers"
LABELS = {  # docs/reports.md says how each is counted
    "leads": "新增", "mql": "MQL", "sal": "已领取", "sql": "SQL", "opportunities": "商机", "customers": "新客户",
    "response_minutes": "响应(分钟)", "claim_rate": "认领率", "first_contact_rate": "首次联系率",
    "lead_to_mql": "线索到MQL", "mql_to_sal": "MQL到领取", "sal_to_sql": "领取到SQL",
    "sql_to_opportunity": "SQL到商机", "opportunity_to_won": "商机到赢单", "mql_to_sql": "MQL到SQL",
    "lead_to_sql": "线索到SQL", "lead_to_won": "线索到赢单",
    "won": "赢单", "lost": "输单", "win_rate": "赢单率", "cycle_days": "成交周期(天)", "automation_rate": "自动化率",
    "cost": "费用(元)", "cpl": "每条线索(元)", "cost_per_mql": "每条MQL(元)", "cac": "获客成本(元)", "paid": "回款(元)",
    "signed": "签约(元)", "roi": "ROI", "pipeline": "市场带来的商机(元)", "ltv": "LTV(元)",
}  # fmt: skip
GROUPS = {None: "合计", "month": "月份", "source": "来源", "rep": "成员"}


class NumbersFile:
    """POST /app/numbers."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve it."""
        app.router.add_post(PATH, self._visits.act(self.take))

    async def take(self, request: web.Request, reader: Reader) -> web.Response:
        """The file of the days and the team that the form names, within the reader's rights."""
        if reader.who.role not in LEADERS:
            raise NoRight("这些数字要由主管、市场或管理员来导出。你自己的数字在首页。")
        form = {name: str(value) for name, value in (await request.post()).items()}
        ending = form.get("format", "xlsx")
        if ending not in FORMATS:
            raise Unusable("格式只能是 xlsx 或 csv。")
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            span = await read_span(tx, form, reader.who, ctx)
            lines = await table_of(tx, span)
        mark = mark_of(reader.who, "", zone=ctx.rules.zone, now=ctx.now)
        lines.append([f"{span.label} {span.period.first} 到 {span.period.last},由{mark} 导出"])
        content = await asyncio.to_thread(_bytes, lines, ending)
        name = f"数字-{span.label}-{span.period.first}-{span.period.last}.{ending}"
        days = {"first": str(span.period.first), "last": str(span.period.last)}
        await self._desk.store.transaction(
            lambda tx: audit(tx, act="export_numbers", by=reader.who.id, subject=span.label, at=ctx.now, **days)
        )
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{urllib.parse.quote(name)}"}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)


async def table_of(tx: Tx, span: Span) -> list[list[Cell]]:
    """The headings, then a row for the whole, each month, each source and each person."""
    names = {member.id: member.name for member in await list_everyone(tx)}
    lines: list[list[Cell]] = [["按", "名称", *LABELS.values()]]
    for by, label in GROUPS.items():
        for row in await numbers(tx, span.period, by=by, team=span.team, zone=span.ctx.rules.zone):
            told: dict[str, Any] = figures(row)
            name = span.label if by is None else names.get(str(row.key), str(row.key))
            lines.append([label, said(name, reveal=False), *(told[field] for field in LABELS)])
    return lines


def _bytes(lines: list[list[Cell]], ending: str) -> bytes:
    if ending == "xlsx":
        return workbook_of(lines, sheet="数字")
    text = io.StringIO(newline="")
    rows = ([disarm(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
