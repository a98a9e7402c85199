"""Dashboards: those that everybody has, and those that people put together from the same parts, kept and shared."""

from collections.abc import Sequence

from aiohttp import web

from bot.web.desk import Desk
from bot.web.pages import flow_parts, sales_parts
from bot.web.pages.frame import Reader, page
from bot.web.pages.part import Part, Piece
from bot.web.pages.span import PRESETS, read_span
from bot.web.pages.visit import Visits
from leads.errors import NoRight, NotFound, Unusable
from leads.rights import Who
from leads.view import SHARED, forget_view, get_view, save_view
from store.view import SavedView, list_views

PATH = "/app/boards"
PARTS: dict[str, Part] = {part.name: part for part in (*flow_parts.PARTS, *sales_parts.PARTS)}
STANDARD: dict[str, tuple[str, tuple[str, ...]]] = {
    "overview": ("总览", ("figures", "trend", "funnel", "promises", "late")),
    "funnel": ("漏斗", ("funnel", "trend")),
    "sources": ("来源与回报", ("sources", "owed", "invalid")),
    "team": ("团队", ("people",)),
    "sla": ("时限", ("promises", "late", "misses")),
    "pipeline": ("商机与预测", ("forecast", "pipeline")),
    "journeys": ("培育旅程", ("journeys",)),
}
MOST = 12  # parts of one board


class BoardPages:
    """GET /app/, GET /app/boards/{name}, GET, POST /app/boards/new, POST /app/boards/{id}/drop."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get("/app/", self._visits.page(self.home))
        app.router.add_get(PATH + "/new", self._visits.page(self.put_together))
        app.router.add_post(PATH + "/new", self._visits.act(self.save))
        app.router.add_get(PATH + "/{board:[a-z]{1,20}|[0-9]{1,9}}", self._visits.page(self.show))
        app.router.add_post(PATH + "/{board:[0-9]{1,9}}/drop", self._visits.act(self.drop))

    async def home(self, request: web.Request, reader: Reader) -> web.Response:
        """The overview."""
        label, names = STANDARD["overview"]
        return await self._page(request, reader, label, names, "overview")

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """One of everybody's, or a kept one that the reader may see. Raises NotFound."""
        name = request.match_info["board"]
        if name in STANDARD:
            label, names = STANDARD[name]
            if not _for(names, reader.who):
                raise NoRight("这些数字要由主管、市场或管理员来看。你自己的数字在首页。")
            return await self._page(request, reader, label, names, name)
        if not name.isdecimal():
            raise NotFound("这个看板")
        async with self._desk.store.read() as tx:
            view = await get_view(tx, int(name), reader.who, kind="board")
        names = tuple(str(one) for one in view.body.get("parts", ()))
        return await self._page(request, reader, view.name, names, name, kept=view)

    async def _page(
        self, request: web.Request, reader: Reader, title: str, names: Sequence[str], board: str,
        *, kept: SavedView | None = None,
    ) -> web.Response:  # fmt: skip
        ctx = await self._desk.context()
        shown: list[tuple[Part, Piece]] = []
        async with self._desk.store.read() as tx:
            span = await read_span(tx, request.query, reader.who, ctx)
            for part in _for(names, reader.who):
                shown.append((part, await part.read(tx, span)))
            views = await list_views(tx, "board", reader.who.id or "", reader.who.team)
        boards = [(key, label) for key, (label, parts) in STANDARD.items() if _for(parts, reader.who)]
        mine = kept is not None and (kept.owner_id == reader.who.id or reader.who.role == "admin")
        return page(
            "board.html", reader, title=title, path="/app/", shown=shown, span=span, presets=PRESETS, boards=boards,
            views=views, board=board, kept=kept, droppable=mine,
        )  # fmt: skip

    async def put_together(self, request: web.Request, reader: Reader) -> web.Response:
        """The form: which parts, under which name, for whom."""
        parts = [(part.name, part.label) for part in _for(PARTS, reader.who)]
        return page("board_new.html", reader, title="新看板", path="/app/", parts=parts, shared=SHARED)

    async def save(self, request: web.Request, reader: Reader) -> web.Response:
        """Keep the board and open it."""
        form = await request.post()
        chosen = [part.name for part in _for([str(one) for one in form.getall("parts", [])], reader.who)]
        if not chosen:
            raise Unusable("至少勾一块,再保存。")
        if len(chosen) > MOST:
            raise Unusable(f"一个看板最多放 {MOST} 块。")
        name, shared, now = str(form.get("name", "")), str(form.get("shared", "")), self._desk.now()
        view_id = await self._desk.store.transaction(
            lambda tx: save_view(
                tx, reader.who, kind="board", name=name, shared=shared, body={"parts": chosen}, now=now
            )
        )
        return web.Response(status=303, headers={"Location": f"{PATH}/{view_id}"})

    async def drop(self, request: web.Request, reader: Reader) -> web.Response:
        """A board that nobody needs."""
        view_id = int(request.match_info["board"])
        await self._desk.store.transaction(lambda tx: forget_view(tx, view_id, reader.who, kind="board"))
        return web.Response(status=303, headers={"Location": "/app/"})


def _for(names: Sequence[str] | dict[str, Part], who: Who) -> list[Part]:
    """The parts of these names that the reader may see, each once; what is not known any more is left out."""
    found = [PARTS[name] for name in dict.fromkeys(names) if name in PARTS]
    return [part for part in found if who.role in part.roles]
