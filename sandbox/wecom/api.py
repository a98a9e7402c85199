"""The calls that the bot makes to WeCom: /cgi-bin/*, always HTTP 200 with an errcode."""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.chat import Chats
from sandbox.fault import Faults
from sandbox.wecom.appchat import AppChats
from sandbox.wecom.approval import ApprovalApp
from sandbox.wecom.chat import Memory, Message
from sandbox.wecom.company import Company
from sandbox.wecom.inherit import Inheritance
from sandbox.wecom.kf import KfDesk
from sandbox.wecom.links import Links
from sandbox.wecom.login import Login
from sandbox.wecom.mass import MassDesk
from sandbox.wecom.sending import OK, Sending, read_json
from sandbox.wecom.ways import Ways

TOKEN_LIVES = 7200.0
WRONG_SECRETS = 5  # after so many wrong secrets the calling address is banned for an hour


class Api:
    """The endpoints of one app."""

    def __init__(self, company: Company, chats: Chats[Message], memory: Memory, faults: Faults) -> None:
        self.company = company
        self.chats = chats
        self.memory = memory
        self.faults = faults
        self.calls: Counter[str] = Counter()
        self.bodies: list[tuple[str, bytes]] = []
        self.menu: dict[str, Any] = {}
        self.welcomed: list[dict[str, Any]] = []
        self.media: dict[str, bytes] = {}
        self.names: dict[str, str] = {}  # media id → the file's name
        self.ways = Ways(company, chats.now)
        self.links = Links(company, chats.now)
        self.login = Login(company, chats.now)
        self.inheritance = Inheritance(company, chats.now)
        self.kf = KfDesk(chats.now)
        self.mass = MassDesk(company, chats.now)
        self.appchats = AppChats(company, chats.now)
        self.approvals = ApprovalApp(company, chats.now)
        sending = Sending(company, chats, memory, self.media, self.names)
        self._tokens: dict[str, float] = {}
        self._wrong = 0
        self._banned_until = 0.0
        self._handlers: dict[str, Callable[[web.Request, bytes], dict[str, Any]]] = {
            "message/send": sending.send,
            "message/update_template_card": sending.update,
            "message/recall": sending.recall,
            "menu/create": self._menu_create,
            "menu/get": lambda request, body: {**OK, **self.menu},
            "menu/delete": self._menu_delete,
            "user/get": self._user,
            "user/simplelist": self._users,
            "auth/getuserinfo": lambda request, body: self.login.who(request.query.get("code", "")),
            "department/list": lambda request, body: {**OK, "department": [{"id": 1, "name": company.name}]},
            "externalcontact/get": self._contact,
            "externalcontact/list": self._contacts,
            "externalcontact/get_follow_user_list": lambda r, b: {**OK, "follow_user": sorted(company.members)},
            "externalcontact/send_welcome_msg": self._welcome,
            "externalcontact/get_unassigned_list": lambda r, b: self.inheritance.unassigned(read_json(b)),
            "externalcontact/transfer_customer": lambda r, b: self.inheritance.transfer(read_json(b), resigned=False),
            "externalcontact/transfer_result": lambda r, b: self.inheritance.results(read_json(b), resigned=False),
            "externalcontact/resigned/transfer_customer": lambda r, b: self.inheritance.transfer(
                read_json(b), resigned=True
            ),
            "externalcontact/resigned/transfer_result": lambda r, b: self.inheritance.results(
                read_json(b), resigned=True
            ),
            "appchat/get": lambda request, body: self.appchats.get(request.query.get("chatid", "")),
            "getcallbackip": lambda request, body: {**OK, "ip_list": ["127.0.0.1"]},
            **{
                name: _of_body(answer)
                for part in (self.ways, self.links, self.kf, self.mass, self.appchats, self.approvals)
                for name, answer in part.handlers().items()
            },
        }

    def routes(self) -> list[web.RouteDef]:
        """The routes to add to an application."""
        return [
            *self.login.routes(),
            web.get("/cgi-bin/gettoken", self.gettoken),
            web.post("/cgi-bin/media/upload", self.upload),
            web.get("/cgi-bin/media/get", self.download),
            web.route("*", "/cgi-bin/{endpoint:.+}", self.call),
        ]

    def invalidate_tokens(self) -> None:
        """WeCom may end a token early."""
        self._tokens.clear()

    async def gettoken(self, request: web.Request) -> web.StreamResponse:
        """A token per secret for two hours; wrong secrets ban the caller."""

        async def answer() -> dict[str, Any]:
            self.calls["gettoken"] += 1
            now = self.chats.now()
            if now < self._banned_until:
                return {"errcode": 45009, "errmsg": "api freq out of limit"}
            if request.query.get("corpid") != self.company.corp_id:
                return {"errcode": 40013, "errmsg": "invalid corpid"}
            if request.query.get("corpsecret") != self.company.secret:
                self._wrong += 1
                if self._wrong >= WRONG_SECRETS:
                    self._banned_until = now + 3600
                return {"errcode": 40001, "errmsg": "invalid credential"}
            token = secrets.token_urlsafe(40)
            self._tokens[token] = now + TOKEN_LIVES
            return {**OK, "access_token": token, "expires_in": int(TOKEN_LIVES)}

        return await answered(self.faults, "gettoken", request, answer)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Any other endpoint, with a token in the address."""
        endpoint = request.match_info["endpoint"]
        body = await request.read()

        async def answer() -> dict[str, Any]:
            self.calls[endpoint] += 1
            self.bodies.append((endpoint, body))
            refused = self._token_flaw(request)
            if refused is not None:
                return refused
            handler = self._handlers.get(endpoint)
            if handler is None:
                return {"errcode": 40066, "errmsg": "invalid url"}
            return handler(request, body)

        return await answered(self.faults, endpoint, request, answer)

    def _token_flaw(self, request: web.Request) -> dict[str, Any] | None:
        token = request.query.get("access_token")
        if not token:
            return {"errcode": 41001, "errmsg": "access_token missing"}
        if token not in self._tokens:
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        if self._tokens[token] < self.chats.now():
            return {"errcode": 42001, "errmsg": "access_token expired"}
        return None

    def _menu_create(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        body = read_json(raw) or {}
        if request.query.get("agentid") != str(self.company.agent_id):
            return {"errcode": 301002, "errmsg": "not allow operate another agent"}
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            return {"errcode": 40016, "errmsg": "invalid button size"}
        for button in buttons:
            if len(str(button.get("name", "")).encode()) > 16 or len(button.get("sub_button", [])) > 5:
                return {"errcode": 40018, "errmsg": "invalid button name size"}
            for sub in button.get("sub_button", []):
                if len(str(sub.get("name", "")).encode()) > 40 or len(str(sub.get("key", "")).encode()) > 128:
                    return {"errcode": 40018, "errmsg": "invalid sub button"}
        self.menu = body
        for user in self.company.members:
            self.chats.changed(user)
        return dict(OK)

    def _menu_delete(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        self.menu = {}
        return dict(OK)

    def _user(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        user = request.query.get("userid", "").lower()
        if user not in self.company.members:
            return {"errcode": 60111, "errmsg": "userid not found"}
        if user not in self.company.visible():
            return {"errcode": 60011, "errmsg": "no privilege to access/modify contact/party/agent"}
        return {**OK, "userid": user, "name": self.company.members[user], "department": [1], "status": 1}

    def _users(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        listed = [{"userid": u, "name": n, "department": [1]} for u, n in self.company.members.items()]
        return {**OK, "userlist": listed}

    def _contact(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        contact = self.company.contacts.get(request.query.get("external_userid", ""))
        if contact is None:
            return {"errcode": 40096, "errmsg": "invalid external userid"}
        return {**OK, "external_contact": contact.profile(), "follow_user": contact.followers()}

    def _contacts(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        user = request.query.get("userid", "").lower()
        if user not in self.company.members:
            return {"errcode": 60111, "errmsg": "userid not found"}
        ids = [c.external_id for c in self.company.contacts.values() if c.member == user]
        return {**OK, "external_userid": ids} if ids else {"errcode": 84061, "errmsg": "not external contact"}

    def _welcome(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        body = read_json(raw) or {}
        if not body.get("welcome_code"):
            return {"errcode": 41049, "errmsg": "missing welcome_code"}
        text = str((body.get("text") or {}).get("content") or "")
        if not text and not body.get("attachments"):
            return {"errcode": 44004, "errmsg": "empty content"}
        if len(text.encode()) > 4000:
            return {"errcode": 45002, "errmsg": "content size out of limit"}
        sent_at = self.company.welcome_codes.pop(body["welcome_code"], None)
        if sent_at is None:
            return {"errcode": 41051, "errmsg": "already delivered"}
        if self.chats.now() - sent_at > 20:
            return {"errcode": 41050, "errmsg": "welcome_code expired"}
        self.welcomed.append(body)
        return dict(OK)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """media/upload: multipart field `media` with a file name."""
        refused = self._token_flaw(request)
        if refused is not None:
            return web.json_response(refused)
        field = (await request.post()).get("media")
        if not isinstance(field, web.FileField) or not field.filename:
            return web.json_response({"errcode": 44001, "errmsg": "empty media data"})
        content = field.file.read()
        if len(content) <= 5 or len(content) > 20 * 2**20:
            return web.json_response({"errcode": 45001, "errmsg": "media size out of limit"})
        media_id = self.keep(content, field.filename)
        created = str(int(self.chats.now()))
        kind = request.query.get("type", "file")
        return web.json_response({**OK, "type": kind, "media_id": media_id, "created_at": created})

    def keep(self, content: bytes, name: str = "") -> str:
        """The media id under which something can be fetched."""
        media_id = "M" + secrets.token_hex(16)
        self.media[media_id] = content
        self.names[media_id] = name
        return media_id

    async def download(self, request: web.Request) -> web.StreamResponse:
        """media/get: the bytes, or JSON with 200."""
        refused = self._token_flaw(request)
        content = self.media.get(request.query.get("media_id", ""))
        if refused is not None or content is None:
            return web.json_response(refused or {"errcode": 40007, "errmsg": "invalid media_id"})
        return web.Response(body=content, content_type="application/octet-stream")


def _of_body(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[web.Request, bytes], dict[str, Any]]:
    """An endpoint that only looks at its JSON."""

    def handler(request: web.Request, raw: bytes) -> dict[str, Any]:
        body = read_json(raw)
        return answer(body) if body is not None else {"errcode": 40058, "errmsg": "invalid request parameter"}

    return handler


async def answered(
    faults: Faults, endpoint: str, request: web.Request, answer: Callable[[], Awaitable[dict[str, Any]]]
) -> web.Response:
    """The answer of an endpoint as JSON, or what a fault makes of it."""

    async def as_json() -> web.Response:
        return web.json_response(await answer())

    return await faults.around(endpoint, request, as_json)
