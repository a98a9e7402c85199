"""DingTalk as one of the platforms: the same few verbs for every handler and card."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from bot.calling import NotReached, OutcomeUnknown
from bot.cards.card import Card, File, Message
from bot.clock import Now
from bot.dingtalk import files
from bot.dingtalk.clicks import Clicks
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.errors import DingTalkError, meaning_of
from bot.dingtalk.extras import Extras
from bot.dingtalk.parse import parse
from bot.dingtalk.render import changed_card, new_card, session_body, talk
from bot.dingtalk.sessions import Sessions
from bot.dingtalk.together import Together
from bot.events import Event, MemberJoined, MessageReceived
from bot.platform import CodeGone, Place, Receipt, SendLater, SendRefused, SendUnknown, deal_and_chat

log = structlog.get_logger()

T = TypeVar("T")
FLOW_CONTROLLED = timedelta(seconds=60)  # DingTalk names no time for people it holds back
NO_GROUP = "设置里没有这个群:在 leadbot.yaml 的 dingtalk.groups 里加上"
WITHOUT_TEMPLATE = timedelta(minutes=10)  # how long a template that DingTalk refused is not tried again


@dataclass(frozen=True)
class Manner:
    """How an installation speaks: its template ("" for none), where taps are told, its groups, its edition's extras."""

    template: str = ""
    http: bool = True  # taps are told over HTTP, else over the Stream
    route: str = ""  # callbackRouteKey; "": the callback that the console knows
    groups: Mapping[str, str] = field(default_factory=dict)  # name → openConversationId
    ding: bool = False  # urgent cards also ring as a DING (paid editions)
    todo: bool = False  # urgent cards also stand among the reader's to-dos
    page: str = ""  # where a to-do leads


class DingTalk:
    """An internal app of one organisation with its robot; `tight()` tells that the month's quota is nearly used up."""

    name = "dingtalk"

    def __init__(
        self,
        client: DingTalkClient,
        manner: Manner,
        *,
        now: Now,
        tight: Callable[[], bool] = lambda: False,
    ) -> None:
        account = client.account
        self.sessions = Sessions((account.oapi_base, account.api_base), now)
        self.clicks = Clicks()
        self._client = client
        self._manner = manner
        self._now = now
        self._tight = tight
        self._together = Together(self._batch)
        self._extras = Extras(client, ding=manner.ding, todo=manner.todo, page=manner.page)
        self._refused_until: datetime | None = None

    def parse(self, body: bytes) -> Event:
        """See bot/dingtalk/parse.py."""
        return parse(body, received_at=self._now(), corp_id=self._client.account.corp_id)

    async def fetch(self, event: Event) -> Event:
        """A new colleague with their name, a file with its content; raises SendLater to try again."""
        if isinstance(event, MessageReceived):
            return await self._fetch_file(event)
        if not isinstance(event, MemberJoined):
            return event
        try:
            profile = await self._client.user_get(event.sender)
        except DingTalkError as error:
            if error.meaning.decision == "retry":
                raise SendLater(str(error)) from None
            return event
        except (NotReached, OutcomeUnknown) as error:
            raise SendLater(str(error)) from None
        return replace(event, name=str(profile.get("name") or ""))

    async def _fetch_file(self, event: MessageReceived) -> MessageReceived:
        try:
            content = await files.download(self._client, event.media_id)
        except DingTalkError as error:
            if error.meaning.decision == "retry":
                raise SendLater(str(error)) from None
            return replace(event, flaw="钉钉没有把文件给我,可能已经过期")
        except (NotReached, OutcomeUnknown) as error:
            raise SendLater(str(error)) from None
        if len(content) > files.LARGEST:
            return replace(event, flaw=f"文件超过 {files.LARGEST // 2**20} MB,聊天里收不下")
        return replace(event, content=content)

    async def fetch_picture(self, media_id: str) -> bytes:
        """By its download code, which DingTalk lets expire."""
        try:
            return await files.download(self._client, media_id)
        except (NotReached, OutcomeUnknown) as error:
            raise SendLater(str(error)) from None
        except DingTalkError as error:
            if error.meaning.decision in ("retry", "token"):
                raise SendLater(str(error), error.meaning.delay) from None
            raise SendRefused(str(error)) from None

    def render(self, message: Message, to: Place, *, ref: str) -> bytes:
        """See bot/dingtalk/render.py: an interactive card, or words with links, or a file."""
        if isinstance(message, File):
            content = base64.b64encode(message.content).decode()
            return _bytes({"file": {"to": to.id, "kind": to.kind, "name": message.name, "content": content}})
        if isinstance(message, Card) and message.buttons and to.kind != "visitor" and self._has_template():
            space = self._manner.groups.get(to.id, "") if to.kind == "group" else to.id
            card = new_card(
                message, to, ref=ref, space=space, template=self._manner.template,
                robot=self._client.account.robot_code, http=self._manner.http, route=self._manner.route,
            )  # fmt: skip
            return _bytes({"card": card, **self._extras.wanted(message, to, ref=ref)})
        return _bytes({"talk": talk(message, to), **self._extras.wanted(message, to, ref=ref)})

    def render_deed(self, deed: str, params: Mapping[str, Any]) -> bytes:
        """Customers of DingTalk are not in its chats, so nothing is ever asked for them."""
        raise ValueError(f"DingTalk can do no {deed} for a customer")

    def render_update(self, message: Message, to: Place, *, code: str) -> bytes:
        """See bot/dingtalk/render.py; the code is the card's own name, good for any number of changes."""
        return _bytes({"change": changed_card(message, code=code)})

    async def send(self, body: bytes) -> Receipt:
        """Hand a message over: a card, or words by the fresh conversation's own address, else by the robot's API."""
        content = json.loads(body)
        if "file" in content:
            return await self._send_file(content["file"])
        receipt = await (self._send_card(content["card"]) if "card" in content else self._say(content["talk"]))
        if "extras" in content:
            await self._extras.bring(content["extras"])
        return receipt

    async def _send_file(self, file: Mapping[str, Any]) -> Receipt:
        raw = base64.b64decode(file["content"])
        try:
            media = await self._translated(lambda: files.upload(self._client, file["name"], raw))
        except SendUnknown as error:  # nobody has got anything yet
            raise SendLater(str(error)) from None
        kind = str(file["name"]).rpartition(".")[2]
        param = {"mediaId": media, "fileName": file["name"], "fileType": kind}
        packed = json.dumps(param, ensure_ascii=False, separators=(",", ":"))
        if file["kind"] == "group":
            await self._translated(
                lambda: self._client.group_send(self._conversation(file["to"]), "sampleFile", packed)
            )
            return Receipt()
        return Receipt(message_id=str(await self._together.hand_over(file["to"], "sampleFile", packed)))

    async def _say(self, words: Mapping[str, Any]) -> Receipt:
        kind, to, key, param = words["kind"], words["to"], words["msgKey"], words["msgParam"]
        address = self.sessions.find(kind, to)
        if address is not None and await self._answer_session(kind, to, address, session_body(key, param)):
            return Receipt()
        if kind == "visitor":
            raise SendRefused("对方不是本企业的钉钉成员,只能在他刚说过话的会话里回一句,现在已经过期")
        packed = json.dumps(param, ensure_ascii=False, separators=(",", ":"))
        if kind == "group":
            await self._translated(lambda: self._client.group_send(self._conversation(to), key, packed))
            return Receipt()
        return Receipt(message_id=str(await self._together.hand_over(to, key, packed)))

    async def update(self, body: bytes) -> Receipt:
        """Change a card: with the answer to a tap that waits for it, else by the API; raises CodeGone."""
        change = json.loads(body)["change"]
        code = str(change["outTrackId"])
        answer = {name: change[name] for name in ("cardData", "cardUpdateOptions")}
        if not await self.clicks.answer(code, answer):
            await self._translated(lambda: self._client.update_card(change))
        if change["cardData"]["cardParamMap"]["done"]:
            await self._extras.done(code)
        return Receipt(code=code)

    def repeatable(self, body: bytes, *, age: timedelta) -> bool:
        """A card has our own name, which DingTalk takes once; words and files have none, and wait for a person."""
        return not body.startswith((b'{"talk":', b'{"file":'))

    def limits(self, kind: str) -> Mapping[timedelta, int]:
        """DingTalk states none for one conversation, only send.too.fast; a group's robot is blocked after 20 a minute.

        Ours keep well below: nobody reads thirty messages a minute.
        """
        return {timedelta(minutes=1): 20} if kind == "group" else {timedelta(minutes=1): 30, timedelta(hours=1): 1000}

    def _has_template(self) -> bool:
        if not self._manner.template or self._tight():
            return False
        return self._refused_until is None or self._now() >= self._refused_until

    def _conversation(self, group: str) -> str:
        own = deal_and_chat(group)
        found = own[1] if own is not None else self._manner.groups.get(group)
        if found is None:
            raise SendRefused(NO_GROUP)
        return found

    async def _send_card(self, card: Mapping[str, Any]) -> Receipt:
        code = str(card["outTrackId"])
        if str(card["openSpaceId"]).endswith("."):
            raise SendRefused(NO_GROUP)
        try:
            answer = await self._translated(lambda: self._client.create_card(card))
        except _Accepted:
            return Receipt(code=code)
        results = (answer.get("result") or {}).get("deliverResults") or []
        failed = [result for result in results if not result.get("success")]
        if failed:
            code = str(failed[0].get("errorMsg") or "钉钉没有说原因")[:80]
            raise self._said(DingTalkError(code, "card/instances/createAndDeliver"))
        if not results and answer.get("success") is not True:
            raise SendUnknown("钉钉没有说卡片投放到了哪里")
        return Receipt(message_id=str(results[0].get("carrierId") or "") if results else "", code=code)

    async def _answer_session(self, kind: str, to: str, address: str, body: Mapping[str, Any]) -> bool:
        """Whether the fresh conversation took the words; False when its address has ended."""
        try:
            await self._translated(lambda: self._client.answer_session(address, body))
        except _SessionEnded:
            self.sessions.forget(kind, to)
            return False
        return True

    async def _batch(self, people: Sequence[str], key: str, param: str) -> dict[str, Any]:
        """One batchSend; each person's own outcome: the query key, or why it did not reach them."""
        try:
            answer = await self._translated(lambda: self._client.batch_send(people, key, param))
        except SendRefused as refused:
            if len(people) == 1 or refused.alarm:
                raise
            return {person: await self._alone(person, key, param) for person in people}
        outcomes: dict[str, Any] = dict.fromkeys(people, str(answer.get("processQueryKey") or ""))
        for person in answer.get("invalidStaffIdList") or []:
            outcomes[str(person)] = SendRefused(meaning_of("invalidStaffIdList").cure)
        for person in answer.get("flowControlledStaffIdList") or []:
            outcomes[str(person)] = SendLater("钉钉说发给他的消息太密,过一会儿再发", FLOW_CONTROLLED)
        return outcomes

    async def _alone(self, person: str, key: str, param: str) -> Any:
        """One person's outcome when a call for many was refused because of one of them."""
        try:
            return (await self._batch([person], key, param))[person]
        except (SendLater, SendRefused, SendUnknown) as error:
            return error

    async def _translated(self, call: Callable[[], Awaitable[T]]) -> T:
        """DingTalk's errors as the platform's."""
        try:
            return await call()
        except NotReached as error:
            raise SendLater(str(error)) from None
        except OutcomeUnknown as error:
            raise SendUnknown(str(error)) from None
        except DingTalkError as error:
            raise self._said(error) from None

    def _said(self, error: DingTalkError) -> Exception:
        decision = error.meaning.decision
        if decision == "template":
            self._refused_until = self._now() + WITHOUT_TEMPLATE
            log.error("the card template is refused; cards go out as words with links", cause=str(error))
            return SendLater(str(error), timedelta(seconds=1))
        if decision == "accepted":
            return _Accepted()
        if decision == "session":
            return _SessionEnded()
        if decision == "gone":
            return CodeGone(str(error))
        if decision in ("retry", "token"):
            return SendLater(str(error), error.meaning.delay)
        return SendRefused(str(error), alarm=decision == "alarm")


class _Accepted(Exception):
    """DingTalk has this card already."""


class _SessionEnded(Exception):
    """The conversation's own address is not good any more."""


def _bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
