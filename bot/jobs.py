"""Work that waits for somebody outside and may be tried again: the app's menu, the register, the card's address,
customers who change hands."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Now
from config.telling import told
from store import lease
from store.db import Store
from store.queues import Job

log = structlog.get_logger()

JobWork = Callable[[Mapping[str, Any]], Awaitable[None]]  # of a job's payload


class Jobs:
    """Takes jobs that are due and does them; what fails is tried again after growing pauses.

    `work` says what is done by the kind of the job; a kind that this installation has no use for is done at once.
    """

    def __init__(self, store: Store, work: Mapping[str, JobWork], now: Now) -> None:
        self._store = store
        self._work = work
        self._now = now

    async def run_once(self) -> int:
        """Do what is due; returns how many jobs were taken."""
        now = self._now()
        rows = await self._store.transaction(lambda tx: lease.take(tx, Job, now=now, limit=5), ordered=False)
        for row in rows:
            await self._try(row, now)
        return len(rows)

    async def _try(self, row: Job, now: datetime) -> None:
        try:
            if row.kind in self._work:
                await self._work[row.kind](row.payload)
        except Exception as error:
            again = lease.retry_at(row.attempts, now=now, most=1000) or now + timedelta(minutes=5)
            cause = told(error)
            log.warning("a job will be tried again", job=row.kind, cause=cause)
            await self._store.transaction(lambda tx: lease.settle(tx, row, run_at=again, error=cause))
        else:
            await self._store.transaction(lambda tx: lease.settle(tx, row, state="done", error=""))
