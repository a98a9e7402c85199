"""Channel codes and links on WeCom: made once, changed in place, and found again when a crash came between."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.context import Context
from bot.ways import called, tell_marketing
from bot.wecom.client import WeComClient
from bot.wecom.code import Codes, Links, Maker
from bot.wecom.errors import WeComError
from config.way import ContactWay
from store import channels
from store.channels import ContactWayRow
from store.db import Store
from store.tx import Tx

log = structlog.get_logger()

TAG_GROUP = "渠道"  # of tags that are written without a group
PASSING = ("retry", "limit", "token")


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
        maker: Maker = Links(self._client) if way.kind == "link" else Codes(self._client)
        config_id, address = row.config_id, row.qr_code
        if not config_id and row.asked_at is not None:
            config_id, address = await maker.find(name, way, int(row.asked_at.timestamp()))
        if config_id:
            await maker.change(config_id, name, way, row.users)
        else:
            ctx = await self._context()
            await self._store.transaction(lambda tx: channels.save_way(tx, name, asked_at=ctx.now))
            config_id, address = await maker.add(name, way, row.users)
        settled = {"config_id": config_id, "qr_code": address, "tags": tags}
        await self._store.transaction(lambda tx: self._settle(tx, name, way, row, settled))

    async def _settle(self, tx: Tx, name: str, way: ContactWay, row: ContactWayRow, settled: dict[str, Any]) -> None:
        await channels.settle_way(tx, name, wanted=row.wanted, **settled)
        if not row.config_id:
            ctx = await self._context()
            how = "打开就是二维码,印出来或贴到页面上" if way.kind == "code" else "放到广告、短信或页面的按钮上"
            text = f"{called(way)}做好了:{settled['qr_code']} {how}。发「活码」看全部。"
            await tell_marketing(tx, ctx, text, key=f"way:{settled['config_id']}")

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
    text = f"{called(way)}没能更新到企业微信:{flaw}。改好后会自动再试。"
    await tell_marketing(tx, ctx, text, key=f"flaw:{name}:{row.turn}:{int(ctx.now.timestamp())}")
