"""Access tokens of the app: one value for both API generations, the same again while it lives."""

import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.dingtalk.call import Call
from sandbox.dingtalk.company import Company
from sandbox.dingtalk.refusal import Refused

LIVES = 7200.0
HEADER = "x-acs-dingtalk-access-token"


class Tokens:
    """The app's token, and those of people who logged in with a browser."""

    def __init__(self, company: Company, now: Callable[[], float]) -> None:
        self._company = company
        self.now = now
        self._current = ""
        self._until = 0.0
        self._old: set[str] = set()

    def invalidate(self) -> None:
        """DingTalk may end a token early."""
        self._old.add(self._current)
        self._current = ""

    def new_api(self, call: Call) -> dict[str, Any]:
        """POST /v1.0/oauth2/accessToken."""
        if call.body.get("appKey") != self._company.client_id or call.body.get("appSecret") != self._secret():
            raise Refused("invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        return {"accessToken": self._issue(), "expireIn": int(LIVES)}

    def old_api(self, call: Call) -> dict[str, Any]:
        """GET /gettoken."""
        if call.query.get("appkey") != self._company.client_id or call.query.get("appsecret") != self._secret():
            raise Refused(40089, "不合法的corpid或corpsecret")
        return {"errcode": 0, "access_token": self._issue(), "errmsg": "ok", "expires_in": int(LIVES)}

    def check(self, request: web.Request) -> None:
        """Raise Refused in the shape of the request's API generation when its token does not hold."""
        old = not request.path.startswith("/v1.0/")
        token = request.query.get("access_token", "") if old else request.headers.get(HEADER, "")
        if token and token == self._current and self.now() < self._until:
            return
        if not old:
            raise Refused("InvalidAuthentication", "不合法的access_token")
        if request.path.startswith("/topapi/"):
            raise Refused(88, "不合法的access_token", sub_code="40014")
        raise Refused(42001 if token in (self._current, *self._old) and token else 40014, "不合法的access_token")

    def _issue(self) -> str:
        if not self._current or self.now() >= self._until:
            self._old.add(self._current)
            self._current = secrets.token_hex(16)
        self._until = self.now() + LIVES
        return self._current

    def _secret(self) -> str:
        return self._company.client_secret
