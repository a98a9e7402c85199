"""How fast we may call WeCom now: eight calls at a time, fewer after "too many at once", none where it said "pause"."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from bot.wecom.errors import WeComError

AT_ONCE = 8
CALM = 20  # good answers after which one more call at a time is tried again
TOO_MANY_AT_ONCE = 45033

T = TypeVar("T")


class Pace:
    """Slots for calls, and gates that an error number closes for a while."""

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._closed: dict[str, tuple[float, int]] = {}  # gate → until when, and because of which error number
        self._trying = set[str]()
        self._room = asyncio.Condition()
        self._running = 0
        self._most = AT_ONCE
        self._good = 0

    @contextlib.asynccontextmanager
    async def slot(self, gate: str, endpoint: str) -> AsyncIterator[None]:
        """Wait for a slot. Raises WeComError without a call while the gate is closed, however long one had waited.

        After that one call tries the gate; the others wait for how it ends.
        """
        async with self._room:
            await self._room.wait_for(lambda: self._running < self._most and gate not in self._trying)
            until, code = self._closed.get(gate, (0.0, 0))
            if self._monotonic() < until:
                raise WeComError(code, endpoint)
            if code:
                self._trying.add(gate)
            self._running += 1
        try:
            yield
        finally:
            async with self._room:
                self._running -= 1
                if code:
                    self._trying.discard(gate)
                self._room.notify_all()

    async def learning(self, gate: str, call: Awaitable[T]) -> T:
        """Make a call in its slot and learn from the answer, before the slot is free for whoever waits for it."""
        try:
            answer = await call
        except WeComError as error:
            self._good = 0
            if error.code == TOO_MANY_AT_ONCE:
                self._most = max(self._most // 2, 1)
            if error.meaning.delay is not None:
                self._closed[gate] = (self._monotonic() + error.meaning.delay.total_seconds(), error.code)
            raise
        self._closed.pop(gate, None)
        self._good += 1
        if self._good >= CALM and self._most < AT_ONCE:
            self._good, self._most = 0, self._most + 1
        return answer
