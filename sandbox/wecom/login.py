"""WeCom's login: the page of the app's own browser, the page with the QR code, and codes that are good once."""

import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.vouching import ask_who, flawed, sent_back
from sandbox.wecom.company import Company

CODE_LIVES = 300.0
STATE = re.compile(r"[a-zA-Z0-9]{0,128}")


class Login:
    """Pages 91022 and 98152. `trusted` is 可信域名 with its port; `outsiders` are WeChat users of no company."""

    def __init__(self, company: Company, now: Callable[[], float]) -> None:
        self.company = company
        self.trusted = ""
        self.outsiders: dict[str, str] = {}
        self._now = now
        self._codes: dict[str, tuple[str, float]] = {}

    def routes(self) -> list[web.RouteDef]:
        """The two pages."""
        return [web.get("/connect/oauth2/authorize", self._inside), web.get("/wwlogin/sso/login", self._desktop)]

    async def _inside(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("response_type") != "code" or query.get("scope") not in ("snsapi_base", "snsapi_privateinfo"):
            return flawed("参数错误:response_type 或 scope")
        return self._page(request)

    async def _desktop(self, request: web.Request) -> web.Response:
        if request.query.get("login_type") != "CorpApp":
            return flawed("参数错误:login_type")
        return self._page(request)

    def _page(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("appid") != self.company.corp_id or query.get("agentid") != str(self.company.agent_id):
            return flawed("参数错误:appid 或 agentid(40013)")
        if STATE.fullmatch(query.get("state", "")) is None:
            return flawed("state 只能是字母和数字,最长 128 字节(84025)")
        back = query.get("redirect_uri", "")
        if urlsplit(back).scheme not in ("http", "https") or urlsplit(back).netloc != self.trusted:
            return flawed("redirect_uri 与配置的授权完成回调域名不一致(50001)")
        people = {**self.company.members, **self.outsiders}
        user = query.get("as", "")
        if user not in people:
            return ask_who(request, "企业微信", people)
        return sent_back(back, code=self.code(user), state=query.get("state", ""))

    def code(self, user: str) -> str:
        """A code for somebody: once, for five minutes."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = (user, self._now() + CODE_LIVES)
        return code

    def who(self, code: str) -> dict[str, Any]:
        """auth/getuserinfo: a member by their userid, anybody else by an openid (page 91023)."""
        user, until = self._codes.pop(code, ("", 0.0))
        if not user:
            return {"errcode": 40029, "errmsg": "invalid code"}
        if self._now() >= until:
            return {"errcode": 42003, "errmsg": "oauth_code expired"}
        if user not in self.company.members:
            return {"errcode": 0, "errmsg": "ok", "openid": f"o{user}"}
        return {"errcode": 0, "errmsg": "ok", "userid": user}
