"""Calling WeCom's API: one token for all, ten seconds a call, eight calls at a time, and no secret in any error."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp

from bot.calling import Line, NotReached, OutcomeUnknown
from bot.pace import Pace
from bot.token import Token
from bot.wecom.errors import NEVER_LIKED, WeComError

TOO_MANY = 429  # HTTP's own way to say it, from a gateway before WeCom: nothing has happened behind it
TOO_MANY_AT_ONCE = 45033
NO_CONTACTS = (84061, 60111, 60011, 40003)  # none yet, or the member may not use customer contact
ACQUISITION = "externalcontact/customer_acquisition"
LARGEST_ANSWER = 4 * 1024 * 1024
LARGEST_MEDIA = 20 * 1024 * 1024
UNASSIGNED_PAGE = 1000
RESIGNED = "resigned/"

T = TypeVar("T")


@dataclass(frozen=True)
class WeComAccount:
    """A self-built app of one corp."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    api_base: str = "https://qyapi.weixin.qq.com"


class WeComClient:
    """The calls that Leadbot makes. Every one raises WeComError, OutcomeUnknown or NotReached."""

    def __init__(
        self,
        account: WeComAccount,
        *,
        monotonic: Callable[[], float],
        on_answer: Callable[[str, int], None] = lambda endpoint, code: None,
    ) -> None:
        self.account = account
        self._on_answer = on_answer
        self._line = Line("企业微信", "wecom.api_base")
        self._pace = Pace(
            monotonic=monotonic,
            pause=lambda error: error.meaning.delay if isinstance(error, WeComError) else None,
            crowded=lambda error: isinstance(error, WeComError) and error.code == TOO_MANY_AT_ONCE,
        )
        self.token = Token(
            self._fetch_token,
            monotonic=monotonic,
            hopeless=lambda error: isinstance(error, WeComError) and error.meaning.decision in ("alarm", "limit"),
            busy=lambda: WeComError(-1, "gettoken"),
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._line.close()

    async def call(
        self, method: str, endpoint: str, *, params: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> dict[str, Any]:
        """One API call with a token; a token that WeCom calls invalid is renewed once."""
        return await self._renewing(
            endpoint, lambda token: self._once(method, endpoint, {**(params or {}), "access_token": token}, body)
        )

    async def send(self, body: bytes) -> dict[str, Any]:
        """message/send (developer page 90236)."""
        return await self.call("POST", "message/send", body=body)

    async def webhook_send(self, key: str, body: bytes) -> dict[str, Any]:
        """webhook/send: a message to the group whose key this is, without a token (page 99110)."""
        gate = f"webhook/send {key}"  # each group has a limit of its own
        async with self._pace.slot(gate):
            return await self._pace.learning(gate, self._once("POST", "webhook/send", {"key": key}, body))

    async def update_card(self, body: bytes) -> dict[str, Any]:
        """message/update_template_card (page 94888)."""
        return await self.call("POST", "message/update_template_card", body=body)

    async def menu_create(self, menu: Mapping[str, Any]) -> None:
        """menu/create: the three entries below the chat."""
        params = {"agentid": str(self.account.agent_id)}
        await self.call("POST", "menu/create", params=params, body=_json(menu))

    async def menu_get(self) -> list[dict[str, Any]]:
        """menu/get: the entries below the chat, none while no menu was made (page 90232)."""
        found = await self.call("GET", "menu/get", params={"agentid": str(self.account.agent_id)})
        return list(found.get("button") or [])

    async def user_get(self, user_id: str) -> dict[str, Any]:
        """user/get: a member in the app's visible range (page 90196)."""
        return await self.call("GET", "user/get", params={"userid": user_id})

    async def external_contact_get(self, external_id: str) -> dict[str, Any]:
        """externalcontact/get: a customer's profile with its followers (page 92114)."""
        return await self.call("GET", "externalcontact/get", params={"external_userid": external_id})

    async def contact_way_add(self, way: Mapping[str, Any]) -> dict[str, Any]:
        """externalcontact/add_contact_way: answers config_id and qr_code (page 92228)."""
        return await self.call("POST", "externalcontact/add_contact_way", body=_json(way))

    async def contact_way_update(self, way: Mapping[str, Any]) -> None:
        """externalcontact/update_contact_way: the list of users is replaced (page 92228)."""
        await self.call("POST", "externalcontact/update_contact_way", body=_json(way))

    async def contact_way_get(self, config_id: str) -> dict[str, Any]:
        """externalcontact/get_contact_way (page 92228)."""
        found = await self.call("POST", "externalcontact/get_contact_way", body=_json({"config_id": config_id}))
        return dict(found.get("contact_way") or {})

    async def contact_way_list(self, since: int) -> list[str]:
        """externalcontact/list_contact_way: the ids of those made since, at most 1000 (page 92228)."""
        body = _json({"start_time": since, "limit": 1000})
        found = await self.call("POST", "externalcontact/list_contact_way", body=body)
        return [str(one["config_id"]) for one in found.get("contact_way") or []]

    async def link_create(self, link: Mapping[str, Any]) -> dict[str, Any]:
        """externalcontact/customer_acquisition/create_link: link_id, url, create_time (page 97297)."""
        made = await self.call("POST", f"{ACQUISITION}/create_link", body=_json(link))
        return dict(made["link"])

    async def link_update(self, link: Mapping[str, Any]) -> None:
        """…/update_link: the range is replaced (page 97297)."""
        await self.call("POST", f"{ACQUISITION}/update_link", body=_json(link))

    async def link_get(self, link_id: str) -> dict[str, Any]:
        """…/get (page 97297)."""
        found = await self.call("POST", f"{ACQUISITION}/get", body=_json({"link_id": link_id}))
        return dict(found.get("link") or {})

    async def link_list(self) -> list[str]:
        """…/list_link: the newest hundred ids (page 97297)."""
        found = await self.call("POST", f"{ACQUISITION}/list_link", body=_json({"limit": 100}))
        return [str(link_id) for link_id in found.get("link_id_list") or []]

    async def link_customers(self, link_id: str, *, pages: int) -> list[tuple[str, str]]:
        """…/customer: (member, customer) of those who came through a link, a thousand a page (page 97298)."""
        found: list[tuple[str, str]] = []
        cursor = ""
        for _ in range(pages):
            body = _json({"link_id": link_id, "limit": 1000, "cursor": cursor})
            answer = await self.call("POST", f"{ACQUISITION}/customer", body=body)
            found += [(str(c["userid"]), str(c["external_userid"])) for c in answer.get("customer_list") or []]
            cursor = str(answer.get("next_cursor") or "")
            if not cursor:
                break
        return found

    async def contact_list(self, user_id: str) -> list[str]:
        """externalcontact/list: a member's customers; [] for one who has none, or no customer contact (page 92113)."""
        try:
            found = await self.call("GET", "externalcontact/list", params={"userid": user_id})
        except WeComError as error:
            if error.code in NO_CONTACTS:
                return []
            raise
        return [str(one) for one in found.get("external_userid") or []]

    async def kf_sync(self, account: str, *, cursor: str, token: str) -> dict[str, Any]:
        """kf/sync_msg: a page of what customers wrote to an account of 微信客服 (page 94670)."""
        body = {"open_kfid": account, "cursor": cursor, "limit": 1000} | ({"token": token} if token else {})
        return await self.call("POST", "kf/sync_msg", body=_json(body))

    async def kf_names(self, external_ids: Sequence[str]) -> dict[str, str]:
        """kf/customer/batchget: the nicknames of at most a hundred customers (page 95159)."""
        body = _json({"external_userid_list": list(external_ids)})
        found = await self.call("POST", "kf/customer/batchget", body=body)
        return {str(c["external_userid"]): str(c.get("nickname") or "") for c in found.get("customer_list") or []}

    async def corp_tags(self) -> list[dict[str, Any]]:
        """externalcontact/get_corp_tag_list: the groups with their tags (page 92117)."""
        found = await self.call("POST", "externalcontact/get_corp_tag_list", body=_json({}))
        return list(found.get("tag_group") or [])

    async def corp_tag_add(self, group: str, name: str) -> str:
        """externalcontact/add_corp_tag: the id of a new tag; its group is made when it is not there (page 92117)."""
        body = _json({"group_name": group, "tag": [{"name": name}]})
        made = await self.call("POST", "externalcontact/add_corp_tag", body=body)
        return str(made["tag_group"]["tag"][0]["id"])

    async def unassigned_list(self, cursor: str) -> dict[str, Any]:
        """externalcontact/get_unassigned_list: customers of those who have left, a page at a time (page 92124)."""
        page = {"cursor": cursor, "page_size": UNASSIGNED_PAGE}
        return await self.call("POST", "externalcontact/get_unassigned_list", body=_json(page))

    async def customers_transfer(self, content: Mapping[str, Any], *, resigned: bool) -> list[dict[str, Any]]:
        """transfer_customer, of somebody who has left (page 94081) or is still there (page 92125): begun, not done."""
        endpoint = f"externalcontact/{RESIGNED if resigned else ''}transfer_customer"
        return list((await self.call("POST", endpoint, body=_json(content))).get("customer") or [])

    async def transfer_result(self, content: Mapping[str, Any], *, resigned: bool) -> dict[str, Any]:
        """transfer_result: what has become of those customers, a page at a time (pages 94082, 94088)."""
        endpoint = f"externalcontact/{RESIGNED if resigned else ''}transfer_result"
        return await self.call("POST", endpoint, body=_json(content))

    async def media_upload(self, kind: str, filename: str, content: bytes) -> str:
        """media/upload: returns the media id, good for three days (page 90253)."""

        async def upload(token: str) -> dict[str, Any]:
            form = aiohttp.FormData(quote_fields=False)  # one that was sent cannot be sent again
            form.add_field("media", content, filename=filename, content_type="application/octet-stream")
            return await self._once("POST", "media/upload", {"access_token": token, "type": kind}, form)

        found = (await self._renewing("media/upload", upload)).get("media_id")
        if not isinstance(found, str) or not found:
            raise OutcomeUnknown("企业微信收了文件,没有给编号")
        return found

    async def media_get(self, media_id: str) -> tuple[str, bytes]:
        """media/get: the content type and the bytes; an error comes as JSON with 200 (page 90254)."""

        async def download(token: str) -> tuple[str, bytes]:
            params = {"access_token": token, "media_id": media_id}
            status, kind, raw = await self._exchange("GET", "media/get", params, None, LARGEST_MEDIA)
            if "json" in kind or "text" in kind:
                self._read("media/get", status, raw)
            return kind, raw

        return await self._renewing("media/get", download)

    async def _renewing(self, endpoint: str, once: Callable[[str], Awaitable[T]]) -> T:
        """A call in its slot with the token; one that WeCom calls invalid is renewed once, and the call repeated once.

        A token that is called invalid right after it was given would be asked for without end: it counts as refused.
        """
        failures = self.token.failures
        async with self._pace.slot(endpoint):
            token = await self.token.get(failures=failures)
            try:
                answer = await self._pace.learning(endpoint, once(token))
            except WeComError as error:
                if not _is_of_token(error):
                    raise
                if self.token.on_probation:
                    raise self._never_liked(token, error) from None
                token = await self.token.get(instead_of=token)
                try:
                    answer = await self._pace.learning(endpoint, once(token))
                except WeComError as again:
                    if not _is_of_token(again):
                        raise
                    raise self._never_liked(token, again) from None
        self.token.accept()
        return answer

    def _never_liked(self, token: str, error: WeComError) -> WeComError:
        alarm = WeComError(error.code, error.endpoint, NEVER_LIKED)
        self.token.refuse(token, alarm)
        return alarm

    async def _fetch_token(self) -> tuple[str, float]:
        params = {"corpid": self.account.corp_id, "corpsecret": self.account.secret}
        try:
            answer = await self._once("GET", "gettoken", params, None)
        except OutcomeUnknown as error:
            raise NotReached(str(error)) from None  # without a token nothing was asked for, so nothing has happened
        return str(answer.get("access_token") or ""), float(answer.get("expires_in") or 7200)

    async def _once(
        self, method: str, endpoint: str, params: Mapping[str, str], body: bytes | aiohttp.FormData | None
    ) -> dict[str, Any]:
        status, _, raw = await self._exchange(method, endpoint, params, body, LARGEST_ANSWER)
        return self._read(endpoint, status, raw)

    async def _exchange(
        self, method: str, endpoint: str, params: Mapping[str, str], body: Any, largest: int
    ) -> tuple[int, str, bytes]:
        address = f"{self.account.api_base.rstrip('/')}/cgi-bin/{endpoint}"
        return await self._line.exchange(method, address, params=params, body=body, largest=largest)

    def _read(self, endpoint: str, status: int, raw: bytes) -> dict[str, Any]:
        if len(raw) > LARGEST_ANSWER:
            raise OutcomeUnknown("企业微信的回答太长")
        if status == TOO_MANY:
            self._on_answer(endpoint, status)
            raise WeComError(TOO_MANY, endpoint)
        try:
            answer = json.loads(raw)
            code = int(answer["errcode"])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise OutcomeUnknown(f"企业微信的回答看不懂(HTTP {status})") from None
        self._on_answer(endpoint, code)
        if code == 0 and status == 200:
            return dict(answer)
        if code == 0:
            raise OutcomeUnknown(f"企业微信回答 HTTP {status}")
        raise WeComError(code, endpoint)


def _is_of_token(error: WeComError) -> bool:
    """40001 means a wrong secret where a token is asked for, and a bad token everywhere else (page 90313)."""
    return error.endpoint != "gettoken" and (error.meaning.decision == "token" or error.code == 40001)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
