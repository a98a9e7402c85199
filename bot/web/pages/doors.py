"""Everything below /app that members look at, put onto one application."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from bot.entrance import Entrance
from bot.web.desk import Desk
from bot.web.pages.boards import BoardPages
from bot.web.pages.company import CompanyPages
from bot.web.pages.contents import ContentPages
from bot.web.pages.deals import DealPages
from bot.web.pages.exports import ExportPages
from bot.web.pages.frame import Reader
from bot.web.pages.imports import ImportPages
from bot.web.pages.journeys import JourneyPages
from bot.web.pages.lead import LeadPages
from bot.web.pages.lists import ListPages
from bot.web.pages.login import LoginDoors
from bot.web.pages.messages import MessagePages
from bot.web.pages.numbers_file import NumbersFile
from bot.web.pages.rules import RulePages
from bot.web.pages.setup import SetupPages
from bot.web.pages.visit import Visits
from bot.web.pages.webhooks import WebhookPages
from config.settings import Settings
from leads.errors import NotFound

HERE = Path(__file__).parent
PAGES = (
    BoardPages, JourneyPages, ListPages, LeadPages, CompanyPages, DealPages, ExportPages, MessagePages, RulePages,
    ImportPages, ContentPages, WebhookPages, NumbersFile,
)  # fmt: skip
VENDOR = ("echarts.js", "dingtalk.js")  # made by others
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def add_pages(app: web.Application, desk: Desk, entrances: Mapping[str, Entrance], settings: Settings | None) -> None:
    """Serve the pages; `entrances` are the chat tools that vouch for members."""
    public_url = settings.server.public_url if settings is not None else ""
    visits = Visits(desk, public_url)
    app.router.add_get("/app/asset/{name:[a-z_]{1,30}\\.(?:css|js|svg)}", _asset)
    SetupPages(desk, visits, settings).add_routes(app)
    for pages in PAGES:
        pages(desk, visits).add_routes(app)
    LoginDoors(desk, visits, entrances, public_url).add_routes(app)
    app.router.add_get("/app", _in)
    app.router.add_get("/app/{rest:.*}", visits.page(_nowhere))


async def _in(request: web.Request) -> web.Response:
    """Whoever types the address without its last stroke gets there all the same."""
    return web.Response(status=303, headers={"Location": "/app/"})


async def _nowhere(request: web.Request, reader: Reader) -> web.Response:
    raise NotFound("这一页")


async def _asset(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    path = HERE / ("vendor" if name in VENDOR else "asset") / name
    if not path.is_file():
        raise web.HTTPNotFound
    content = await asyncio.to_thread(path.read_text, "utf-8")
    kept = "max-age=86400" if name in VENDOR else "max-age=300"  # seconds
    kind = TYPES[name.rpartition(".")[2]]
    return web.Response(
        text=content,
        content_type=kind,
        charset="utf-8",
        headers={"Cache-Control": kept},
    )
