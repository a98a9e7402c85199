"""微信客服: the event is only a doorbell; what customers wrote is fetched page by page, each message once (page 94670).

The cursor is kept in the transaction that stores a page's messages: a crash repeats a page, and loses none.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bot.context import Context
from bot.events import CustomerEntered, CustomerWrote, Event, Ignored, ReplyLost
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError
from bot.wecom.instant import instant
from store import inbox, kf
from store.access import get_property, set_property
from store.db import Store
from store.tx import Tx

PLATFORM = "wecom"
PAGES = 100  # of a thousand messages, a ring; a page may be empty though there is more
TOKEN_GONE = 95007
CUSTOMER = 3  # origin of a message
HEAD = b'{"kf":'


class Kf:
    """Reads what customers wrote to the accounts of 微信客服."""

    def __init__(self, store: Store, client: WeComClient, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._client = client
        self._context = context

    async def read(self, account: str, token: str) -> int:
        """Fetch what is new; returns how many messages that were. `token` is the ring's, good for ten minutes."""
        count = 0
        for _ in range(PAGES):
            async with self._store.read() as tx:
                cursor = await get_property(tx, kf.CURSOR + account) or ""
            try:
                page = await self._client.kf_sync(account, cursor=cursor, token=token)
            except WeComError as error:
                if error.code != TOKEN_GONE or not token:
                    raise
                token = ""
                continue
            messages = [one for one in page.get("msg_list") or [] if isinstance(one, dict) and one.get("msgid")]
            names = await self._names(messages)
            after, now = str(page.get("next_cursor") or cursor), (await self._context()).now
            kept = partial(_keep, account=account, messages=messages, names=names, after=after, now=now)
            await self._store.transaction(kept)
            count += len(messages)
            if page.get("has_more") != 1:
                break
        return count

    async def _names(self, messages: list[dict[str, Any]]) -> dict[str, str]:
        """The nicknames of customers whom we do not know yet; {} when WeCom does not tell them now."""
        writers = {str(one.get("external_userid") or "") for one in messages if one.get("origin") == CUSTOMER} - {""}
        async with self._store.read() as tx:
            unknown = [one for one in sorted(writers) if await kf.is_unknown(tx, one)]
        try:
            return await self._client.kf_names(unknown[:100]) if unknown else {}
        except WeComError:
            return {}


async def _keep(
    tx: Tx, *, account: str, messages: Sequence[dict[str, Any]], names: Mapping[str, str], after: str, now: datetime
) -> None:
    """A page's messages and the cursor behind them, in one commit."""
    if messages:
        await inbox.store_events(tx, [_arrived(tx, account, one, names, now) for one in messages])
    await set_property(tx, kf.CURSOR + account, after)


def _arrived(
    tx: Tx, account: str, message: Mapping[str, Any], names: Mapping[str, str], now: datetime
) -> inbox.Arrived:
    customer = str(message.get("external_userid") or (message.get("event") or {}).get("external_userid") or "")
    told = {**message, "open_kfid": account, "nickname": names.get(customer, "")}
    body = json.dumps({"kf": told}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    lane = f"wecom:kf:{tx.keys.blind('external', customer).hex()}"
    return inbox.Arrived(PLATFORM, f"wecom:kf:{str(message['msgid'])[:128]}", lane, body, now)


def parse_kf(body: bytes, *, received_at: datetime) -> Event:
    """A message as it was stored, as an event; what we do not know is Ignored."""
    message = json.loads(body)["kf"]
    at = instant(message.get("send_time"), received_at)
    account, kind = str(message.get("open_kfid") or ""), str(message.get("msgtype") or "")
    told = message.get("event") or {}
    if kind == "event" and told.get("event_type") == "enter_session":
        return CustomerEntered(
            PLATFORM, "", at, account=account, external_id=str(told.get("external_userid") or ""),
            scene=str(told.get("scene_param") or told.get("scene") or "")[:64],
        )  # fmt: skip
    if kind == "event" and told.get("event_type") == "msg_send_fail":
        return ReplyLost(
            PLATFORM, "", at, message_id=str(told.get("fail_msgid") or ""), why=_why(told.get("fail_type"))
        )
    if message.get("origin") != CUSTOMER or not message.get("external_userid"):
        return Ignored(PLATFORM, "", at, f"kf {kind[:20]} of origin {str(message.get('origin'))[:5]}")
    content = message.get(kind) if isinstance(message.get(kind), dict) else {}
    return CustomerWrote(
        PLATFORM, "", at, account=account, external_id=str(message["external_userid"]),
        text=str((content or {}).get("content") or "").strip(), kind=kind, name=str(message.get("nickname") or ""),
        message_id=str(message["msgid"]),
    )  # fmt: skip


FAILURES = {
    1: "客服账号被删了", 2: "应用被关了", 4: "超过 48 小时了", 5: "会话已经结束", 6: "已经发了 5 条",
    8: "企业还没有认证", 10: "客户拒收", 11: "没有客服人员登录", 12: "这种消息不让发", 13: "内容没有通过安全检查",
}  # fmt: skip


def _why(code: object) -> str:
    return FAILURES.get(code, "企业微信没有说原因") if isinstance(code, int) else "企业微信没有说原因"
