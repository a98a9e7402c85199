"""Whoever opens a connection and then dawdles is let go, so that a crowd of slow callers keeps no real one waiting.

aiohttp waits for an hour for a request's head, for ever for its body, and for ever until an answer is fetched. This
layer lies between the socket and aiohttp: it knows what a connection waits for and since when.
"""

import asyncio
import contextlib
import fcntl
import struct
import termios
from collections.abc import Callable
from typing import Literal, Protocol, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.door import DOOR, Door

HEAD = 10.0  # seconds until a request's head must be here
BODY = 10.0  # seconds until its body must be here; a mebibyte needs 100 kB/s
STALL = 10.0  # seconds in which at least PROGRESS bytes of an answer must be fetched
IDLE = 75.0  # seconds between two requests; longer than proxies keep a connection that they do not use
PROGRESS = 16 * 1024
CROWD = 512  # connections that wait for their peer; beyond it the one that has waited longest is let go
PATROL = 1.0  # seconds between two rounds
FOREVER = 10 * 365 * 86400.0  # seconds that aiohttp itself keeps an idle connection: IDLE is what counts

State = Literal["head", "body", "work", "idle"]


class Inner(Protocol):
    """The protocol that is guarded (aiohttp's)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def eof_received(self) -> bool | None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


class Guards:
    """All connections of one server; what can be answered at the door goes no further."""

    def __init__(self, door: Door | None) -> None:
        self.door = door
        self.waiting: dict[Guard, None] = {}  # for their peer; the one that has waited longest first
        self.all: set[Guard] = set()
        self._patrol: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin the rounds."""
        self._patrol = asyncio.create_task(self._walk(), name="connection-guard")

    async def stop(self) -> None:
        """No more rounds, and no more answers at the door."""
        if self.door is not None:
            await self.door.close()
        if self._patrol is not None:
            self._patrol.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._patrol

    def make_room(self) -> None:
        """Let those go who have waited longest, when too many wait."""
        while len(self.waiting) > CROWD:
            next(iter(self.waiting)).let_go()

    async def _walk(self) -> None:
        """Look at everybody; a round that comes late means that we stood still, and what we missed may lie here now."""
        clock = asyncio.get_running_loop().time
        last = clock()
        while True:
            await asyncio.sleep(PATROL)
            now = clock()
            slept, last = now - last - PATROL, now
            for guard in tuple(self.all):
                if slept > PATROL:
                    guard.forgive(slept)
                guard.look(now)


class Guard(asyncio.Protocol):
    """One connection: passes everything on to aiohttp, and remembers what it waits for."""

    def __init__(self, inner: Inner, guards: Guards) -> None:
        self._inner = inner
        self._guards = guards
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._request: web.BaseRequest | None = None
        self._state: State = "head"
        self._since = 0.0
        self._unfetched = 0
        self._fetched_at = 0.0
        self._much = False  # a large body is awaited: as long as it moves, it may take its time
        self._untouched = True  # aiohttp has seen nothing of this connection yet
        self._at_door = False  # the door makes an answer
        self._held = b""  # what came meanwhile
        self._clogged = False  # the caller does not fetch what we say

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new caller: the head of their first request is awaited."""
        self._transport = cast(asyncio.Transport, transport)
        self._guards.all.add(self)
        self._fetched_at = self._loop.time()
        self._enter("head")
        self._inner.connection_made(transport)
        self._guards.make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone."""
        self._guards.all.discard(self)
        self._guards.waiting.pop(self, None)
        self._request = self._transport = None
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request."""
        if self._at_door:
            self._held += data
            if self._transport is not None:
                self._transport.pause_reading()
            return
        if self._rests() and self._guards.door is not None and self._guards.door.take(data, self._answer):
            self._at_door = True
            self._enter("work")
            return
        self._untouched = False
        if self._state == "idle":
            self._enter("head")
        elif self._state == "body" and self._much:
            self._since = self._loop.time()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """The caller has nothing more to say."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """The caller fetches more slowly than we answer."""
        self._clogged = True
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """The caller has fetched a good part."""
        self._fetched_at = self._loop.time()
        self._clogged = False
        self._inner.resume_writing()

    def begin(self, request: web.BaseRequest) -> None:
        """A head is complete: its body is awaited, and then the work is ours."""
        self._request = request
        self._enter("body")
        request.content.on_eof(self._body_is_here)

    def expect_much(self) -> None:
        """Somebody whom we know sends a file: its body is late only when nothing of it has come for a while."""
        self._much = True

    def end(self) -> None:
        """The answer is made; a body that was not read to its end is still awaited."""
        self._much = False
        self._request = None
        if self._state == "work":
            self._enter("idle")

    def look(self, now: float) -> None:
        """One round: let the caller go, or tell the reader of a body, when it has lasted too long."""
        waited = now - self._since
        if self._stalled(now) or (self._state == "head" and waited > HEAD) or (self._state == "idle" and waited > IDLE):
            self.let_go()
        elif self._state == "body" and waited > BODY:
            if self._request is None or waited > 2 * BODY:
                self.let_go()
            elif self._request.content.exception() is None:
                self._request.content.set_exception(web.HTTPRequestTimeout())

    def forgive(self, slept: float) -> None:
        """So many seconds passed in which we listened to nobody."""
        now = self._loop.time()
        self._since, self._fetched_at = min(self._since + slept, now), min(self._fetched_at + slept, now)

    def let_go(self) -> None:
        """End the connection now; what is unsent is thrown away."""
        self._guards.waiting.pop(self, None)
        if self._transport is not None:
            self._transport.abort()

    def _rests(self) -> bool:
        """Whether nothing is begun on this connection, neither by us nor by aiohttp."""
        if self._untouched:
            return not self._clogged
        return self._state == "idle" and not self._clogged and _awaits_a_head(self._inner)

    def _answer(self, words: bytes) -> None:
        """What the door says; then the next request has its turn."""
        self._at_door = False
        held, self._held = self._held, b""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(words)
        self._enter("idle")
        if held:
            self._transport.resume_reading()
            self.data_received(held)

    def _body_is_here(self) -> None:
        if self._state == "body":
            self._enter("work" if self._request is not None else "idle")

    def _enter(self, state: State) -> None:
        self._state, self._since = state, self._loop.time()
        self._guards.waiting.pop(self, None)
        if state != "work" and self._transport is not None:
            self._guards.waiting[self] = None

    def _stalled(self, now: float) -> bool:
        """Whether an answer lies unfetched for too long."""
        left = self._transport.get_write_buffer_size() + _in_kernel(self._transport) if self._transport else 0
        if left == 0 or left <= self._unfetched - PROGRESS:
            self._unfetched, self._fetched_at = left, now
        self._unfetched = max(self._unfetched, left)
        return now - self._fetched_at > STALL


def _awaits_a_head(inner: Inner) -> bool:
    """Whether aiohttp waits for a request, all answers written; it has no public word for that, and none is "no"."""
    waiter = getattr(inner, "_waiter", None)
    return waiter is not None and not waiter.done() and not getattr(inner, "_messages", True)


def _in_kernel(transport: asyncio.Transport) -> int:
    """Bytes that the peer has not confirmed yet, as Linux counts them; 0 where nobody knows."""
    socket = transport.get_extra_info("socket")
    try:
        packed = fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
    except (OSError, AttributeError):
        return 0
    return int(struct.unpack("i", packed)[0])


@web.middleware
async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost middleware: tells the connection's guard when a head is complete and when the answer is made."""
    guard = request.transport.get_protocol() if request.transport is not None else None
    if not isinstance(guard, Guard):
        return await handler(request)
    guard.begin(request)
    try:
        return await handler(request)
    finally:
        guard.end()


def expect_much(request: web.BaseRequest) -> None:
    """The body of this request is a file: it may take its time as long as it moves."""
    guard = request.transport.get_protocol() if request.transport is not None else None
    if isinstance(guard, Guard):
        guard.expect_much()


class GuardedSite(web.TCPSite):
    """A listening port whose connections are guarded."""

    __slots__ = ("guards",)

    def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
        super().__init__(runner, host, port, reuse_address=True)
        self.guards = Guards(runner.app.get(DOOR))

    async def start(self) -> None:
        """Listen."""
        await web.BaseSite.start(self)
        serve = cast(Callable[[], Inner], self._runner.server)
        self.guards.start()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Guard(serve(), self.guards), self._host, self._port, backlog=CROWD, reuse_address=True
        )

    async def stop(self) -> None:
        """Take no new connections; those that there are end with the server."""
        await super().stop()
        await self.guards.stop()


async def listen(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Serve the application behind guards; `cleanup()` of what is returned ends it. Raises OSError: port is taken.

    Bodies are never unpacked for a caller: no platform sends packed ones, and bombs do.
    """
    runner = web.AppRunner(
        app, access_log=None, handle_signals=False, auto_decompress=False, keepalive_timeout=FOREVER
    )  # fmt: skip
    await runner.setup()
    try:
        await GuardedSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
