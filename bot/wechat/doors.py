"""GET and POST /callback/wechat/{name}: verify, store, answer at once, as WeCom's callbacks are (page 2 of both)."""

import asyncio
import hashlib
import json
from collections.abc import Mapping

import structlog
from aiohttp import web

from bot.clock import Now
from bot.metrics import Metrics
from bot.pipeline import receive
from bot.platform import BadCallback
from bot.refusal import Refusals
from bot.server import patience
from bot.wechat.callback import AccountKeys, dedupe_key, echo, verify
from bot.wecom.flat import flat_xml
from config.settings import OfficialAccount
from store.db import Store

log = structlog.get_logger()

BODY = 4.0  # seconds for a body; WeChat hangs up after five


def keys_of(accounts: Mapping[str, OfficialAccount]) -> dict[str, AccountKeys]:
    """The keys of the accounts that are set up, by their names."""
    return {
        name: AccountKeys(
            one.app_id, one.token.get_secret_value(), one.aes_key.get_secret_value() if one.aes_key else None
        )
        for name, one in accounts.items()
    }


class WeChatCallbacks:
    """The official accounts' callbacks: each name has its own keys."""

    def __init__(
        self, store: Store, keys: Mapping[str, AccountKeys], metrics: Metrics, now: Now, refusals: Refusals
    ) -> None:
        self._store = store
        self._keys = keys
        self._metrics = metrics
        self._now = now
        self._refusals = refusals

    def add_routes(self, app: web.Application) -> None:
        """Serve the callbacks."""
        app.router.add_get("/callback/wechat/{name}", self.check_url)
        app.router.add_post("/callback/wechat/{name}", self.take)

    async def check_url(self, request: web.Request) -> web.Response:
        """WeChat's check when the administrator saves the URL."""
        keys = self._keys.get(request.match_info["name"])
        if keys is None:
            return web.Response(status=404)
        try:
            return web.Response(text=echo(request.query, keys, now=self._now()), content_type="text/plain")
        except BadCallback as bad:
            return self._refusals.answer("wechat", bad)

    async def take(self, request: web.Request) -> web.Response:
        """What a follower did: durable first, then `success`. A wrong one is a 4xx without a row."""
        name = request.match_info["name"]
        keys = self._keys.get(name)
        if keys is None:
            return web.Response(status=404)
        now = self._now()
        try:
            async with asyncio.timeout(BODY):
                body = await request.read()
            inner = verify(request.query, request.headers, body, keys=keys, now=now)
        except (BadCallback, web.HTTPRequestEntityTooLarge, ConnectionError, TimeoutError) as bad:
            return self._refusals.answer("wechat", bad)
        who = hashlib.sha256(flat_xml(inner, depth=8)["FromUserName"].encode()).hexdigest()[:32]
        told = {"account": name, "at": now.isoformat(), "xml": inner.decode("utf-8")}
        row = json.dumps(told, ensure_ascii=False).encode()
        try:
            async with asyncio.timeout(patience(self._store)):
                new = await receive(
                    self._store, platform="wechat", key=dedupe_key(name, inner), lane=f"wechat:{who}", body=row,
                    now=now,
                )  # fmt: skip
        except Exception as error:
            log.error("a callback could not be stored; the platform will send it again", cause=type(error).__name__)
            self._metrics.callback(platform="wechat", outcome="not stored")
            return web.Response(status=503)
        self._metrics.callback(platform="wechat", outcome="accepted" if new else "repeated")
        return web.Response(text="success")
