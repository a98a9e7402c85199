"""Where the provider of text messages pushes to: signed as was declared, stored before it is answered."""

from typing import Any

from aiohttp import web

from bot.channels import value_at
from bot.sms.desk import arrived
from bot.web.capture.declared import MOST, opened, params_of
from bot.web.capture.signature import is_signed
from bot.web.desk import Desk
from config.channel import Webhook
from config.road import Sms
from store import crash, inbox


def add_sms(app: web.Application, desk: Desk, settings: Sms | None) -> None:
    """Serve POST /sms/receipt and /sms/reply, as far as they are declared."""
    if settings is None or settings.push is None:
        return
    for what, declared in (("receipt", settings.receipt), ("reply", settings.reply)):
        if declared is not None:
            app.router.add_post(f"/sms/{what}", _door(desk, settings, settings.push, what))


def _door(desk: Desk, settings: Sms, push: Webhook, what: str) -> Any:
    async def take(request: web.Request) -> web.Response:
        now, body = desk.now(), await request.read()
        params = params_of(request, body)
        if not is_signed(push, headers=request.headers, params=params, body=body, now=now):
            return web.Response(status=403, text="forbidden")
        found = opened(request, params, body)
        if found is None:
            return web.Response(status=400, text="not readable")
        inner = value_at(found, push.items)
        items = inner if isinstance(inner, list) else [found if inner is None else inner]
        if len(items) > MOST:
            return web.Response(status=413, text=f"at most {MOST} at once")
        rows = arrived(settings, what, items, at=now)
        await desk.store.transaction(lambda tx: inbox.store_events(tx, rows), ordered=False)
        crash.point("inbox_after_commit")
        return web.Response(text=push.answer, content_type="application/json")

    return take
