"""Switches that make a stand-in misbehave as the real platform does on its bad days."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

LINE = ("http_502", "http_429", "slow", "drip", "cut_before", "cut_after", "empty", "truncated", "html_200")


@dataclass
class Fault:
    """One fault of an endpoint ("*" for all): how often it strikes, None: until cleared.

    `code` and `errcode` are what a platform's own kinds answer; `seconds` is how long a slow one takes.
    """

    endpoint: str
    kind: str
    times: int | None = None
    errcode: int = -1
    code: str = ""
    seconds: float = 0.0


class Faults:
    """The faults in force, the oldest first.

    `instead` are a platform's own kinds that answer without doing anything, `after` those that spoil a true answer,
    `others` those that the platform looks up itself with `strikes`.
    """

    def __init__(
        self,
        instead: Mapping[str, Callable[[Fault], web.Response]],
        after: Mapping[str, Callable[[web.Response], web.Response]],
        others: tuple[str, ...] = (),
    ) -> None:
        self._instead = instead
        self._after = after
        self._kinds = (*LINE, *instead, *after, *others)
        self._others = others
        self._active: list[Fault] = []
        self._running = 0
        self.most_at_once = 0  # calls, since the last clear()

    def add(
        self,
        endpoint: str,
        kind: str,
        *,
        times: int | None = None,
        errcode: int = -1,
        code: str = "",
        seconds: float = 0,
    ) -> None:
        """Switch a fault on; raises ValueError for an unknown kind."""
        if kind not in self._kinds:
            raise ValueError(f"no fault called {kind}; there are {', '.join(self._kinds)}")
        self._active.append(Fault(endpoint, kind, times, errcode, code, seconds))

    def clear(self) -> None:
        """Everything works again."""
        self._active.clear()
        self.most_at_once = self._running

    def strikes(self, endpoint: str, *kinds: str) -> Fault | None:
        """The fault of one of these kinds that strikes now; it is counted."""
        for fault in self._active:
            if fault.endpoint in (endpoint, "*") and fault.times != 0 and fault.kind in kinds:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    async def around(
        self, endpoint: str, request: web.Request, answer: Callable[[], Awaitable[web.Response]]
    ) -> web.Response:
        """Answer a call, or what a fault makes of it."""
        self._running += 1
        self.most_at_once = max(self.most_at_once, self._running)
        try:
            return await self._answer(endpoint, request, answer)
        finally:
            self._running -= 1

    async def _answer(
        self, endpoint: str, request: web.Request, answer: Callable[[], Awaitable[web.Response]]
    ) -> web.Response:
        fault = self.strikes(endpoint, *(kind for kind in self._kinds if kind not in self._others))
        if fault is None:
            return await answer()
        if fault.kind in self._instead:
            return self._instead[fault.kind](fault)
        if fault.kind == "http_502":
            return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
        if fault.kind == "http_429":
            return web.Response(status=429, text="too many requests", headers={"Retry-After": "60"})
        if fault.kind == "cut_before":
            return _cut(request)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await answer()
        done = await answer()
        if fault.kind in self._after:
            return self._after[fault.kind](done)
        if fault.kind == "cut_after":
            return _cut(request)
        if fault.kind == "empty":
            return web.Response(body=b"")
        if fault.kind == "html_200":
            return web.Response(text="<html>维护中</html>", content_type="text/html")
        body = done.body
        if fault.kind == "drip" and isinstance(body, bytes):
            return web.Response(body=_drip(body, fault.seconds), content_type="application/json")
        return web.Response(body=body[:-9] if isinstance(body, bytes) else b"", content_type="application/json")


async def _drip(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    """A byte now and then."""
    for number in range(len(body)):
        yield body[number : number + 1]
        await asyncio.sleep(seconds)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
