"""The rules as they were published: every version, what each changed, and a try of the changed file in chat."""

from aiohttp import web

from bot.cards.asked import moment
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.visit import Visits
from config.difference import differences
from config.document import BadDocument
from config.rules import Rules, load_rules
from leads.errors import NotFound, Refused
from store import rulebook
from store.due import do_once
from store.members import list_everyone

PATH = "/app/rules"
ROLES = ("manager", "marketing", "admin")
SIGNS = {"+": "add", "-": "del", "~": "change"}


class RulePages:
    """GET /app/rules, GET /app/rules/{version}, POST /app/rules/try."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(PATH, self._visits.page(self.list_them, roles=ROLES))
        app.router.add_get(PATH + "/{version:[0-9]{1,9}}", self._visits.page(self.show, roles=ROLES))
        app.router.add_post(PATH + "/try", self._visits.act(self.rehearse, roles=ROLES))

    async def list_them(self, request: web.Request, reader: Reader) -> web.Response:
        """All versions, the newest first."""
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            rows = await rulebook.list_rules(tx)
            names = {one.id: one.name for one in await list_everyone(tx)}
        shown = [
            (row.version, moment(row.at, now=ctx.now, zone=ctx.rules.zone), names.get(row.by, row.by), row.note)
            for row in rows
        ]
        asked = request.query.get("asked") == "1"
        return page("rules.html", reader, title="规则", path=PATH, rows=shown, running=ctx.rules.version, asked=asked)

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """One version as it was written, and what it changed since the one before (or another one)."""
        version = int(request.match_info["version"])
        since = request.query.get("since", "")
        older = int(since) if since.isdecimal() and len(since) < 10 else version - 1
        async with self._desk.store.read() as tx:
            found, before = await rulebook.find_rules(tx, version), await rulebook.find_rules(tx, older)
            versions = [row.version for row in await rulebook.list_rules(tx)]
        if found is None:
            raise NotFound("这一版规则")
        lines = None
        if before is not None:
            lines = [str(one) for one in differences(_read(before.text, older), _read(found.text, version))]
        return page(
            "rules_version.html", reader, title=f"规则第 {version} 版", path=PATH, version=version, older=older,
            text=found.text, note=found.note, versions=versions,
            lines=None if lines is None else [(SIGNS.get(line[:1], "change"), line) for line in lines],
        )  # fmt: skip

    async def rehearse(self, request: web.Request, reader: Reader) -> web.Response:
        """试算, as in chat: the answer comes there when it is counted."""
        now, by = self._desk.now(), reader.who.id
        key = f"rehearse:{by}:{now.isoformat()}"
        await self._desk.store.transaction(
            lambda tx: do_once(tx, kind="rehearse", key=key, now=now, payload={"by": by, "key": key})
        )
        return web.Response(status=303, headers={"Location": f"{PATH}?asked=1"})


def _read(text: str, version: int) -> Rules:
    try:
        return load_rules(text, f"rules version {version}")
    except BadDocument:
        raise Refused(f"第 {version} 版是别的版本的线索助手写的,这里读不懂,比较不了。") from None
