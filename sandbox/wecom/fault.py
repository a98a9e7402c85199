"""Switches that make the stand-in misbehave as the real WeCom does on its bad days."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

KINDS = (
    "errcode", "http_502", "slow", "cut_before", "cut_after", "empty", "truncated", "string_errcode", "html_200",
)  # fmt: skip


@dataclass
class Fault:
    """One fault of an endpoint ("message/send", or "*" for all): how often it strikes, None: until cleared."""

    endpoint: str
    kind: str
    times: int | None = None
    errcode: int = -1
    seconds: float = 0.0


class Faults:
    """The faults in force, the oldest first."""

    def __init__(self) -> None:
        self._active: list[Fault] = []

    def add(self, endpoint: str, kind: str, *, times: int | None = None, errcode: int = -1, seconds: float = 0) -> None:
        """Switch a fault on; raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"no fault called {kind}; there are {', '.join(KINDS)}")
        self._active.append(Fault(endpoint, kind, times, errcode, seconds))

    def clear(self) -> None:
        """Everything works again."""
        self._active.clear()

    def _next(self, endpoint: str) -> Fault | None:
        for fault in self._active:
            if fault.endpoint in (endpoint, "*") and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    async def around(
        self, endpoint: str, request: web.Request, answer: Callable[[], Awaitable[dict[str, Any]]]
    ) -> web.StreamResponse:
        """Answer a call, or what a fault makes of it."""
        fault = self._next(endpoint)
        if fault is None:
            return web.json_response(await answer())
        if fault.kind == "errcode":
            return web.json_response({"errcode": fault.errcode, "errmsg": "fault"})
        if fault.kind == "http_502":
            return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
        if fault.kind == "cut_before":
            _cut(request)
            return web.Response()
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return web.json_response(await answer())
        done = await answer()
        if fault.kind == "cut_after":
            _cut(request)
            return web.Response()
        if fault.kind == "empty":
            return web.Response(body=b"")
        if fault.kind == "html_200":
            return web.Response(text="<html>维护中</html>", content_type="text/html")
        if fault.kind == "string_errcode":
            return web.json_response({**done, "errcode": str(done["errcode"])})
        return web.Response(body=json.dumps(done).encode()[:-9], content_type="application/json")


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
