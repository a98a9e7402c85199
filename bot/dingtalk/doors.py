"""The three addresses that DingTalk calls in HTTP mode: verify, store, answer at once; a tap gets its changed card."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from bot.dingtalk.callback import EventKeys, sealed_success, verify_card, verify_event, verify_robot
from bot.dingtalk.clicks import Click, Clicks
from bot.dingtalk.intake import Intake
from bot.dingtalk.parse import PLATFORM
from bot.metrics import Metrics
from bot.platform import BadCallback
from bot.refusal import Refusals
from store import crash, inbox, outbox
from store.access import set_property
from store.db import Store

log = structlog.get_logger()

PATIENCE = 1.8  # seconds; DingTalk hangs up on an event after 2.5, on a tap after 2 (pages 事件订阅, 卡片回调)
TAP_PATIENCE = 0.9  # seconds that a tap waits for its new card
LOOK_AGAIN = 0.02
NOTHING: dict[str, Any] = {}


class Taps:
    """Answers taps of cards on both roads: waits a moment for the changed card, so that no call is spent on it."""

    def __init__(self, store: Store, intake: Intake, clicks: Clicks) -> None:
        self._store = store
        self._intake = intake
        self._clicks = clicks

    async def take(self, content: Mapping[str, Any], push: str) -> tuple[dict[str, Any], Click]:
        """Store a tap; returns what to answer, and the tap, which must be told whether the answer was written."""
        card = str(content["outTrackId"])
        click = self._clicks.begin(card)
        try:
            key, new = await self._intake.click(content, push)
            if new:
                await self._wait(key, card, click)
        finally:
            self._clicks.give_up(card, click)
        return click.card.result() if click.card.done() else NOTHING, click

    async def _wait(self, key: str, card: str, click: Click) -> None:
        """Until the card has changed, or it is clear that it will not, or the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + TAP_PATIENCE
        while loop.time() < end:
            done, _ = await asyncio.wait({click.card}, timeout=LOOK_AGAIN)
            if done:
                return
            async with self._store.read() as tx:
                if not await inbox.is_open(tx, key) and not await outbox.change_waits(tx, platform=PLATFORM, ref=card):
                    return


class DingTalkDoors:
    """POST /callback/dingtalk/robot, /events and /card."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        taps: Taps,
        *,
        secret: str,
        card_secret: str,
        events: EventKeys | None,
        metrics: Metrics,
        now: Callable[[], datetime],
        refusals: Refusals,
    ) -> None:
        self._store = store
        self._intake = intake
        self._taps = taps
        self._secret = secret
        self._card_secret = card_secret
        self._events = events
        self._metrics = metrics
        self._now = now
        self._refusals = refusals
        self._seen: dict[str, str] = {}

    def add_routes(self, app: web.Application) -> None:
        """Serve the callbacks."""
        app.router.add_post("/callback/dingtalk/robot", self.robot)
        app.router.add_post("/callback/dingtalk/events", self.events)
        app.router.add_post("/callback/dingtalk/card", self.card)

    async def robot(self, request: web.Request) -> web.StreamResponse:
        """A message to the robot: durable first, then the empty answer; what we say comes later."""
        try:
            body = await self._body(request)
            content = verify_robot(request.headers, body, secret=self._secret, now=self._now())
        except (BadCallback, web.HTTPRequestEntityTooLarge, ConnectionError, TimeoutError) as bad:
            return self._refusals.answer(PLATFORM, bad)
        return await self._kept(self._intake.robot(content), {"msgtype": "empty"}, seen="dingtalk_robot")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """An event of the organisation, or the check when the address is saved: answered with the sealed success."""
        if self._events is None:
            return web.Response(status=404)
        try:
            body = await self._body(request)
            content = verify_event(request.query, request.headers, body, keys=self._events, now=self._now())
        except (BadCallback, web.HTTPRequestEntityTooLarge, ConnectionError, TimeoutError) as bad:
            return self._refusals.answer(PLATFORM, bad)
        answer = sealed_success(self._events, now=self._now())
        return await self._kept(self._intake.event(content), answer, seen="dingtalk_events")

    async def card(self, request: web.Request) -> web.StreamResponse:
        """A tap on a card: answered with the new card where that is quick, else with nothing and an update later."""
        try:
            body = await self._body(request)
            content, push = verify_card(request.headers, body, secret=self._card_secret, now=self._now())
        except (BadCallback, web.HTTPRequestEntityTooLarge, ConnectionError, TimeoutError) as bad:
            return self._refusals.answer(PLATFORM, bad)
        try:
            answer, click = await self._taps.take(content, push)
        except Exception as error:
            return self._not_stored(error)
        written = False
        try:
            crash.point("inbox_before_answer")
            self._metrics.callback(platform=PLATFORM, outcome="accepted")
            response = web.json_response(answer)
            await response.prepare(request)
            await response.write_eof()
            written = True
        finally:
            click.end(answered=written)
        return response

    async def _body(self, request: web.Request) -> bytes:
        async with asyncio.timeout(PATIENCE):  # a body that never ends must not hold the connection
            return await request.read()

    async def _kept(self, storing: Any, answer: Mapping[str, Any], *, seen: str) -> web.Response:
        try:
            async with asyncio.timeout(PATIENCE):
                new = await storing
        except Exception as error:
            return self._not_stored(error)
        self._metrics.callback(platform=PLATFORM, outcome="accepted" if new else "repeated")
        with contextlib.suppress(Exception):  # only the doctor would miss it
            await self._note_seen(seen)
        crash.point("inbox_before_answer")
        return web.json_response(dict(answer))

    async def _note_seen(self, what: str) -> None:
        """The doctor can say when DingTalk last called; once an hour is enough."""
        hour = self._now().isoformat(timespec="hours")
        if self._seen.get(what) != hour:
            self._seen[what] = hour
            stamp = self._now().isoformat(timespec="seconds")
            await self._store.transaction(lambda tx: set_property(tx, f"{what}_seen", stamp))

    def _not_stored(self, error: Exception) -> web.Response:
        log.error("a callback could not be stored; the platform may send it again", cause=type(error).__name__)
        self._metrics.callback(platform=PLATFORM, outcome="not stored")
        return web.Response(status=503)
