"""Files of leads: small ones at once, large ones after a manager's word; every one bears whose it is."""

import asyncio
import urllib.parse
from urllib.parse import parse_qsl

from aiohttp import web

from bot.cards.asked import moment
from bot.context import Context
from bot.handlers.exporting import PAGE, ask_for_consent, decide
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.visit import Visits
from bot.web.pages.wanted import Wanted, filters_of, read_wanted
from leads.errors import Unusable
from leads.exporting import FORMATS, FREE, MOST, ask_export, file_of, get_agreed, mark_of, may_decide, table_of
from leads.rights import Who
from store.exporting import ExportRequest, list_requests
from store.leads import count_leads, list_leads
from store.members import list_everyone
from store.timeline import audit
from store.tx import Tx

STATES = {"open": "等主管同意", "agreed": "可以下载", "refused": "没有同意"}


class ExportPages:
    """POST /app/exports, GET /app/exports, POST …/{id}/file, …/agree, …/refuse."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(PAGE, self._visits.page(self.show))
        app.router.add_post(PAGE, self._visits.act(self.take))
        app.router.add_post(PAGE + "/{id:[0-9]{1,9}}/file", self._visits.act(self.fetch))
        app.router.add_post(PAGE + "/{id:[0-9]{1,9}}/{word:agree|refuse}", self._visits.act(self.decide))

    async def take(self, request: web.Request, reader: Reader) -> web.Response:
        """The file of a list; over so many rows, a question to the manager instead."""
        form = await request.post()
        wanted = read_wanted(dict(parse_qsl(str(form.get("query", ""))[:2000])))
        ending = str(form.get("format", "xlsx"))
        if ending not in FORMATS:
            raise Unusable("格式只能是 xlsx 或 csv。")
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            rows = await count_leads(tx, *await filters_of(tx, wanted, reader.who, ctx))
        if not rows:
            raise Unusable("没有符合的线索,没有可以导出的。")
        if rows <= FREE:
            return await self._file(wanted, reader.who, ctx, ending=ending, most=FREE, no="")
        why = str(form.get("why", ""))

        async def asked(tx: Tx) -> None:
            row = await ask_export(tx, reader.who, query=wanted.query(), ending=ending, rows=rows, why=why, now=ctx.now)
            await ask_for_consent(tx, row, ctx)

        await self._desk.store.transaction(asked)
        return web.Response(status=303, headers={"Location": PAGE})

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """One's own requests, and those that wait for one's word."""
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            rows = await list_requests(tx, reader.who.id or "")
            names = {one.id: one.name for one in await list_everyone(tx)}
        shown = [_row(row, reader.who, names, ctx) for row in rows]
        return page("exports.html", reader, title="导出", path="/app/leads", rows=shown, free=FREE, most=MOST)

    async def fetch(self, request: web.Request, reader: Reader) -> web.Response:
        """The agreed file, made of what the list holds now, at most as many rows as were agreed to."""
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            row = await get_agreed(tx, int(request.match_info["id"]), reader.who, now=ctx.now)
        wanted = read_wanted(dict(parse_qsl(row.query)))
        return await self._file(wanted, reader.who, ctx, ending=row.format, most=row.rows, no=row.no)

    async def decide(self, request: web.Request, reader: Reader) -> web.Response:
        """The same as the card's buttons."""
        ctx = await self._desk.context()
        request_id, agreed = int(request.match_info["id"]), request.match_info["word"] == "agree"
        await self._desk.store.transaction(lambda tx: decide(tx, request_id, reader.who, ctx, agreed=agreed))
        return web.Response(status=303, headers={"Location": PAGE})

    async def _file(self, wanted: Wanted, who: Who, ctx: Context, *, ending: str, most: int, no: str) -> web.Response:
        mark = mark_of(who, no, zone=ctx.rules.zone, now=ctx.now)
        async with self._desk.store.read() as tx:
            found = await list_leads(tx, *await filters_of(tx, wanted, who, ctx), limit=most)
            lines = await table_of(tx, found, who, mark=mark, rules=ctx.rules)
        name, content = await asyncio.to_thread(file_of, lines, mark=mark, ending=ending)
        data = {"rows": len(found), "file": name}
        await self._desk.store.transaction(
            lambda tx: audit(tx, act="export", by=who.id, subject=no or "leads", at=ctx.now, **data)
        )
        disposition = f"attachment; filename*=UTF-8''{urllib.parse.quote(name)}"
        headers = {"Content-Disposition": disposition}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)


def _row(row: ExportRequest, who: Who, names: dict[str, str], ctx: Context) -> dict[str, object]:
    gone = row.state == "agreed" and row.until is not None and row.until < ctx.now
    return {
        "id": row.id, "no": row.no, "by": names.get(row.by, row.by), "rows": f"{row.rows:,}", "why": row.why,
        "at": moment(row.asked_at, now=ctx.now, zone=ctx.rules.zone), "mine": row.by == who.id,
        "state": "过了 24 小时" if gone else STATES.get(row.state, row.state),
        "fetch": row.by == who.id and row.state == "agreed" and not gone,
        "decide": row.state == "open" and may_decide(row, who), "approver": names.get(row.approver_id, ""),
    }  # fmt: skip
