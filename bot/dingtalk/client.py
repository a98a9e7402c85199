"""Calling DingTalk's API, new and old: one token for both, twenty calls a second each, and no secret in any error."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from aiohttp import FormData

from bot.calling import Line, NotReached, OutcomeUnknown
from bot.dingtalk.answer import LARGEST, read_new, read_old
from bot.dingtalk.errors import DingTalkError
from bot.pace import Pace
from bot.token import Token

ALARM_PAUSE = timedelta(seconds=61)  # what an administrator must mend is tried once a minute
SPARE = 2  # calls a second that are left to the organisation's other apps

T = TypeVar("T")


@dataclass(frozen=True)
class DingTalkAccount:
    """An internal app of one organisation with its robot."""

    corp_id: str
    client_id: str
    client_secret: str = field(repr=False)
    robot_code: str
    qps: int = 20  # calls of one API a second: the standard edition's (page 调用频率)
    api_base: str = "https://api.dingtalk.com"
    oapi_base: str = "https://oapi.dingtalk.com"


class DingTalkClient:
    """The calls that Leadbot makes. Every one raises DingTalkError, OutcomeUnknown or NotReached.

    `on_answer(api, code)` hears of each answer, `on_counted()` of each call that the monthly quota of the API counts,
    `on_posted()` of each post to a sessionWebhook, which the quota of webhooks may count (DingTalk does not say).
    """

    def __init__(
        self,
        account: DingTalkAccount,
        *,
        monotonic: Callable[[], float],
        on_answer: Callable[[str, str], None] = lambda api, code: None,
        on_counted: Callable[[], None] = lambda: None,
        on_posted: Callable[[], None] = lambda: None,
    ) -> None:
        self.account = account
        self.line = Line("钉钉", "dingtalk.api_base 和 dingtalk.oapi_base")
        self._on_answer = on_answer
        self._on_counted = on_counted
        self._on_posted = on_posted
        self._gates = Pace(monotonic=monotonic, pause=_pause)
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)
        self.token = Token(
            self._fetch_token,
            monotonic=monotonic,
            hopeless=lambda error: isinstance(error, DingTalkError) and error.meaning.decision in ("alarm", "quota"),
            busy=lambda: DingTalkError("system.busy", "oauth2/accessToken"),
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self.line.close()

    async def batch_send(self, user_ids: Sequence[str], key: str, param: str) -> dict[str, Any]:
        """robot/oToMessages/batchSend: one message to up to 20 people; some of them may be named as not reached."""
        body = {
            "robotCode": self.account.robot_code, "userIds": list(user_ids), "msgKey": key, "msgParam": param,
        }  # fmt: skip
        return await self.new("POST", "robot/oToMessages/batchSend", body)

    async def group_send(self, conversation: str, key: str, param: str) -> dict[str, Any]:
        """robot/groupMessages/send."""
        body = {
            "robotCode": self.account.robot_code, "openConversationId": conversation, "msgKey": key, "msgParam": param,
        }  # fmt: skip
        return await self.new("POST", "robot/groupMessages/send", body)

    async def create_card(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """card/instances/createAndDeliver; look at each of `deliverResults`."""
        return await self.new("POST", "card/instances/createAndDeliver", body)

    async def update_card(self, body: Mapping[str, Any]) -> None:
        """card/instances (PUT)."""
        await self.new("PUT", "card/instances", body)

    async def register_card_route(self, route: str, address: str, secret: str) -> None:
        """card/callbacks/register: where clicks of cards with this route key are told."""
        body = {"callbackRouteKey": route, "callbackUrl": address, "apiSecret": secret, "forceUpdate": True}
        await self.new("POST", "card/callbacks/register", body)

    async def ding(self, user_ids: Sequence[str], content: str) -> dict[str, Any]:
        """robot/ding/send inside the app: paid editions only."""
        body = {
            "robotCode": self.account.robot_code, "remindType": 1, "receiverUserIdList": list(user_ids),
            "content": content,
        }  # fmt: skip
        return await self.new("POST", "robot/ding/send", body)

    async def create_todo(self, union_id: str, body: Mapping[str, Any]) -> str:
        """todo/users/{unionId}/tasks; returns the task's id."""
        answer = await self.new(
            "POST", f"todo/users/{union_id}/tasks", body, params={"operatorId": union_id}, api="todo/users/tasks"
        )
        return str(answer.get("id") or "")

    async def finish_todo(self, union_id: str, task_id: str) -> None:
        """todo/users/{unionId}/tasks/{taskId} (PUT done)."""
        await self.new(
            "PUT", f"todo/users/{union_id}/tasks/{task_id}", {"done": True}, params={"operatorId": union_id},
            api="todo/users/tasks",
        )  # fmt: skip

    async def user_get(self, user_id: str) -> dict[str, Any]:
        """topapi/v2/user/get: a colleague's name, unionid, departments."""
        return dict((await self.old("topapi/v2/user/get", {"userid": user_id})).get("result") or {})

    async def person_token(self, code: str) -> dict[str, Any]:
        """oauth2/userAccessToken: the token of whoever has just logged in, and their organisation."""
        body = {
            "clientId": self.account.client_id, "clientSecret": self.account.client_secret, "code": code,
            "grantType": "authorization_code",
        }  # fmt: skip
        return await self._new_once("POST", "oauth2/userAccessToken", body, {}, "")

    async def person(self, token: str) -> dict[str, Any]:
        """contact/users/me: the person of such a token."""
        return await self._new_once("GET", "contact/users/me", None, {}, token)

    async def user_of_union(self, union_id: str) -> dict[str, Any]:
        """topapi/user/getbyunionid: userid, and contact_type 0 for a colleague, 1 for somebody outside."""
        return dict((await self.old("topapi/user/getbyunionid", {"unionid": union_id})).get("result") or {})

    async def user_inside(self, code: str) -> dict[str, Any]:
        """topapi/v2/user/getuserinfo: userid of whoever opened a page of ours in the app; a code is good once."""
        return dict((await self.old("topapi/v2/user/getuserinfo", {"code": code})).get("result") or {})

    async def open_stream(self, subscriptions: Sequence[Mapping[str, str]]) -> tuple[str, str]:
        """gateway/connections/open: (endpoint, ticket); the ticket is good for one connection within 90 seconds."""
        body = {
            "clientId": self.account.client_id, "clientSecret": self.account.client_secret,
            "subscriptions": list(subscriptions), "ua": "leadbot/1",
        }  # fmt: skip
        answer = await self._new_once("POST", "gateway/connections/open", body, {}, "")
        endpoint, ticket = str(answer.get("endpoint") or ""), str(answer.get("ticket") or "")
        if not endpoint or not ticket:
            raise OutcomeUnknown("钉钉没有给出 Stream 的地址")
        return endpoint, ticket

    async def answer_session(self, address: str, body: Mapping[str, Any]) -> None:
        """POST to a message's sessionWebhook; the caller has checked its host."""

        async def once() -> None:
            status, _, raw = await self.line.exchange("POST", address, body=_json(body), largest=LARGEST)
            self._read(read_old, "robot/sendBySession", status, raw)

        async with self._gates.slot("robot/sendBySession"):
            await self._gates.learning("robot/sendBySession", once())
        self._on_posted()

    async def new(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        params: Mapping[str, str] | None = None,
        api: str = "",
    ) -> dict[str, Any]:
        """A call of the new API (api_base/v1.0/…), counted towards the monthly quota."""
        await self._pace(api or path)

        async def once(token: str) -> dict[str, Any]:
            return await self._new_once(method, path, body, params or {}, token, api=api)

        try:
            answer = await self._renewing(api or path, once)
        except DingTalkError as error:
            if error.meaning.decision not in ("retry", "token"):
                self._on_counted()
            raise
        self._on_counted()
        return answer

    async def old(
        self, path: str, body: Mapping[str, Any] | Callable[[], FormData], *, patience: float | None = None
    ) -> dict[str, Any]:
        """A call of the old API (oapi_base/…), not counted: those for the address book and media are free of the quota.

        A form that was sent cannot be sent again: `body` makes one for each try.
        """
        await self._pace(path)

        async def once(token: str) -> dict[str, Any]:
            address = f"{self.account.oapi_base.rstrip('/')}/{path}"
            status, _, raw = await self.line.exchange(
                "POST", address, params={"access_token": token}, body=body() if callable(body) else _json(body),
                largest=LARGEST, patience=patience,
            )  # fmt: skip
            return dict(self._read(read_old, path, status, raw))

        return await self._renewing(path, once)

    async def _renewing(self, api: str, once: Callable[[str], Awaitable[T]]) -> T:
        """A call in its slot with the token; one that is called invalid is renewed once, and the call repeated once."""
        failures = self.token.failures
        async with self._gates.slot(api):
            token = await self.token.get(failures=failures)
            try:
                answer = await self._gates.learning(api, once(token))
            except DingTalkError as error:
                if error.meaning.decision != "token":
                    raise
                if self.token.on_probation:
                    raise self._never_liked(token, error) from None
                token = await self.token.get(instead_of=token)
                try:
                    answer = await self._gates.learning(api, once(token))
                except DingTalkError as again:
                    if again.meaning.decision != "token":
                        raise
                    raise self._never_liked(token, again) from None
        self.token.accept()
        return answer

    def _never_liked(self, token: str, error: DingTalkError) -> DingTalkError:
        """A token that is called invalid right after it was given would be asked for without end: it is an alarm."""
        alarm = DingTalkError("invalidClientIdOrSecret", error.endpoint, request_id=error.request_id)
        self.token.refuse(token, alarm)
        return alarm

    async def _fetch_token(self) -> tuple[str, float]:
        body = {"appKey": self.account.client_id, "appSecret": self.account.client_secret}
        try:
            answer = await self._new_once("POST", "oauth2/accessToken", body, {}, "")
        except OutcomeUnknown as error:
            raise NotReached(str(error)) from None  # without a token nothing was asked for, so nothing has happened
        return str(answer.get("accessToken") or ""), float(answer.get("expireIn") or 7200)

    async def _new_once(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str],
        token: str,
        *,
        api: str = "",
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json"} | ({"x-acs-dingtalk-access-token": token} if token else {})
        status, _, raw = await self.line.exchange(
            method,
            f"{self.account.api_base.rstrip('/')}/v1.0/{path}",
            params=params,
            body=None if body is None else _json(body),
            headers=headers,
            largest=LARGEST,
        )
        return dict(self._read(read_new, api or path, status, raw))

    async def _pace(self, api: str) -> None:
        """Wait until one more call of this API fits into the second."""
        loop, times = asyncio.get_running_loop(), self._recent[api]
        while True:
            while times and times[0] <= loop.time() - 1.0:
                times.popleft()
            if len(times) < max(self.account.qps - SPARE, 1):
                times.append(loop.time())
                return
            await asyncio.sleep(max(times[0] + 1.0 - loop.time(), 0.001))

    def _read(self, read: Callable[[str, int, bytes], dict[str, Any]], api: str, status: int, raw: bytes) -> Any:
        """An answer, counted by its code."""
        try:
            answer = read(api, status, raw)
        except DingTalkError as error:
            self._on_answer(api, error.code)
            raise
        self._on_answer(api, "ok")
        return answer


def _pause(error: Exception) -> timedelta | None:
    """How long nobody should call again what was answered so; None: it says nothing about the next call."""
    if not isinstance(error, DingTalkError):
        return None
    return error.meaning.delay or (ALARM_PAUSE if error.meaning.decision == "alarm" else None)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
