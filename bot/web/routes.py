"""Everything that the server offers to programs and to operations, put onto one application."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from bot.entrance import Entrance
from bot.release import release
from bot.web.api import (
    acts,
    approvals,
    attachments,
    audit,
    calls,
    campaigns,
    chats,
    clocks,
    cohorts,
    connectors,
    consents,
    content,
    docs,
    duplicates,
    forecasts,
    imports,
    journeys,
    leads,
    members,
    messages,
    namecards,
    numbers,
    openapi,
    opportunities,
    products,
    quotes,
    reports,
    understand,
    webhooks,
)
from bot.web.api.auth import Guesses, Keyring
from bot.web.api.route import Route
from bot.web.capture import CHANNELS
from bot.web.capture.declared import add_channels, add_connectors
from bot.web.contract import add_contract
from bot.web.desk import Desk
from bot.web.edge import layer
from bot.web.form.doors import FormDoors
from bot.web.health import Health, add_health
from bot.web.pages.doors import add_pages
from bot.web.paper import add_paper
from bot.web.public import add_public
from bot.web.stop import StopDoors
from bot.web.tracked import TrackedDoors
from bot.web.upload import add_upload
from config.channel import Channel
from config.settings import Settings

ROUTES: tuple[Route, ...] = (
    *leads.ROUTES,
    *acts.ROUTES,
    *duplicates.ROUTES,
    *members.ROUTES,
    *messages.ROUTES,
    *clocks.ROUTES,
    *audit.ROUTES,
    *reports.ROUTES,
    *numbers.ROUTES,
    *cohorts.ROUTES,
    *understand.ROUTES,
    *namecards.ROUTES,
    *campaigns.ROUTES,
    *calls.ROUTES,
    *chats.ROUTES,
    *attachments.ROUTES,
    *consents.ROUTES,
    *opportunities.ROUTES,
    *forecasts.ROUTES,
    *imports.ROUTES,
    *content.ROUTES,
    *journeys.ROUTES,
    *products.ROUTES,
    *quotes.ROUTES,
    *approvals.ROUTES,
    *connectors.ROUTES,
    *webhooks.ROUTES,
    *CHANNELS,
)


def add_routes(
    app: web.Application,
    desk: Desk,
    *,
    admin_key: str,
    public_dir: Path,
    health: Health,
    channels: Mapping[str, Channel] | None = None,
    entrances: Mapping[str, Entrance] | None = None,
    settings: Settings | None = None,
) -> None:
    """Serve the programs' interface, its description, the capture channels, the health pages and the domain proofs.

    Call it before the application starts; its middleware becomes the outermost one.
    """
    app.middlewares.insert(0, layer(health.metrics))
    add_channels(app, desk, channels or {})
    add_connectors(app, desk, settings.connectors if settings is not None else {})
    keyring, guesses = Keyring(desk, admin_key), Guesses()
    for route in ROUTES:
        app.router.add_route(route.method, route.path, route.serve(desk, keyring, guesses))
    _add_documents(app)
    add_health(app, health)
    add_upload(app, desk)
    add_pages(app, desk, entrances or {}, settings)
    add_paper(app, desk)
    add_contract(app, desk)
    FormDoors(desk).add_routes(app)
    StopDoors(desk).add_routes(app)
    TrackedDoors(desk).add_routes(app)
    add_public(app, public_dir)


def _add_documents(app: web.Application) -> None:
    @functools.cache
    def written() -> tuple[str, str]:  # for whoever asks first: a start need not wait for it
        described = openapi.document(ROUTES, version=release())
        return json.dumps(described, ensure_ascii=False, indent=1), docs.page(described)

    async def openapi_json(request: web.Request) -> web.Response:
        return web.Response(text=written()[0], content_type="application/json")

    async def docs_html(request: web.Request) -> web.Response:
        return web.Response(text=written()[1], content_type="text/html")

    async def docs_css(request: web.Request) -> web.Response:
        return web.Response(text=docs.STYLE, content_type="text/css")

    app.router.add_get("/api/openapi.json", openapi_json)
    app.router.add_get("/api/docs", docs_html)
    app.router.add_get("/api/docs.css", docs_css)
