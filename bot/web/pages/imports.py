"""Lists that were brought in: how each went, the lines to be mended, and the way back out."""

import urllib.parse

from aiohttp import web

from bot.cards.asked import moment
from bot.cards.batch import counted
from bot.context import Context
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.visit import Visits
from leads.errors import NotFound
from leads.imports.decide import IMPORTERS, STATES, get_batch, take_back
from leads.imports.returned import file_of_flaws
from leads.mask import said
from store import batches
from store.batch import ImportBatch
from store.members import list_everyone
from store.timeline import audit

PATH = "/app/imports"
ONE = PATH + "/{batch:[Ii][0-9]{1,12}}"
SHOWN = 50  # flaws on the page; the file has them all
PAGE = 30


class ImportPages:
    """GET /app/imports, GET /app/imports/I3, GET …/bad, POST …/undo."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them; the page that takes a file (/app/import/…) is opened from chat."""
        app.router.add_get(PATH, self._visits.page(self.list_them, roles=IMPORTERS))
        app.router.add_get(ONE, self._visits.page(self.show, roles=IMPORTERS))
        app.router.add_post(ONE + "/bad", self._visits.act(self.bad, roles=IMPORTERS))
        app.router.add_post(ONE + "/undo", self._visits.act(self.undo, roles=IMPORTERS))

    async def list_them(self, request: web.Request, reader: Reader) -> web.Response:
        """All batches, the newest first."""
        before = request.query.get("before", "")
        last = int(before) if before.isdecimal() and len(before) < 19 else None
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            rows = await batches.list_batches(tx, before=last, limit=PAGE + 1)
            names = {one.id: one.name for one in await list_everyone(tx)}
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        shown = [_row(row, names, ctx) for row in rows[:PAGE]]
        return page("imports.html", reader, title="导入", path=PATH, rows=shown, more=more)

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """One batch with the lines that could not be used."""
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            batch = await get_batch(tx, int(request.match_info["batch"][1:]), reader.who)
            flaws = await batches.list_flaws(tx, batch.id or 0, limit=SHOWN + 1)
            left = await batches.list_left(tx, batch.id or 0) if batch.state == "undone" else ()
            names = {one.id: one.name for one in await list_everyone(tx)}
        return page(
            "imports_batch.html", reader, title=f"导入 {batch.no}", path=PATH, batch=_row(batch, names, ctx),
            flaws=[(line, said(reason, reveal=False)) for line, reason, _ in flaws[:SHOWN]], more=len(flaws) > SHOWN,
            left=[(f"L{row.lead_id}", row.kept) for row in left],
            undoable=batch.state == "done" or (batch.state == "failed" and batch.done_line > 0),
        )  # fmt: skip

    async def bad(self, request: web.Request, reader: Reader) -> web.Response:
        """The lines to be mended, as a file of the same kind: with numbers in full, so it is written down."""
        now = self._desk.now()
        async with self._desk.store.read() as tx:
            batch = await get_batch(tx, int(request.match_info["batch"][1:]), reader.who)
            flaws = await batches.list_flaws(tx, batch.id or 0)
        made = file_of_flaws(batch.name, batch.heading, flaws)
        if made is None:
            raise NotFound("要修改的行")
        by, no = reader.who.id, batch.no
        await self._desk.store.transaction(
            lambda tx: audit(tx, act="export", by=by, subject=no, at=now, bad=len(flaws))
        )
        disposition = f"attachment; filename*=UTF-8''{urllib.parse.quote(made[0])}"
        headers = {"Content-Disposition": disposition}
        return web.Response(body=made[1], content_type="application/octet-stream", headers=headers)

    async def undo(self, request: web.Request, reader: Reader) -> web.Response:
        """Take the whole batch back, as 回滚 in chat does; how it ends is told there."""
        batch_id, now = int(request.match_info["batch"][1:]), self._desk.now()
        await self._desk.store.transaction(lambda tx: take_back(tx, batch_id, reader.who, tell=reader.who.id, now=now))
        return web.Response(status=303, headers={"Location": f"{PATH}/I{batch_id}"})


def _row(batch: ImportBatch, names: dict[str, str], ctx: Context) -> dict[str, object]:
    return {
        "no": batch.no, "name": said(batch.name, reveal=False), "state": STATES.get(batch.state, batch.state),
        "counted": counted(batch), "by": names.get(batch.by, batch.by) if batch.by else "命令行或程序",
        "at": moment(batch.created_at, now=ctx.now, zone=ctx.rules.zone), "error": said(batch.error, reveal=False),
        "skipped": batch.skipped,
    }  # fmt: skip
