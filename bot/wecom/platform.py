"""WeCom as one of the platforms: the same few verbs for every handler and card."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.calling import NotReached, OutcomeUnknown
from bot.cards.card import Message
from bot.clock import Now
from bot.events import ContactAdded, Event
from bot.platform import CodeGone, Place, Receipt, SendLater, SendRefused, SendUnknown, deal_and_chat
from bot.wecom import appchat
from bot.wecom.client import WeComClient
from bot.wecom.customer import ENDPOINTS, deed_body, is_deed, is_repeatable
from bot.wecom.errors import WeComError
from bot.wecom.render import message_body, update_body

SAFE_TO_REPEAT = timedelta(hours=3, minutes=30)  # less than the shortest duplicate check that render.py asks for


class WeCom:
    """A self-built app of one corp."""

    name = "wecom"

    def __init__(self, client: WeComClient, *, now: Now, groups: Mapping[str, str] | None = None) -> None:
        self._client = client
        self._groups = dict(groups or {})  # name → key of the group's webhook
        self._now = now

    def parse(self, body: bytes) -> Event:
        """See bot/wecom/parse.py; wechatpy is a good part of the start, and waits for an event."""
        from bot.wecom.parse import parse

        return parse(body, received_at=self._now(), agent_id=self._client.account.agent_id)

    async def fetch(self, event: Event) -> Event:
        """A new customer with the name and company of their profile; raises SendLater to try again."""
        if not isinstance(event, ContactAdded):
            return event
        try:
            profile = await self._client.external_contact_get(event.external_id)
        except (WeComError, NotReached, OutcomeUnknown) as error:
            raise SendLater(str(error)) from None
        contact: dict[str, Any] = profile.get("external_contact") or {}
        followers = [f for f in profile.get("follow_user") or [] if str(f.get("userid", "")).lower() == event.sender]
        added = int((followers[0].get("createtime") or 0) if followers else 0)
        mobiles = (followers[0].get("remark_mobiles") or []) if followers else []
        return replace(
            event,
            at=datetime.fromtimestamp(added, UTC) if event.found and added else event.at,
            name=str(contact.get("name") or ""),
            company=str(contact.get("corp_full_name") or contact.get("corp_name") or ""),
            title=str(contact.get("position") or ""),
            mobile=str(mobiles[0]) if mobiles else "",
            state=event.state or str((followers[0].get("state") or "") if followers else ""),
        )

    async def fetch_picture(self, media_id: str) -> bytes:
        """media/get; WeCom keeps a picture for three days."""
        try:
            return (await self._client.media_get(media_id))[1]
        except (NotReached, OutcomeUnknown) as error:
            raise SendLater(str(error)) from None
        except WeComError as error:
            if error.meaning.decision in ("retry", "limit", "token"):
                raise SendLater(str(error), error.meaning.delay) from None
            raise SendRefused(str(error)) from None

    def render(self, message: Message, to: Place, *, ref: str) -> bytes:
        """See bot/wecom/render.py."""
        return message_body(message, to, ref=ref, agent_id=self._client.account.agent_id)

    def render_update(self, message: Message, to: Place, *, code: str) -> bytes:
        """See bot/wecom/render.py."""
        return update_body(message, to, code=code, agent_id=self._client.account.agent_id)

    def render_deed(self, deed: str, params: Mapping[str, Any]) -> bytes:
        """See bot/wecom/customer.py."""
        return deed_body(deed, params)

    async def send(self, body: bytes) -> Receipt:
        """Hand a message over; a card that WeCom has already (42014) was accepted, only its code is lost."""
        content = json.loads(body)
        if "group" in content:
            return await self._tell_group(content)
        if "deed" in content:
            return await self._do(content)
        if "file" in content:
            content = await self._uploaded(content)
            body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            answer = await _translated(self._client.send, body)
        except WeComError:
            return Receipt()
        names = "|".join(str(answer.get(key) or "") for key in ("invaliduser", "unlicenseduser"))
        if str(content["touser"]).lower() in names.lower().split("|"):
            raise SendRefused("对方不在应用的可见范围里,请管理员在企业微信后台加上")
        return Receipt(str(answer.get("msgid") or ""), str(answer.get("response_code") or ""))

    async def _uploaded(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The message with its file's media id; nothing has happened when the upload fails."""
        file, kind = content["file"], str(content["message"]["msgtype"])

        async def upload(raw: bytes) -> dict[str, Any]:
            return {"media_id": await self._client.media_upload(kind, file["name"], raw)}

        try:
            media = await _translated(upload, base64.b64decode(file["content"]))
        except SendUnknown as error:
            raise SendLater(str(error)) from None
        return {**content["message"], kind: media}

    async def _tell_group(self, content: Mapping[str, Any]) -> Receipt:
        own = deal_and_chat(content["group"])
        if own is not None:
            words = appchat.words(own[1], content["message"]["text"])
            await _translated(lambda raw: self._client.call("POST", "appchat/send", body=raw), words)
            return Receipt()
        key = self._groups.get(content["group"])
        if key is None:
            raise SendRefused(f"设置里没有群「{content['group']}」:在 leadbot.yaml 的 wecom.groups 里加上")
        message = json.dumps(content["message"], ensure_ascii=False, separators=(",", ":")).encode()
        await _translated(lambda raw: self._client.webhook_send(key, raw), message)
        return Receipt()

    async def _do(self, content: Mapping[str, Any]) -> Receipt:
        """Something for a customer; what WeCom has done already counts as done."""
        if content["until"] is not None and self._now().timestamp() > content["until"]:
            raise SendRefused("20 秒过了,企业微信不再让发欢迎语")
        raw = json.dumps(content["body"], ensure_ascii=False, separators=(",", ":")).encode()
        endpoint = ENDPOINTS[content["deed"]]
        try:
            await _translated(lambda body: self._client.call("POST", endpoint, body=body), raw)
        except WeComError:
            return Receipt()
        return Receipt()

    async def update(self, body: bytes) -> Receipt:
        """Change a card; raises CodeGone when its code was used."""
        await _translated(self._client.update_card, body)
        return Receipt()

    def repeatable(self, body: bytes, *, age: timedelta) -> bool:
        """New messages carry WeCom's duplicate check; updates a code that works once; groups and files have neither."""
        if is_deed(body):
            return is_repeatable(body)
        return age < SAFE_TO_REPEAT and not body.startswith((b'{"group":', b'{"file":'))

    def limits(self, kind: str) -> Mapping[timedelta, int]:
        """Per member and app: what is over them WeCom drops without a word (page 90236). Per webhook: page 99110."""
        if kind == "group":
            return {timedelta(minutes=1): 20}
        return {timedelta(minutes=1): 30, timedelta(hours=1): 1000}


async def _translated(call: Callable[[bytes], Awaitable[dict[str, Any]]], body: bytes) -> dict[str, Any]:
    """WeCom's errors as the platform's; WeComError remains only for a message that was accepted before."""
    try:
        return await call(body)
    except NotReached as error:
        raise SendLater(str(error)) from None
    except OutcomeUnknown as error:
        raise SendUnknown(str(error)) from None
    except WeComError as error:
        decision = error.meaning.decision
        if decision == "accepted":
            raise
        if decision == "code":
            raise CodeGone(str(error)) from None
        if decision in ("retry", "limit", "token"):
            raise SendLater(str(error), error.meaning.delay) from None
        raise SendRefused(str(error), alarm=decision == "alarm") from None
