"""A callback that arrives whole and in its plainest form is answered at the door; whatever is unusual or wrong goes on.

Nearly all callbacks are one POST that comes in one piece. To make a request, a task, a response and four layers of
calls of it takes aiohttp longer than everything that we do with it. The door reads such a one by one expression,
which takes only what no server could understand in another way: one length, no other coding, no odd letter. It never
refuses anything: what it does not know, or what does not prove right, goes on to aiohttp as it came.
"""

import asyncio
import re
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial
from typing import Any, Protocol

from aiohttp import web
from aiohttp.http import SERVER_SOFTWARE

from bot import clock as real_clock
from bot.web.edge import HEADERS

LONGEST_HEAD = 4096  # bytes

_ANY = (
    rb"(?!(?i:connection|content-encoding|content-length|expect|te|trailer|transfer-encoding|upgrade):)"
    rb"[A-Za-z0-9-]++:[\t -~]*+\r\n|(?i:connection): keep-alive\r\n"
)
WHOLE = re.compile(
    rb"POST (/[A-Za-z0-9._/-]*+)\?([!-~]*+) HTTP/1\.1\r\n"
    rb"(?:" + _ANY + rb")*+(?i:content-length): ([0-9]{1,7}+)\r\n(?:" + _ANY + rb")*+\r\n"
)

Work = asyncio.Future[Any]


class Answered(Protocol):
    """Counts an answer."""

    def __call__(self, *, route: str, status: int) -> None: ...


class Entrance(Protocol):
    """What stands behind one path of the door."""

    route: str  # its pattern, for the counters

    def begin(self, query: bytes, body: bytes) -> Work | None:
        """The work on a request; None: it shall go the long way, where it is looked at anew."""

    def end(self, work: Work) -> int:
        """The status to answer when the work is done, has failed, or was cancelled because it took too long."""


class Door:
    """Answers what comes to its paths; a work that lasts longer than `patience()` seconds is cancelled."""

    def __init__(self, *, patience: Callable[[], float], answered: Answered) -> None:
        self._patience = patience
        self._answered = answered
        self._entrances: dict[bytes, Entrance] = {}
        self._at_work: dict[Work, float] = {}  # and until when, the first that ends first
        self._alarm: asyncio.TimerHandle | None = None
        self._second = 0
        self._words: dict[int, bytes] = {}
        self._closed = False

    def add(self, path: str, entrance: Entrance) -> None:
        """Let a path be answered here; one with other letters than a plain one goes the long way."""
        self._entrances[path.encode()] = entrance

    def take(self, data: bytes, answer: Callable[[bytes], None]) -> bool:
        """Whether these bytes of a connection that rests are a request that is answered here, by `answer`, later."""
        whole = WHOLE.match(data, 0, LONGEST_HEAD)
        if whole is None or self._closed:
            return False
        path, query, length = whole.groups()
        entrance = self._entrances.get(path)
        if entrance is None or len(data) - whole.end() != int(length):
            return False
        work = entrance.begin(query, data[whole.end() :])
        if work is None:
            return False
        loop = work.get_loop()
        self._at_work[work] = until = loop.time() + self._patience()
        if self._alarm is None:
            self._alarm = loop.call_at(until, self._look)
        work.add_done_callback(partial(self._end, entrance, answer))
        return True

    async def close(self) -> None:
        """Take nothing more, and answer what was taken."""
        self._closed = True
        if self._at_work:
            await asyncio.wait(tuple(self._at_work))
        if self._alarm is not None:
            self._alarm.cancel()

    def _end(self, entrance: Entrance, answer: Callable[[bytes], None], work: Work) -> None:
        del self._at_work[work]
        status = entrance.end(work)
        self._answered(route=entrance.route, status=status)
        answer(self._said(status))

    def _look(self) -> None:
        """The alarm: one for all, because a clock for each would take longer than most of the work."""
        self._alarm = None
        loop = asyncio.get_running_loop()
        for work, until in tuple(self._at_work.items()):
            if until > loop.time():
                self._alarm = loop.call_at(until, self._look)
                return
            work.cancel()

    def _said(self, status: int) -> bytes:
        """The whole answer, as aiohttp and our outermost layer would put it."""
        now = real_clock.now()
        if (second := int(now.timestamp())) != self._second:
            self._second = second
            self._words.clear()
        found = self._words.get(status)
        if found is None:
            words = web.Response(status=status)
            lines = [
                f"HTTP/1.1 {status} {words.reason}", "Content-Type: text/plain; charset=utf-8",
                *(f"{name}: {value}" for name, value in HEADERS.items()), "Content-Length: 0",
                f"Date: {format_datetime(now, usegmt=True)}", f"Server: {SERVER_SOFTWARE}", "", "",
            ]  # fmt: skip
            found = self._words[status] = "\r\n".join(lines).encode()
        return found


DOOR = web.AppKey("door", Door)
