"""The addresses in what we send: a link that leads where it was meant to, a picture that tells of an opening."""

import asyncio
import base64
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.context import Context
from bot.pipeline import Outcome
from bot.radar import Visit, visited
from bot.web.desk import Desk
from bot.web.form.gate import Gate
from bot.web.form.pages import filled, read, sorry_page
from bot.web.visitor import address_of
from config.telling import place_of
from store import content, page_views
from store.content import Content, ContentFile
from store.links import Link, find_link
from store.tx import Tx

log = structlog.get_logger()

PATIENCE = 3.0  # seconds until whoever follows a link is led on, noted or not
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
NOT_HERE = ("这个链接已经失效", "可能没有复制完整,或者资料已经更新。请联系给您发资料的人。")
BURST, WITHIN = 3, timedelta(seconds=1)  # so many links of one message in a second are followed by no person
REMEMBERED = 5000  # messages whose last visits are kept in mind
PREFETCHING = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
LARGEST = 4096  # bytes of what a page tells
DEVICE = re.compile(r"[0-9a-f]{16}")
MOST_SECONDS = 60  # that one report may add to a page
FILE_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; object-src 'self'"
INLINE = ("image/png", "image/jpeg", "image/webp", "application/pdf", "video/mp4")


class TrackedDoors:
    """GET /t/{token}, /o/{token}.gif, /v/{token} with its file, pages and reports."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lately: OrderedDict[str, list[tuple[datetime, str, str]]] = OrderedDict()
        self._reports = Gate(60, timedelta(minutes=1))

    def add_routes(self, app: web.Application) -> None:
        """Serve them to whoever has the address."""
        app.router.add_get("/t/{token}", self._of(("click",), self.lead_on))
        app.router.add_get("/o/{token}.gif", self.dot)
        app.router.add_get("/v/viewer.js", self.script)
        app.router.add_get("/v/{token}", self._of(("page",), self.show))
        app.router.add_get("/v/{token}/file", self._of(("page",), self.file))
        app.router.add_get("/v/{token}/page/{number:[0-9]{1,2}}", self._of(("page",), self.picture))
        app.router.add_post("/v/{token}/seen", self._of(("page",), self.report))

    def _of(self, kinds: tuple[str, ...], answer: Callable[[web.Request, Link], Awaitable[web.Response]]) -> Handler:
        async def page(request: web.Request) -> web.Response:
            async with self._desk.store.read() as tx:
                link = await find_link(tx, request.match_info["token"])
            if link is None or link.kind not in kinds:
                return sorry_page(*NOT_HERE, status=404)
            return await answer(request, link)

        return page

    async def lead_on(self, request: web.Request, link: Link) -> web.Response:
        """To the stored address and no other, whatever else the request says."""
        await self._note(request, link, "click")
        return web.Response(status=302, headers={"Location": link.url})

    async def dot(self, request: web.Request) -> web.Response:
        """The picture is the same for everybody: it tells nobody which addresses there are."""
        async with self._desk.store.read() as tx:
            link = await find_link(tx, request.match_info["token"])
        if link is not None and link.kind == "message":
            await self._note(request, link, "open")
        return web.Response(body=DOT, content_type="image/gif")

    async def show(self, request: web.Request, link: Link) -> web.Response:
        """The page of a piece; what is looked at is noted only where the reader says yes."""
        piece = await self._piece(link)
        if piece is None:
            return sorry_page(*NOT_HERE, status=410)
        await self._note(request, link, "click")
        kind = piece.file_name.rpartition(".")[2].upper() if piece.file_name else ""
        pages = range(1, len(piece.pages) + 1)
        shown = filled("view.html", token=link.token, title=piece.title, pages=pages, file=piece.file_name, kind=kind)
        shown.headers["Content-Security-Policy"] += "; connect-src 'self'"
        return shown

    async def script(self, request: web.Request) -> web.Response:
        """What counts the seconds, once the reader has agreed."""
        return web.Response(text=read("viewer.js"), content_type="text/javascript", charset="utf-8")

    async def file(self, request: web.Request, link: Link) -> web.Response:
        """The file itself."""
        return await self._served(link, 0)

    async def picture(self, request: web.Request, link: Link) -> web.Response:
        """The picture of one page."""
        number = int(request.match_info["number"])
        return await self._served(link, number) if number else sorry_page(*NOT_HERE, status=404)

    async def report(self, request: web.Request, link: Link) -> web.Response:
        """How long which page was looked at; rubbish is answered alike and changes nothing."""
        now = self._desk.now()
        if (request.content_length or LARGEST + 1) <= LARGEST and self._reports.admits(address_of(request), now=now):
            device, seconds = _reported(await request.read())
            if seconds:
                await self._desk.store.transaction(
                    lambda tx: page_views.look(tx, link.token, link.lead_id, device, seconds, now=now)
                )
        return web.Response(status=204)

    async def _piece(self, link: Link) -> Content | None:
        async with self._desk.store.read() as tx:
            piece = await content.find_piece(tx, link.url.partition("/")[0])
        today = (await self._desk.context()).today
        return piece if piece is not None and piece.is_current(today) else None

    async def _served(self, link: Link, number: int) -> web.Response:
        piece = await self._piece(link)
        found: ContentFile | None = None
        if piece is not None:
            async with self._desk.store.read() as tx:
                found = await content.find_file(tx, piece.name, piece.version, number)
        if found is None:
            return sorry_page(*NOT_HERE, status=404)
        shown = "inline" if found.kind in INLINE else "attachment"
        headers = {"Content-Disposition": shown, "Content-Security-Policy": FILE_CSP}
        return web.Response(body=found.body, content_type=found.kind, headers=headers)

    async def _note(self, request: web.Request, link: Link, kind: str) -> None:
        """A person came by, unless it is a look ahead; whoever asks is never kept waiting for our books."""
        if request.method == "HEAD" or any("prefetch" in request.headers.get(name, "") for name in PREFETCHING):
            return
        visit = Visit(kind, request.headers.get("User-Agent", "")[:300])
        now = self._desk.now()
        burst = self._others_at_once(link, visit, now) if kind == "click" else ()
        visit = Visit(kind, visit.user_agent, burst)

        async def verb(tx: Tx, ctx: Context) -> Outcome:
            return await visited(tx, link, visit, ctx)

        try:
            async with asyncio.timeout(PATIENCE):
                await self._desk.act(verb)
        except Exception as error:
            log.error("a visit was not noted", kind=kind, error=type(error).__name__, where=place_of(error))

    def _others_at_once(self, link: Link, visit: Visit, now: datetime) -> tuple[str, ...]:
        """The keys of what a program has followed, when so many links of one message are followed within a second."""
        lately = self._lately.setdefault(link.message, [])
        self._lately.move_to_end(link.message)
        if len(self._lately) > REMEMBERED:
            self._lately.popitem(last=False)
        lately[:] = [one for one in lately if timedelta(0) <= now - one[0] <= WITHIN]
        lately.append((now, link.token, visit.key(link.token, now)))
        if len({token for _, token, _ in lately}) < BURST:
            return ()
        return tuple(dict.fromkeys(key for _, _, key in lately))


def _reported(body: bytes) -> tuple[str, dict[int, int]]:
    """(device, seconds by page) of a report; nothing for what is none."""
    try:
        told = json.loads(body)
        device, pages = told["device"], told["pages"]
        if not isinstance(device, str) or DEVICE.fullmatch(device) is None or not isinstance(pages, dict):
            return "", {}
        found = {int(page): int(count) for page, count in list(pages.items())[:60] if isinstance(count, int)}
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", {}
    return device, {page: min(count, MOST_SECONDS) for page, count in found.items() if 1 <= page <= 60 and count > 0}
