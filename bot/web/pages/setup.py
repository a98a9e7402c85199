"""The settings as they stand, to be read: without any key, and with how each channel is doing."""

from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel, SecretStr

from bot.cards.asked import moment
from bot.context import Context
from bot.watch import look, told_of
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page
from bot.web.pages.visit import Visits
from config.settings import Settings
from store.members import list_everyone

PATH = "/app/setup"
CHANNELS = "/app/channels"
ROLE_LABELS = {"rep": "销售", "manager": "主管", "marketing": "市场", "admin": "管理员"}


class SetupPages:
    """GET /app/setup (administrators), GET /app/channels (leaders)."""

    def __init__(self, desk: Desk, visits: Visits, settings: Settings | None) -> None:
        self._desk = desk
        self._visits = visits
        self._settings = settings

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(PATH, self._visits.page(self.show, roles=("admin",)))
        app.router.add_get(CHANNELS, self._visits.page(self.channels, roles=("manager", "marketing", "admin")))

    async def show(self, request: web.Request, reader: Reader) -> web.Response:
        """leadbot.yaml key by key, and the members; what is secret is only said to be there."""
        async with self._desk.store.read() as tx:
            people = await list_everyone(tx)
        rows = list(_told("", self._settings)) if self._settings is not None else []
        members = [
            (one.name, one.id, ROLE_LABELS.get(one.role, one.role), one.team, one.wecom or one.dingtalk or "",
             "在职" if one.state == "active" else "已离开")
            for one in people
        ]  # fmt: skip
        return page("setup.html", reader, title="设置", path=PATH, rows=rows, members=members)

    async def channels(self, request: web.Request, reader: Reader) -> web.Response:
        """Every source: when it last brought somebody, and whether it is too quiet."""
        ctx = await self._desk.context()
        async with self._desk.store.read() as tx:
            found = await look(tx, ctx)
        rows = [(one.source, _last(one.last_at, ctx), one.missing, told_of(one, ctx), one.ill) for one in found]
        return page("channels.html", reader, title="渠道", path=CHANNELS, rows=rows)


def _last(at: Any, ctx: Context) -> str:
    return moment(at, now=ctx.now, zone=ctx.rules.zone) if at is not None else "还没有"


def _told(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """(dotted key, what stands there); a secret is 已填 or 没有填."""
    if isinstance(value, SecretStr):
        yield key, "已填(不显示)" if value.get_secret_value() else "没有填"
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _told(f"{key}.{info.alias or name}".lstrip("."), getattr(value, name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _told(f"{key}.{name}".lstrip("."), inner)
    elif isinstance(value, list | tuple):
        if value and all(isinstance(one, str | int | float) for one in value):
            yield key, "、".join(map(str, value))
        else:
            for number, inner in enumerate(value):
                yield from _told(f"{key}[{number}]", inner)
    elif value is None:
        yield key, "没有配"
    else:
        yield key, {True: "是", False: "否"}.get(value, str(value)) if isinstance(value, bool) else str(value)
