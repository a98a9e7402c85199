"""WeChat's side of an official account's messages: a token, and 客服消息 to who has just done something."""

import json
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TEXT_BYTES = 2048
LIVES = 7200.0  # seconds of a token
OVERLAP = 300.0  # seconds for which the one before is good when a new one was given
WRITTEN, TOUCHED = (5, 48 * 3600.0), (3, 60.0)  # messages and seconds after words of theirs, and after other deeds
TOUCHES = ("SCAN", "CLICK", "subscribe")


@dataclass
class AccountHouse:
    """`got`: (openid, words) of what was taken; `answers`: error numbers that the next calls get; `cuts`: how often
    the line breaks after a message was taken; `flaws`: what a strict eye found wrong with a call."""

    app_id: str
    secret: str
    now: Callable[[], float]
    got: list[tuple[str, str]] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    flaws: list[str] = field(default_factory=list)
    cuts: int = 0
    tokens: int = 0
    port: int = 0
    _good: dict[str, float] = field(default_factory=dict)  # token → until when
    _open: dict[str, tuple[int, float]] = field(default_factory=dict)  # follower → messages left, until when
    _gone: set[str] = field(default_factory=set)
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/cgi-bin/token", self._token)
        app.router.add_post("/cgi-bin/message/custom/send", self._send)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """No more."""
        if self._runner is not None:
            await self._runner.cleanup()

    def saw(self, openid: str, fields: Mapping[str, str]) -> None:
        """A follower did something; what they may be sent is counted anew from it, and never less than before."""
        event = fields.get("Event", "")
        if event == "unsubscribe":
            self._gone.add(openid)
            self._open.pop(openid, None)
            return
        self._gone.discard(openid)
        if fields.get("MsgType") != "event":
            self._open[openid] = (WRITTEN[0], self.now() + WRITTEN[1])
        elif event in TOUCHES and self._open.get(openid, (0, 0.0))[1] < self.now() + TOUCHED[1]:
            self._open[openid] = (TOUCHED[0], self.now() + TOUCHED[1])

    def forget_tokens(self) -> None:
        """As when somebody else has asked for one, and time has passed."""
        self._good.clear()

    async def _token(self, request: web.Request) -> web.Response:
        if request.query.get("grant_type") != "client_credential":
            return _error(40002, "invalid grant_type")
        if request.query.get("appid") != self.app_id:
            return _error(40013, "invalid appid")
        if request.query.get("secret") != self.secret:
            return _error(40125, "invalid appsecret")
        self.tokens += 1
        token = secrets.token_urlsafe(48)
        self._good = {old: min(until, self.now() + OVERLAP) for old, until in self._good.items()}
        self._good[token] = self.now() + LIVES
        return web.json_response({"access_token": token, "expires_in": int(LIVES)})

    async def _send(self, request: web.Request) -> web.Response:
        if self._good.get(request.query.get("access_token", ""), 0.0) <= self.now():
            return _error(40001, "invalid credential, access_token is invalid or not latest")
        if self.answers:
            return _error(self.answers.popleft(), "as told")
        raw = await request.read()
        try:
            body = json.loads(raw)
        except ValueError:
            return _error(47001, "data format error")
        openid, words = str(body.get("touser", "")), _words(body)
        if words is None:
            self.flaws.append(raw.decode(errors="replace")[:200])
            return _error(40008, "invalid message type")
        if not words:
            return _error(44004, "empty content")
        if len(words.encode()) > TEXT_BYTES:
            return _error(45002, "content size out of limit")
        return self._taken(request, openid, words)

    def _taken(self, request: web.Request, openid: str, words: str) -> web.Response:
        if openid in self._gone:
            return _error(43004, "require subscribe")
        left, until = self._open.get(openid, (0, 0.0))
        if until <= self.now():
            return _error(45015, "response out of time limit or subscription is canceled")
        if not left:
            return _error(45047, "out of response count limit")
        self._open[openid] = (left - 1, until)
        self.got.append((openid, words))
        if self.cuts:
            self.cuts -= 1
            assert request.transport is not None  # noqa: S101 - it is there while a request is answered
            request.transport.abort()
        return _error(0, "ok")


def _words(body: Any) -> str | None:
    """The text of a message that has just the keys that the documentation names; None for any other."""
    if not isinstance(body, dict) or set(body) != {"touser", "msgtype", "text"} or body["msgtype"] != "text":
        return None
    text = body["text"]
    return str(text["content"]) if isinstance(text, dict) and set(text) == {"content"} else None


def _error(code: int, words: str) -> web.Response:
    rid = f" rid: {secrets.token_hex(4)}" if code else ""
    return web.json_response({"errcode": code, "errmsg": words + rid})
