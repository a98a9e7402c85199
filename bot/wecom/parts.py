"""All parts of WeCom put together for one company: client, platform, entrance, callbacks, what is done later."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.door import DOOR, Door
from bot.inherit import pass_on
from bot.jobs import JobWork
from bot.metrics import Metrics
from bot.refusal import Refusals
from bot.server import WeComCallbacks, patience
from bot.wecom.callback import CallbackKeys
from bot.wecom.client import WeComAccount, WeComClient
from bot.wecom.contacts import Contacts
from bot.wecom.kf import Kf
from bot.wecom.login import WeComEntrance
from bot.wecom.menu import MENU, ask_for_menu
from bot.wecom.platform import WeCom
from bot.wecom.ways import Ways
from config.settings import WeComSettings
from store.db import Store


class WeComParts:
    """What app.py starts, serves and stops."""

    def __init__(
        self,
        settings: WeComSettings,
        store: Store,
        metrics: Metrics,
        context: Callable[[], Awaitable[Context]],
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._store = store
        self._metrics = metrics
        self._now = now
        account = WeComAccount(
            settings.corp_id, settings.agent_id, settings.secret.get_secret_value(), settings.api_base
        )  # fmt: skip
        self.client = WeComClient(account, monotonic=monotonic, on_answer=self._count_answer)
        groups = {name: key.get_secret_value() for name, key in settings.groups.items()}
        self.platform = WeCom(self.client, now=now, groups=groups)
        self.entrance = WeComEntrance(self.client, oauth_base=settings.oauth_base, sso_base=settings.sso_base)
        self._ways = Ways(store, self.client, context)
        self._contacts = Contacts(store, self.client, context)
        self._kf = Kf(store, self.client, context)

    @property
    def jobs(self) -> dict[str, JobWork]:
        """What is done later and may be tried again, by the names of the jobs."""
        return {
            "menu": self._make_menu,
            "contact_way": self._put_way,
            "contacts": self._compare,
            "inherit": self._pass_on,
            "kf": self._read_desk,
        }

    async def _make_menu(self, payload: Mapping[str, Any]) -> None:
        await self.client.menu_create(MENU)

    async def _put_way(self, payload: Mapping[str, Any]) -> None:
        await self._ways.put(str(payload["way"]))

    async def _compare(self, payload: Mapping[str, Any]) -> None:
        await self._contacts.compare()

    async def _pass_on(self, payload: Mapping[str, Any]) -> None:
        await pass_on(self._store, self.client, int(payload["bequest"]), int(payload["turn"]), now=self._now())

    async def _read_desk(self, payload: Mapping[str, Any]) -> None:
        sealed = bytes.fromhex(str(payload["token"]))
        token = self._store.keys.open(sealed, "job.kf").decode() if sealed else ""
        await self._kf.read(str(payload["account"]), token)

    def add_routes(self, app: web.Application, refusals: Refusals) -> None:
        """Serve the callbacks, the plain ones at the door."""
        keys = {
            name: CallbackKeys(
                token=callback.token.get_secret_value(),
                aes_key=callback.aes_key.get_secret_value(),
                receive_id=self._settings.corp_id,
            )
            for name, callback in self._settings.callbacks.items()
        }
        door = app[DOOR] = Door(
            patience=partial(patience, self._store), answered=partial(self._metrics.answered, method="POST")
        )
        WeComCallbacks(self._store, keys, self._metrics, self._now, refusals).add_routes(app, door)

    async def start(self) -> None:
        """Have the menu put into the app."""
        await self._store.transaction(lambda tx: ask_for_menu(tx, now=self._now()))

    async def close(self) -> None:
        """Give the connections back, after everything else has stopped."""
        await self.client.close()

    def _count_answer(self, endpoint: str, code: int) -> None:
        self._metrics.call(platform="wecom", api=endpoint, code=str(code))
