"""Official accounts as a road to customers: only to who has written to one within 48 hours, five messages at most."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.context import Context
from bot.letter import Letter
from bot.platform import Receipt
from bot.prose import blocks_of, plain_of
from bot.wechat.client import Account, AccountClient
from config.settings import OfficialAccount
from leads.errors import Unusable
from leads.window import MOST, OPEN_FOR
from store import follower
from store.tx import Tx

TEXT_BYTES = 2048


class AccountRoad:
    """The accounts whose secret stands in leadbot.yaml. A call that was cut off is never repeated by itself."""

    final = True
    repeatable = False
    limits: Mapping[timedelta, int] = {timedelta(minutes=1): 600}

    def __init__(self, accounts: Mapping[str, OfficialAccount], *, monotonic: Callable[[], float]) -> None:
        self._clients = {
            name: AccountClient(
                Account(one.app_id, one.secret.get_secret_value(), str(one.api_base)), monotonic=monotonic
            )
            for name, one in accounts.items()
            if one.secret is not None
        }

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        """The account and the call's body. Raises Unusable outside the window, and for a text that is too long."""
        known = await follower.find_open(tx, letter.lead.id or 0, since=ctx.now - OPEN_FOR, most=MOST)
        if known is None or known.account not in self._clients or not known.openid:
            raise Unusable(f"{letter.lead.no} 最近 48 小时没有给公众号发过消息(或者已经回满 {MOST} 条),微信不让发。")
        text = plain_of(blocks_of(letter.text))
        if len(text.encode()) > TEXT_BYTES:
            raise Unusable(f"太长了,公众号一条最多 {TEXT_BYTES} 字节(约 680 个汉字)。请写短些。")
        await follower.count_reply(tx, known)
        call = {"touser": known.openid, "msgtype": "text", "text": {"content": text}}
        return json.dumps({"account": known.account, "call": call}, ensure_ascii=False).encode("utf-8", "replace")

    async def send(self, body: bytes) -> Receipt:
        """See bot/wechat/client.py."""
        content = json.loads(body)
        call = json.dumps(content["call"], ensure_ascii=False, separators=(",", ":")).encode()
        await self._clients[content["account"]].send(call)
        return Receipt()

    async def close(self) -> None:
        """Give the connections back."""
        for client in self._clients.values():
            await client.close()
