"""The ticks: APScheduler only says "look now"; what is due stands in the store."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

log = structlog.get_logger()


class Tick(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 has no types
    """Every so many seconds, and no ticks owed: APScheduler's own interval counts every one of a year that a clock
    was set ahead by, which takes all memory."""

    def __init__(self, seconds: float) -> None:
        self._every = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The instant of the next tick, always after `now`."""
        following = (previous_fire_time or now) + self._every
        return following if following > now else now + self._every


class Worker:
    """Runs `step` whenever somebody hints that there is work, until it finds none; one step at a time."""

    def __init__(self, name: str, step: Callable[[], Awaitable[int]]) -> None:
        self.name = name
        self._step = step
        self._hint = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to listen for hints."""
        self._task = asyncio.create_task(self._work(), name=f"worker-{self.name}")

    def hint(self) -> None:
        """There may be work."""
        self._hint.set()

    async def stop(self) -> None:
        """Stop after the step in hand."""
        self._stopping = True
        self._hint.set()
        if self._task is not None:
            await self._task

    async def _work(self) -> None:
        while not self._stopping:
            await self._hint.wait()
            self._hint.clear()
            try:
                while not self._stopping and await self._step():
                    pass
            except Exception:
                log.exception("a worker's step failed", worker=self.name)
                await asyncio.sleep(1)


class Schedule:
    """The workers with the seconds between their ticks."""

    def __init__(self, workers: dict[Worker, float]) -> None:
        self._workers = workers
        self._scheduler = AsyncIOScheduler()

    def start(self) -> None:
        """Start the workers and their ticks."""
        for worker, seconds in self._workers.items():
            worker.start()
            worker.hint()
            self._scheduler.add_job(
                worker.hint, Tick(seconds), id=worker.name, coalesce=True, max_instances=1, misfire_grace_time=None
            )  # no tick is too late: it only says "look now"
        self._scheduler.start()

    def start_anew(self) -> None:
        """The clock was set: APScheduler would wait until its old times come again, so the ticks begin from now."""
        for worker, seconds in self._workers.items():
            self._scheduler.reschedule_job(worker.name, trigger=Tick(seconds))
            worker.hint()

    def hint(self, name: str) -> None:
        """Wake the worker of that name now."""
        for worker in self._workers:
            if worker.name == name:
                worker.hint()

    async def stop(self) -> None:
        """No more ticks; the workers end after the step in hand."""
        self._scheduler.shutdown(wait=False)
        for worker in self._workers:
            await worker.stop()
