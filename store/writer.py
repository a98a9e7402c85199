"""The only writer of an embedded store, and a server's turn on a shared one: many operations in one durable commit."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.telling import Tellable
from store import crash
from store.direct import Turns, own_ways
from store.prepared import AtOnce
from store.sealed import Keys
from store.served import AtServer, at_server, plans
from store.shared import Shared, cut_if_silent, is_lost, may_succeed
from store.tx import TAKEOVER, Tx

log = structlog.get_logger()

LARGEST_BATCH = 64  # operations; more would make the first of them wait too long for its commit
LONGEST_TURN = 0.5  # seconds after which what is done is committed, and the rest has its turn later
LONGEST_QUEUE = 5_000  # operations that may wait; whoever comes later hears so at once
PATIENCE = 8.0  # seconds for which an operation is tried again while the database is away or locked
LONGEST_PAUSE = 1.0  # seconds between two tries

Operation = Callable[[Tx], Awaitable[Any]]


class Refusal(Exception):
    """An operation says no before its first write: it commits like a success, and its caller hears the reason."""


class StoreUnavailable(Tellable):
    """The database is away, locked or overrun; nothing is known to be wrong with the operation itself."""


class OutcomeInDoubt(StoreUnavailable):
    """The database went away while it committed and did not come back in time: the operation may have been done."""


@dataclass(eq=False)
class _Call:
    operation: Operation
    answer: "asyncio.Future[Any]"
    since: float = field(default_factory=time.monotonic)
    given_up: bool = False  # its caller waits no longer
    tx: Tx | None = None
    result: Any = None
    refusal: Refusal | None = None


class _InDoubt(Exception):
    """The connection broke while it committed these calls: only the database knows whether it did."""

    def __init__(self, sign: str, calls: list[_Call], cause: Exception) -> None:
        super().__init__(sign)
        self.sign = sign
        self.calls = calls
        self.cause = cause


class Writer:
    """Runs operations on one write connection; an operation is a repeatable function of its transaction.

    When one of a batch fails, all are rolled back and run again one by one, so that a failure is its own only.
    When the database is away or locked, the batch is tried again until its calls lose their patience.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        corp: str,
        keys: Keys,
        on_hint: Callable[[str], None],
        *,
        shared: Shared | None = None,
        takeover: timedelta = TAKEOVER,
    ) -> None:
        self._engine = engine
        self._corp = corp
        self._keys = keys
        self._on_hint = on_hint
        self._shared = shared
        self._takeover = takeover
        self._queue: asyncio.Queue[_Call | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._connection: AsyncConnection | None = None
        self._at_once: AtOnce | None = None
        self._at_server: AtServer | None = None
        self._turns: Turns | None = None
        self._commit_failed = False

    def start(self) -> None:
        """Begin to work; must run inside the event loop."""
        self._task = asyncio.create_task(self._work(), name="store-writer")

    async def run(self, operation: Operation) -> Any:
        """Run one operation and return its result once it is durable; raises what the operation raised.

        Raises StoreUnavailable when the database stays away. A caller who is cancelled before their operation has
        begun takes it back.
        """
        if self._closed or self._task is None or self._task.done():
            raise RuntimeError("the store is closed")
        if self._queue.qsize() >= LONGEST_QUEUE:
            raise StoreUnavailable("too many changes wait for the database")
        call = _Call(operation, asyncio.get_running_loop().create_future())
        await self._queue.put(call)
        try:
            return await asyncio.shield(call.answer)
        except asyncio.CancelledError:
            call.given_up = True
            raise

    def prepared(self) -> list[str]:
        """The words of the statements that are asked all day."""
        return self._at_once.plans() if self._at_once is not None else plans(self._engine.dialect)

    async def close(self) -> None:
        """Finish what was asked for, then stop."""
        self._closed = True
        if self._task is not None:
            await self._queue.put(None)
            await self._task

    async def _work(self) -> None:
        while (call := await self._queue.get()) is not None:
            batch = [] if call.given_up else [call]
            while len(batch) < LARGEST_BATCH and not self._queue.empty():
                more = self._queue.get_nowait()
                if more is None:
                    self._queue.put_nowait(None)
                    break
                if not more.given_up:
                    batch.append(more)
            if batch:
                await self._run_batch(batch)
        if self._connection is not None:
            with contextlib.suppress(Exception):
                if self._shared is not None:
                    await self._shared.leave(self._connection)
            await self._give_back()

    async def _run_batch(self, batch: list[_Call]) -> None:
        """Try until the batch is committed, is wrong itself, or nobody wants to wait any longer."""
        pause = 0.02
        doubt: _InDoubt | None = None
        while batch:
            try:
                if doubt is not None:
                    batch = await self._resolve(doubt, batch)
                    doubt = None
                if batch:
                    batch = await self._commit_together(batch)
            except Exception as raised:
                error: Exception = raised
                if isinstance(raised, _InDoubt):
                    doubt, error = raised, raised.cause
                if is_lost(error) or self._broken():
                    await self._give_back(broken=True)
                if doubt is None and not may_succeed(error):  # what may have been done is never run again unasked
                    await self._one_by_one(batch, error)
                    return
                batch = _still_patient(batch, error, in_doubt=doubt is not None)
                if batch:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)

    async def _one_by_one(self, batch: list[_Call], error: Exception) -> None:
        if len(batch) == 1:
            _fail(batch, error)
            return
        for call in batch:
            await self._run_batch([call])

    async def _resolve(self, doubt: _InDoubt, batch: list[_Call]) -> list[_Call]:
        """Ask the database what became of a commit; returns what is still to be done."""
        assert self._shared is not None  # noqa: S101 - only a shared store has doubts
        connection = await self._connected()
        async with cut_if_silent(connection):
            happened = await self._shared.happened(connection, doubt.sign)
        log.warning("a commit whose answer was lost", happened=happened, operations=len(doubt.calls))
        if not happened:
            return batch
        self._answer(doubt.calls)
        return [call for call in batch if call not in doubt.calls]

    async def _commit_together(self, batch: list[_Call]) -> list[_Call]:
        """Do as much of a batch in one transaction as a turn is long; returns the rest.

        However slow the machine is, something gets done: a turn that outlasts the patience of those who wait for it
        would be cut, and begun again from its start, for ever.
        """
        connection = await self._connected()
        turn = self._turns.begin() if self._turns is not None else connection.begin()
        async with cut_if_silent(connection), turn as transaction:
            if self._shared is not None and self._at_server is not None:
                await self._shared.begin(self._at_server)
            done: list[_Call] = []
            ended = time.monotonic() + LONGEST_TURN
            while len(done) < len(batch) and (not done or time.monotonic() < ended):
                done.append(batch[len(done)])
                await self._run_one(connection, done[-1])
                await asyncio.sleep(0)  # others have their turn: an embedded store's statements never wait
            sign = ""
            if self._shared is not None and self._at_server is not None:
                await self._shared.tell(self._at_server, _hints(done))
                sign = await self._shared.mark(self._at_server)
            crash.point("writer_before_commit")
            try:
                await transaction.commit()
            except DBAPIError as error:
                self._commit_failed = True  # a bad or full disk: the connection stays in the transaction for ever
                if self._shared is not None and is_lost(error):
                    raise _InDoubt(sign, done, error) from error
                raise
        crash.point("writer_after_commit")
        self._answer(done)
        return batch[len(done) :]

    def _answer(self, batch: list[_Call]) -> None:
        for call in batch:
            if call.answer.done():
                continue
            if call.refusal is not None:
                call.answer.set_exception(call.refusal)
            else:
                call.answer.set_result(call.result)
        for hint in _hints(batch):
            self._on_hint(hint)

    async def _run_one(self, connection: AsyncConnection, call: _Call) -> None:
        call.tx = Tx(
            connection, self._corp, self._keys, at_once=self._at_once, at_server=self._at_server,
            takeover=self._takeover,
        )  # fmt: skip
        call.refusal = None
        try:
            call.result = await call.operation(call.tx)
        except Refusal as refusal:
            call.refusal = refusal

    async def _connected(self) -> AsyncConnection:
        if self._connection is None:
            self._connection = await self._engine.connect()
            self._at_once, self._turns = own_ways(self._connection) or (None, None)
            self._at_server = await at_server(self._connection)
        return self._connection

    def _broken(self) -> bool:
        return self._connection is not None and (
            self._commit_failed or self._connection.invalidated or self._connection.closed
        )

    async def _give_back(self, *, broken: bool = False) -> None:
        connection, self._connection = self._connection, None
        self._at_once = self._at_server = self._turns = None
        self._commit_failed = False
        if connection is None:
            return
        with contextlib.suppress(Exception):
            if broken:
                await connection.invalidate()
            await connection.close()


def _hints(batch: list[_Call]) -> set[str]:
    return {hint for call in batch if call.tx is not None for hint in call.tx.hints}


def _still_patient(batch: list[_Call], error: Exception, *, in_doubt: bool) -> list[_Call]:
    """Those who wait on; the others hear that the database is away."""
    now = time.monotonic()
    tired = [call for call in batch if now - call.since >= PATIENCE]
    words = "the connection to the database broke while it saved ({}): it may have been done; look before you repeat it"
    _fail(tired, OutcomeInDoubt(words.format(_plain(error))) if in_doubt else error)
    return [call for call in batch if now - call.since < PATIENCE and not call.given_up]


def _fail(batch: list[_Call], error: Exception) -> None:
    for call in batch:
        if not call.answer.done() and not call.given_up:
            if may_succeed(error):
                words = f"the database is away or overrun ({_plain(error)}): this step changed nothing; try it again"
                call.answer.set_exception(StoreUnavailable(words))
            else:
                call.answer.set_exception(error)


def _plain(error: Exception) -> str:
    """The first line of the database's own words."""
    said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return said.splitlines()[0]
