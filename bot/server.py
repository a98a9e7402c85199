"""The callback routes: verify, store, answer at once; everything else happens later, from the stored row."""

import asyncio
import contextlib
from collections.abc import Mapping

import structlog
from aiohttp import web

from bot.clock import Now
from bot.door import Door, Work
from bot.metrics import Metrics
from bot.pipeline import receive, received
from bot.platform import BadCallback
from bot.refusal import Refusals
from bot.wecom.callback import CallbackKeys, dedupe_key, echo, lane, verify, verify_plain
from store import crash
from store.access import set_property
from store.db import Store

log = structlog.get_logger()

ECHO_PATIENCE = 0.5  # seconds; WeCom wants the echo of its URL check within one (developer page 90930)
PATIENCE = 4.0  # seconds; WeCom hangs up after 5 (developer page 90930) and sends the event again
SHORT = 1.8  # seconds for a shared store: what takes longer is a lost connection, and another replica may be well
ROUTE = "/callback/wecom/{name}"


def patience(store: Store) -> float:
    """Seconds after which a platform hears that its callback could not be stored."""
    return SHORT if store.shared else PATIENCE


class WeComCallbacks:
    """GET and POST /callback/wecom/{name}: each name has its own keys."""

    def __init__(
        self,
        store: Store,
        keys: Mapping[str, CallbackKeys],
        metrics: Metrics,
        now: Now,
        refusals: Refusals,
    ) -> None:
        self._store = store
        self._keys = keys
        self._metrics = metrics
        self._now = now
        self._refusals = refusals

    def add_routes(self, app: web.Application, door: Door) -> None:
        """Serve the callbacks, the plain ones at the door."""
        app.router.add_get(ROUTE, self.check_url)
        app.router.add_post(ROUTE, self.take)
        for name, keys in self._keys.items():
            door.add(ROUTE.format(name=name), _AtTheDoor(self, keys))

    async def check_url(self, request: web.Request) -> web.Response:
        """WeCom's check when the administrator saves the URL: the decrypted echo, raw."""
        keys = self._keys.get(request.match_info["name"])
        if keys is None:
            return web.Response(status=404)
        try:
            plain = echo(request.query, keys, now=self._now())
        except BadCallback as bad:
            return self._refusals.answer("wecom", bad)
        stamp = self._now().isoformat(timespec="seconds")
        with contextlib.suppress(Exception):  # only the doctor would miss it, and WeCom gives us one second
            async with asyncio.timeout(ECHO_PATIENCE):
                await self._store.transaction(lambda tx: set_property(tx, "callback_verified", stamp))
        return web.Response(text=plain, content_type="text/plain")

    async def take(self, request: web.Request) -> web.Response:
        """An event: durable first, then 200. A wrong one is a 4xx without a row, the same for every reason."""
        keys = self._keys.get(request.match_info["name"])
        if keys is None:
            return web.Response(status=404)
        try:
            now = self._now()
            opened = verify(request.query, request.headers, await _body(request), keys=keys, now=now)
        except (BadCallback, web.HTTPRequestEntityTooLarge, ConnectionError, TimeoutError) as bad:
            return self._refusals.answer("wecom", bad)
        key, whose = dedupe_key(opened, corp=keys.receive_id), lane(opened.fields)
        try:
            async with asyncio.timeout(patience(self._store)):
                new = await receive(self._store, platform="wecom", key=key, lane=whose, body=opened.inner, now=now)
        except Exception as error:
            return web.Response(status=self.failed(error))
        return web.Response(status=self.kept(new), text="")

    def begin(self, query: bytes, body: bytes, keys: CallbackKeys) -> Work | None:
        """Store an event that came in its plain form; None: it is not plain, not right, or too many wait."""
        now = self._now()
        try:
            opened = verify_plain(query, body, keys=keys, now=now)
            if opened is None:
                return None
            key, whose = dedupe_key(opened, corp=keys.receive_id), lane(opened.fields)
            return received(self._store, platform="wecom", key=key, lane=whose, body=opened.inner, now=now)
        except Exception:  # whatever it is, the long way meets it again, and tells it
            return None

    def kept(self, new: bool) -> int:
        """The event is durable: the status that says so."""
        self._metrics.callback(platform="wecom", outcome="accepted" if new else "repeated")
        crash.point("inbox_before_answer")
        return 200

    def failed(self, error: BaseException) -> int:
        """The event could not be stored, or not in time: the status that makes the platform send it again."""
        log.error("a callback could not be stored; the platform will send it again", cause=type(error).__name__)
        self._metrics.callback(platform="wecom", outcome="not stored")
        return 503


class _AtTheDoor:
    """One callback's events in their plain form (see bot/door.py)."""

    route = ROUTE

    def __init__(self, callbacks: WeComCallbacks, keys: CallbackKeys) -> None:
        self._callbacks = callbacks
        self._keys = keys

    def begin(self, query: bytes, body: bytes) -> Work | None:
        """Store the event."""
        return self._callbacks.begin(query, body, self._keys)

    def end(self, work: Work) -> int:
        """Durable, or to be sent again."""
        error = TimeoutError() if work.cancelled() else work.exception()
        if error is not None:
            return self._callbacks.failed(error)
        crash.point("inbox_after_commit")
        return self._callbacks.kept(work.result())


async def _body(request: web.Request) -> bytes:
    """The whole body; one that never ends must not hold the connection."""
    if request.content.is_eof():  # it came with the head, as nearly all do: no need of an alarm clock
        return await request.read()
    async with asyncio.timeout(PATIENCE):
        return await request.read()
