"""Channel codes on WeCom: made once, changed in place, and found again when a crash came between (page 92228)."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.context import Context
from bot.ways import tell_marketing
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError
from config.way import ContactWay
from store import channels
from store.channels import ContactWayRow
from store.db import Store
from store.tx import Tx

log = structlog.get_logger()

TAG_GROUP = "渠道"  # of tags that are written without a group
PASSING = ("retry", "limit", "token")
MULTI = 2  # the type of a code that several people answer
QR = 2  # the scene of a printed code


class Ways:
    """Puts channel codes onto WeCom as the rules and the rota want them."""

    def __init__(self, store: Store, client: WeComClient, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._client = client
        self._context = context

    async def put(self, name: str) -> None:
        """Make or change one code; doing it again does nothing. Raises what the client raises."""
        ctx = await self._context()
        way = ctx.rules.contact_ways.get(name)
        async with self._store.read() as tx:
            row = await channels.find_way(tx, name)
        if way is None or row is None or row.applied == row.wanted:
            return
        try:
            await self._put(name, way, row)
        except WeComError as error:
            if error.meaning.decision not in PASSING:
                flaw = str(error)
                await self._store.transaction(lambda tx: _tell_flaw(tx, name, way, flaw, ctx))
            raise

    async def _put(self, name: str, way: ContactWay, row: ContactWayRow) -> None:
        tags = await self._tag_ids(way, row.tags)
        body: dict[str, Any] = {
            "remark": way.label, "skip_verify": not way.confirm, "state": name, "user": row.users,
        }  # fmt: skip
        config_id, qr_code = row.config_id, row.qr_code
        if not config_id and row.asked_at is not None:
            config_id, qr_code = await self._lost(name, int(row.asked_at.timestamp()))
        if config_id:
            await self._client.contact_way_update({**body, "config_id": config_id})
        else:
            ctx = await self._context()
            await self._store.transaction(lambda tx: channels.save_way(tx, name, asked_at=ctx.now))
            made = await self._client.contact_way_add({**body, "type": MULTI, "scene": QR, "is_exclusive": True})
            config_id, qr_code = str(made["config_id"]), str(made.get("qr_code") or "")
        settled = {"config_id": config_id, "qr_code": qr_code, "tags": tags}
        await self._store.transaction(lambda tx: self._settle(tx, name, way, row, settled))

    async def _settle(self, tx: Tx, name: str, way: ContactWay, row: ContactWayRow, settled: dict[str, Any]) -> None:
        await channels.settle_way(tx, name, wanted=row.wanted, **settled)
        if not row.config_id:
            ctx = await self._context()
            text = (
                f"活码「{way.label}」做好了:{settled['qr_code']} 打开就是二维码,印出来或贴到页面上。发「活码」看全部。"
            )
            await tell_marketing(tx, ctx, text, key=f"way:{settled['config_id']}")

    async def _lost(self, name: str, since: int) -> tuple[str, str]:
        """The code that was made before we could note its id: WeCom lists ids only, each is looked at."""
        for config_id in await self._client.contact_way_list(since):
            found = await self._client.contact_way_get(config_id)
            if found.get("state") == name:
                return config_id, str(found.get("qr_code") or "")
        return "", ""

    async def _tag_ids(self, way: ContactWay, known: dict[str, str]) -> dict[str, str]:
        """WeCom's ids of the code's tags; a tag that is not there is made."""
        if set(way.tags) <= set(known):
            return known
        there = {
            (str(group["group_name"]), str(tag["name"])): str(tag["id"])
            for group in await self._client.corp_tags()
            for tag in group.get("tag") or []
        }
        found = {}
        for name in way.tags:
            group, _, label = name.rpartition("/")
            place = (group or TAG_GROUP, label)
            found[name] = there.get(place) or await self._client.corp_tag_add(*place)
        return found


async def _tell_flaw(tx: Tx, name: str, way: ContactWay, flaw: str, ctx: Context) -> None:
    """Marketing hears once why a code could not be put onto WeCom; it is tried again all the same."""
    row = await channels.find_way(tx, name)
    if row is None or row.flaw == flaw:
        return
    await channels.save_way(tx, name, flaw=flaw)
    text = f"活码「{way.label}」没能更新到企业微信:{flaw}。改好后会自动再试。"
    await tell_marketing(tx, ctx, text, key=f"flaw:{name}:{row.turn}:{int(ctx.now.timestamp())}")
