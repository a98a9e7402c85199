"""Those who want the same thing kept share one statement: while one group waits for the disk, the next one gathers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from store.tx import Tx
from store.writer import LONGEST_QUEUE, StoreUnavailable

LARGEST_GROUP = 500  # items; more would make one statement too long

Work = Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]
Transaction = Callable[[Callable[[Tx], Awaitable[Any]]], Awaitable[Any]]


class Gathering:
    """One kind of work on many items; it returns one result for each of them, in their order."""

    def __init__(self, transaction: Transaction, work: Work) -> None:
        self._transaction = transaction
        self._work = work
        self._waiting: list[tuple[Any, asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, item: Any) -> "asyncio.Future[Any]":
        """The item's result, once it is durable; raises what the work raised for this item, or StoreUnavailable."""
        if len(self._waiting) >= LONGEST_QUEUE:
            raise StoreUnavailable("too many changes wait for the database")
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._go_on(), name="store-gathering")
        return answer

    async def _go_on(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            group = [one for one in group if not one[1].done()]  # the others have lost their patience
            if group:
                await self._do(group)
        self._task = None

    async def _do(self, group: "list[tuple[Any, asyncio.Future[Any]]]") -> None:
        """Do a group in one transaction; when it fails, each on its own, so that a failure is its own only."""
        items = [item for item, _ in group]
        try:
            results = await self._transaction(lambda tx: self._work(tx, items))
        except Exception as error:
            if len(group) > 1 and not isinstance(error, StoreUnavailable):
                for one in group:
                    await self._do([one])
                return
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), result in zip(group, results, strict=True):
            if not answer.done():
                answer.set_result(result)
