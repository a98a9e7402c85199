"""The only writer of the embedded store: many operations share one durable commit."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from store import crash
from store.direct import at_once
from store.sealed import Keys
from store.tx import Tx

LARGEST_BATCH = 64  # operations; more would make the first of them wait too long for its commit

Operation = Callable[[Tx], Awaitable[Any]]


class Refusal(Exception):
    """An operation says no before its first write: it commits like a success, and its caller hears the reason."""


@dataclass
class _Call:
    operation: Operation
    answer: "asyncio.Future[Any]"
    tx: Tx | None = None
    result: Any = None
    refusal: Refusal | None = None


class Writer:
    """Runs operations on the one write connection; an operation is a repeatable function of its transaction.

    When one of a batch fails, all are rolled back and run again one by one, so that a failure is its own only.
    """

    def __init__(self, engine: AsyncEngine, corp: str, keys: Keys, on_hint: Callable[[str], None]) -> None:
        self._engine = engine
        self._corp = corp
        self._keys = keys
        self._on_hint = on_hint
        self._queue: asyncio.Queue[_Call | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def start(self) -> None:
        """Begin to work; must run inside the event loop."""
        self._task = asyncio.create_task(self._work(), name="store-writer")

    async def run(self, operation: Operation) -> Any:
        """Run one operation and return its result once it is durable; raises what the operation raised."""
        if self._closed or self._task is None or self._task.done():
            raise RuntimeError("the store is closed")
        call = _Call(operation, asyncio.get_running_loop().create_future())
        await self._queue.put(call)
        return await asyncio.shield(call.answer)

    async def close(self) -> None:
        """Finish what was asked for, then stop."""
        self._closed = True
        if self._task is not None:
            await self._queue.put(None)
            await self._task

    async def _work(self) -> None:
        connection: AsyncConnection | None = None
        while True:
            call = await self._queue.get()
            if call is None:
                break
            batch = [call]
            while len(batch) < LARGEST_BATCH and not self._queue.empty():
                more = self._queue.get_nowait()
                if more is None:
                    self._queue.put_nowait(None)
                    break
                batch.append(more)
            try:
                if connection is None:
                    connection = await self._engine.connect()
                await self._run_batch(connection, batch)
            except Exception as error:
                _fail(batch, error)
                if connection is not None:
                    with contextlib.suppress(Exception):
                        await connection.invalidate()
                        await connection.close()
                connection = None
        if connection is not None:
            await connection.close()

    async def _run_batch(self, connection: AsyncConnection, batch: list[_Call]) -> None:
        try:
            await self._commit_together(connection, batch)
        except Exception as error:
            if len(batch) == 1:
                _fail(batch, error)
                return
            for call in batch:
                try:
                    await self._commit_together(connection, [call])
                except Exception as own:
                    _fail([call], own)

    async def _commit_together(self, connection: AsyncConnection, batch: list[_Call]) -> None:
        async with connection.begin() as transaction:
            for call in batch:
                await self._run_one(connection, call)
                await asyncio.sleep(0)  # others have their turn: an embedded store's statements never wait
            crash.point("writer_before_commit")
            await transaction.commit()
        crash.point("writer_after_commit")
        hints = set[str]()
        for call in batch:
            if call.tx is not None:
                hints |= call.tx.hints
            if call.answer.done():
                continue
            if call.refusal is not None:
                call.answer.set_exception(call.refusal)
            else:
                call.answer.set_result(call.result)
        for hint in hints:
            self._on_hint(hint)

    async def _run_one(self, connection: AsyncConnection, call: _Call) -> None:
        call.tx = Tx(connection, self._corp, self._keys, at_once=at_once(connection))
        call.refusal = None
        try:
            call.result = await call.operation(call.tx)
        except Refusal as refusal:
            call.refusal = refusal


def _fail(batch: list[_Call], error: Exception) -> None:
    for call in batch:
        if not call.answer.done():
            call.answer.set_exception(error)
