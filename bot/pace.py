"""How fast we may call a platform now: eight calls at a time, fewer after "too many at once", none after "pause"."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

AT_ONCE = 8
CALM = 20  # good answers after which one more call at a time is tried again

T = TypeVar("T")


class Pace:
    """Slots for calls, and gates that an error closes for a while.

    `pause` says of an error for how long nobody should call its gate (None: it says nothing about that), `crowded`
    whether it says that too many calls run at once.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        pause: Callable[[Exception], timedelta | None],
        crowded: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        self._monotonic = monotonic
        self._pause = pause
        self._crowded = crowded
        self._closed: dict[str, tuple[float, Exception]] = {}  # gate → until when, and because of which error
        self._trying = set[str]()
        self._room = asyncio.Condition()
        self._running = 0
        self._most = AT_ONCE
        self._good = 0

    @contextlib.asynccontextmanager
    async def slot(self, gate: str) -> AsyncIterator[None]:
        """Wait for a slot. While the gate is closed, raises the error that closed it, however long one had waited.

        After that one call tries the gate; the others wait for how it ends.
        """
        async with self._room:
            await self._room.wait_for(lambda: self._running < self._most and gate not in self._trying)
            until, cause = self._closed.get(gate, (0.0, None))
            if cause is not None and self._monotonic() < until:
                raise cause.with_traceback(None)
            if cause is not None:
                self._trying.add(gate)
            self._running += 1
        try:
            yield
        finally:
            async with self._room:
                self._running -= 1
                if cause is not None:
                    self._trying.discard(gate)
                self._room.notify_all()

    async def learning(self, gate: str, call: Awaitable[T]) -> T:
        """Make a call in its slot and learn from the answer, before the slot is free for whoever waits for it."""
        try:
            answer = await call
        except Exception as error:
            self._good = 0
            if self._crowded(error):
                self._most = max(self._most // 2, 1)
            if (delay := self._pause(error)) is not None:
                self._closed[gate] = (self._monotonic() + delay.total_seconds(), error)
            raise
        self._closed.pop(gate, None)
        self._good += 1
        if self._good >= CALM and self._most < AT_ONCE:
            self._good, self._most = 0, self._most + 1
        return answer
