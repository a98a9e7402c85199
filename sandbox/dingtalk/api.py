"""The door of the API: token, quota, speed, the shape of the body; then the handler of the address."""

import json
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.fault import QPS, TOO_FAST
from sandbox.dingtalk.quota import Quota
from sandbox.dingtalk.refusal import Refused, refusal, success
from sandbox.dingtalk.token import Tokens
from sandbox.fault import Faults

OVER = "Forbidden.AccessDenied.ApiCountLimitForOrg"


class Api:
    """All addresses of api.dingtalk.com and oapi.dingtalk.com. `qps` limits each address per real second when set."""

    def __init__(self, faults: Faults, quota: Quota, tokens: Tokens, now: Callable[[], float]) -> None:
        self.faults = faults
        self.quota = quota
        self.tokens = tokens
        self.calls: Counter[str] = Counter()
        self.bodies: list[tuple[str, bytes]] = []
        self.qps: int | None = None
        self.ips: tuple[str, ...] = ()  # 服务器出口IP; empty: all
        self.forbidden: dict[str, str] = {}  # endpoint → scope that the app was not given
        self._now = now
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)

    def invalidate_tokens(self) -> None:
        """DingTalk may end a token early."""
        self.tokens.invalidate()

    def own(self) -> list[Endpoint]:
        """The two addresses that give tokens."""
        return [
            Endpoint("POST", "/v1.0/oauth2/accessToken", self.tokens.new_api, free=True, open=True),
            Endpoint("GET", "/gettoken", self.tokens.old_api, free=True, open=True),
        ]

    def routes(self, endpoints: Sequence[Endpoint]) -> list[web.RouteDef]:
        """The routes to add to an application."""
        known = [web.route(one.method, one.path, self._answering(one)) for one in endpoints]
        return [*known, web.route("*", "/{path:.*}", self._unknown)]

    def _answering(self, endpoint: Endpoint) -> Callable[[web.Request], Any]:
        async def respond(request: web.Request) -> web.StreamResponse:
            raw = await request.read()

            async def answer() -> web.Response:
                self.calls[endpoint.name] += 1
                self.bodies.append((endpoint.name, raw))
                return self._answer(endpoint, request, raw)

            return await self.faults.around(endpoint.name, request, answer)

        return respond

    def _answer(self, endpoint: Endpoint, request: web.Request, raw: bytes) -> web.Response:
        try:
            self._admit(endpoint, request)
            call = Call(request, _read(endpoint, request, raw), raw, self._now())
            if not endpoint.free:
                self.quota.count_api()
            done = endpoint.handler(call)
        except Refused as error:
            return refusal(error)
        return done if isinstance(done, web.Response) else success(done)

    def _admit(self, endpoint: Endpoint, request: web.Request) -> None:
        if not endpoint.open:
            self.tokens.check(request)
        if self.ips and request.remote not in self.ips:
            message = f"访问ip不在白名单之中,request ip={request.remote}"
            if endpoint.old:
                raise Refused(88, message, sub_code="60020")
            raise Refused("Forbidden.AccessDenied.IpNotInWhiteList", message, status=403)
        if (scope := self.forbidden.get(endpoint.name)) is not None:
            message = f"应用尚未开通所需的权限:[{scope}]"
            if endpoint.old:
                raise Refused(88, message, sub_code="60011")
            raise Refused("Forbidden.AccessDenied.AccessTokenPermissionDenied", message, status=403)
        if not endpoint.free and not self.quota.api_left():
            message = "您的组织本月API调用次数已用完"
            raise Refused(90020, message) if endpoint.old else Refused(OVER, message, status=403)
        self._pace(endpoint)

    def _pace(self, endpoint: Endpoint) -> None:
        if self.qps is None:
            return
        times, now = self._recent[endpoint.name], time.monotonic()
        while times and times[0] <= now - 1:
            times.popleft()
        if len(times) >= self.qps:
            raise Refused(90018, TOO_FAST) if endpoint.old else Refused(QPS, TOO_FAST, status=403)
        times.append(now)

    async def _unknown(self, request: web.Request) -> web.Response:
        self.calls["?"] += 1
        if request.path.startswith("/v1.0/"):
            message = "Specified api is not found, please check your url and method."
            return refusal(Refused("InvalidAction.NotFound", message, status=404))
        return refusal(Refused(404, "请求的URI地址不存在"))


def _read(endpoint: Endpoint, request: web.Request, raw: bytes) -> dict[str, Any]:
    if request.method in ("GET", "DELETE") or not raw:
        return {}
    flaw: str | int = 43007 if endpoint.old else "InvalidParameter"
    if endpoint.old and request.content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    if request.content_type != "application/json":
        raise Refused(flaw, f"Content-Type {request.content_type} is not application/json")
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refused(flaw, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(flaw, "the body is not a JSON object")
    return body
