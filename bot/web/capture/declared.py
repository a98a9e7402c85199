"""Channels that leadbot.yaml declares push here: signed as was said, stored before they are answered, once each."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web

from bot.channels import arrived, value_at
from bot.connected import arrived as connector_arrived
from bot.pipeline import receive
from bot.watch import FORGED, counted_as
from bot.web.capture.signature import is_signed
from bot.web.desk import Desk
from config.channel import Channel, Webhook
from config.connector import Connector
from store.counts import count_together
from store.inbox import Arrived

log = structlog.get_logger()

MOST = 500  # leads in one push


def add_channels(app: web.Application, desk: Desk, channels: Mapping[str, Channel]) -> None:
    """Serve POST /capture/{name} of every channel that pushes. Call it before the generic route is added."""
    for name, channel in channels.items():
        if channel.webhook is not None:
            app.router.add_post(f"/capture/{name}", _door(desk, name, partial(arrived, name, channel), channel.webhook))


def add_connectors(app: web.Application, desk: Desk, connectors: Mapping[str, Connector]) -> None:
    """Serve POST /connector/{name} of every system that pushes."""
    for name, connector in connectors.items():
        if connector.webhook is not None:
            arrive = partial(connector_arrived, name, connector, "")
            app.router.add_post(f"/connector/{name}", _door(desk, f"connector:{name}", arrive, connector.webhook))


def _door(desk: Desk, name: str, arrive: Callable[..., Arrived], webhook: Webhook) -> Any:
    async def take(request: web.Request) -> web.Response:
        now, body = desk.now(), await request.read()
        params = params_of(request, body)
        if not is_signed(webhook, headers=request.headers, params=params, body=body, now=now):
            rules = (await desk.context()).rules
            day = f"{now.astimezone(rules.zone):%Y-%m-%d}"
            await desk.store.together(count_together, (counted_as(name), day, FORGED))
            return web.Response(status=403, text="forbidden")
        found = opened(request, params, body)
        if found is None:
            return web.Response(status=400, text="not readable")
        inner = value_at(found, webhook.items)
        items = inner if isinstance(inner, list) else [found if inner is None else inner]
        if len(items) > MOST:
            return web.Response(status=413, text=f"at most {MOST} at once")
        for item in items:
            one = arrive(item, at=now)
            await receive(desk.store, platform=one.platform, key=one.key, lane=one.lane, body=one.body, now=now)
        return web.Response(text=webhook.answer, content_type="application/json")

    return take


def params_of(request: web.Request, body: bytes) -> dict[str, str]:
    """Query, form fields and the plain values of a JSON body: what is signed when parameters are sorted."""
    found = dict(request.query)
    told = opened(request, {}, body)
    if isinstance(told, dict):
        found |= {
            str(name): json.dumps(value) if isinstance(value, bool) else str(value)
            for name, value in told.items()
            if isinstance(value, str | int | float)
        }
    return found


def opened(request: web.Request, params: dict[str, str], body: bytes) -> Any:
    """The body as JSON; a form or a query as fields; None when it is neither."""
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=200))
        except ValueError:
            return None
    try:
        return json.loads(body) if body.strip() else params or None
    except (ValueError, RecursionError):
        return None
