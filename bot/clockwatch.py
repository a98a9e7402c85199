"""When somebody sets the server's clock, promises are kept all the same: nothing waits for a time that never comes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

log = structlog.get_logger()

EVERY = 2.0  # seconds between two looks
SLIP = timedelta(seconds=30)  # what the two clocks may differ by between two looks, on a machine that stood still


class ClockWatch:
    """Compares the clock on the wall with one that only counts; `on_set(by)` is called when the first was set."""

    def __init__(
        self,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        on_set: Callable[[timedelta], Awaitable[None]],
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._on_set = on_set
        self._last = (now(), monotonic())
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look; sleeps by the clock that only counts."""
        self._last = (self._now(), self._monotonic())
        self._task = asyncio.create_task(self._watch(), name="clock-watch")

    async def stop(self) -> None:
        """No more looks."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """One look."""
        wall, steady = self._now(), self._monotonic()
        by = (wall - self._last[0]) - timedelta(seconds=steady - self._last[1])
        self._last = (wall, steady)
        if abs(by) > SLIP:
            log.warning("the server's clock was set", by_s=round(by.total_seconds()))
            await self._on_set(by)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Exception:
                log.exception("the look at the clock failed")
