"""All parts of DingTalk put together for one company: client, intake, doors or Stream, quota."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from bot.context import Context
from bot.dingtalk.callback import EventKeys
from bot.dingtalk.client import DingTalkAccount, DingTalkClient
from bot.dingtalk.doors import DingTalkDoors, Taps
from bot.dingtalk.intake import Intake
from bot.dingtalk.login import DingTalkEntrance
from bot.dingtalk.platform import DingTalk, Manner
from bot.dingtalk.quota import Quota
from bot.dingtalk.stream import Stream
from bot.jobs import JobWork
from bot.metrics import Metrics
from bot.refusal import Refusals
from config.settings import DingTalkSettings
from store import due
from store.db import Store

log = structlog.get_logger()


class DingTalkParts:
    """What app.py starts, serves and stops."""

    def __init__(
        self,
        settings: DingTalkSettings,
        store: Store,
        metrics: Metrics,
        context: Callable[[], Awaitable[Context]],
        *,
        public_url: str,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._secret = settings.client_secret.get_secret_value()
        self._card_secret = settings.card_secret.get_secret_value()
        self._metrics = metrics
        self._store = store
        self._now = now
        self._public_url = public_url
        self.quota = Quota(
            store, {"api": settings.quota.api, "webhook": settings.quota.webhook}, metrics, context, now
        )  # fmt: skip
        self.client = DingTalkClient(
            account_of(settings),
            monotonic=monotonic,
            on_answer=lambda api, code: metrics.call(platform="dingtalk", api=api, code=code),
            on_counted=lambda: self.quota.count("api"),
            on_posted=lambda: self.quota.count("webhook"),
        )
        manner = Manner(
            template=settings.card_template_id,
            http=settings.mode == "http",
            route=self.route or "",
            groups=settings.groups,
            ding=settings.ding,
            todo=settings.todo,
            page=public_url,
        )
        self.platform = DingTalk(self.client, manner, now=now, tight=self.quota.tight)
        self.intake = Intake(
            store, settings.client_id, now,
            on_message=self.platform.sessions.remember, on_counted=lambda: self.quota.count("webhook"),
        )  # fmt: skip
        self.entrance = DingTalkEntrance(self.client, login_base=settings.login_base)
        self.taps = Taps(store, self.intake, self.platform.clicks)
        self.stream = Stream(self.client, self.intake, self.taps, metrics) if settings.mode == "stream" else None

    @property
    def route(self) -> str | None:
        """The name under which taps are to be told to us; None where the console or the Stream tells them."""
        settings = self._settings
        own = settings.mode == "http" and settings.card_template_id and not self._card_secret
        return f"leadbot-{settings.client_id}" if own else None

    async def register_route(self, payload: Mapping[str, Any]) -> None:
        """Tell DingTalk where taps go; raises the client's errors."""
        if self.route is not None:
            address = f"{self._public_url.rstrip('/')}/callback/dingtalk/card"
            await self.client.register_card_route(self.route, address, self._secret)

    @property
    def jobs(self) -> dict[str, JobWork]:
        """What is done later and may be tried again, by the names of the jobs."""
        return {"card_route": self.register_route}

    def add_routes(self, app: web.Application, refusals: Refusals) -> None:
        """Serve the callbacks (HTTP mode)."""
        if self.stream is not None:
            return
        events = self._settings.events
        keys = None
        if events is not None:
            keys = EventKeys(
                events.token.get_secret_value(), events.aes_key.get_secret_value(), self._settings.client_id
            )
        DingTalkDoors(
            self._store, self.intake, self.taps, secret=self._secret, card_secret=self._card_secret or self._secret,
            events=keys, metrics=self._metrics, now=self._now, refusals=refusals,
        ).add_routes(app)  # fmt: skip

    async def start(self) -> None:
        """Learn what was used this month, say where taps are to be told, and open the Stream."""
        await self.quota.keep()
        if self.route is not None:
            key = f"card_route:{self.route}:{self._public_url}"
            await self._store.transaction(lambda tx: due.do_once(tx, kind="card_route", key=key, now=self._now()))
        if self.stream is not None:
            self.stream.start()

    async def stop(self) -> None:
        """Hang up, then give the connections back; what was counted is kept."""
        if self.stream is not None:
            await self.stream.stop()

    async def close(self) -> None:
        """After everything else has stopped."""
        try:
            await self.quota.keep()
        except Exception as error:
            log.warning("the last counts of the quota were not kept", cause=type(error).__name__)
        await self.client.close()


def account_of(settings: DingTalkSettings) -> DingTalkAccount:
    """The app that these settings name."""
    return DingTalkAccount(
        settings.corp_id,
        settings.client_id,
        settings.client_secret.get_secret_value(),
        settings.robot_code or settings.client_id,
        settings.quota.qps,
        settings.api_base,
        settings.oapi_base,
    )
