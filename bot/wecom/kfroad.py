"""微信客服 as a road to customers: within 48 hours and five messages since they wrote last."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

from bot.calling import NotReached, OutcomeUnknown
from bot.context import Context
from bot.letter import Letter
from bot.platform import Receipt, SendLater, SendRefused
from bot.prose import blocks_of, plain_of
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError
from leads.errors import Unusable
from leads.window import replies_left
from store import kf
from store.tx import Tx

TEXT_BYTES = 2048


class KfRoad:
    """WeCom knows each message by our name of it, so a call that was cut off may be made again (page 94677)."""

    final = True
    repeatable = True
    limits: Mapping[timedelta, int] = {timedelta(minutes=1): 600}

    def __init__(self, client: WeComClient) -> None:
        self._client = client

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        """The call's body. Raises WindowClosed, or Unusable for a text that is too long."""
        talk = await kf.find_talk_of_lead(tx, letter.lead.id or 0)
        left = replies_left(letter.lead.no, talk.last_at if talk else None, talk.replies if talk else 0, now=ctx.now)
        text = plain_of(blocks_of(letter.text))
        if talk is None or not left:
            raise Unusable(f"{letter.lead.no} 没有在微信客服里来过消息,没法从这里发。")
        if len(text.encode()) > TEXT_BYTES:
            raise Unusable(f"太长了,微信客服一条最多 {TEXT_BYTES} 字节(约 680 个汉字)。请写短些。")
        await kf.count_reply(tx, talk)
        name = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
        body = {"touser": talk.external_id, "open_kfid": talk.account, "msgid": name, "msgtype": "text"}
        return json.dumps({**body, "text": {"content": text}}, ensure_ascii=False).encode("utf-8", "replace")

    async def send(self, body: bytes) -> Receipt:
        """kf/send_msg; one that was sent already counts as sent."""
        try:
            await self._client.call("POST", "kf/send_msg", body=body)
        except (NotReached, OutcomeUnknown) as error:
            raise SendLater(str(error)) from None
        except WeComError as error:
            if error.meaning.decision == "accepted":
                return Receipt(json.loads(body)["msgid"])
            if error.meaning.decision in ("retry", "limit", "token"):
                raise SendLater(str(error), error.meaning.delay) from None
            raise SendRefused(str(error), alarm=error.meaning.decision == "alarm") from None
        return Receipt(json.loads(body)["msgid"])
