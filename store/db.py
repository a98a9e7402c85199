"""Opening the store: read() for looking, transaction() for changing, on an embedded file or on a shared server."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select
from sqlmodel import col

from config.telling import Tellable
from store import schema as schema  # a store knows all its tables
from store.engine import open_engine, sqlite_path, take_room
from store.gather import Gathering, Work
from store.hear import hear
from store.office import Property
from store.sealed import Keys
from store.served import at_server, plans
from store.shared import Shared, cut_if_silent
from store.tx import TAKEOVER, Tx
from store.writer import Writer

T = TypeVar("T")
LONGEST_LOOK = 30.0  # seconds


class WrongKey(Tellable):
    """The store was written with another data key: what it seals cannot be opened with this one."""


class Store:
    """One company's rows. Changes share commits among many callers; readers never wait for them."""

    def __init__(self, url: str, corp: str, keys: Keys, *, takeover: timedelta = TAKEOVER) -> None:
        self.corp = corp
        self.keys = keys
        self.url = url
        self._takeover = takeover
        self.shared = sqlite_path(url) is None  # other replicas work on the same rows
        self.replica = secrets.token_hex(4)
        self._listeners: list[Callable[[str], None]] = []
        self._ear: asyncio.Task[None] | None = None
        self._gatherings: dict[Work, Gathering] = {}
        self._write_engine = open_engine(url, keys, writing=True, pool_size=2)
        self._read_engine = open_engine(url, keys, writing=False)
        self._writer = self._new_writer(ordered=True)
        self._loose = self._new_writer(ordered=False) if self.shared else self._writer

    def _new_writer(self, *, ordered: bool) -> Writer:
        shared = Shared(self.corp, self.replica, ordered=ordered) if self.shared else None
        return Writer(self._write_engine, self.corp, self.keys, self._hint, shared=shared, takeover=self._takeover)

    async def open(self) -> None:
        """Start the writer; raises WrongKey when the rows were sealed with another data key."""
        self._writer.start()
        if self._loose is not self._writer:
            self._loose.start()
        mark = self.keys.fingerprint()

        async def check(tx: Tx) -> str:
            found = await tx.first(
                select(col(Property.value)).where(col(Property.corp) == tx.corp, col(Property.name) == "data_key")
            )
            if found is None:
                await tx.add(Property(corp=tx.corp, name="data_key", value=mark))
            return found or mark

        if await self.transaction(check) != mark:
            await self.close()
            raise WrongKey(
                "the store was written with another data key; put the old LEADBOT_DATA_KEY back into .env "
                "(without it names and numbers cannot be read)"
            )

    def listen(self) -> None:
        """Hear the hints of other replicas too; an embedded store has none."""
        if self.shared and self._ear is None:
            self._ear = asyncio.create_task(hear(self.url, self.corp, self.replica, self._hint), name="store-ear")

    async def close(self) -> None:
        """Finish the operations asked for and give the files back."""
        if self._ear is not None:
            self._ear.cancel()
            await asyncio.wait([self._ear])
        await self._writer.close()
        if self._loose is not self._writer:
            await self._loose.close()
        await self.dispose()

    async def make_room(self) -> None:
        """For a command that has the embedded store to itself: more of it in memory, fewer ways into the file."""
        if not self.shared:
            await self.transaction(take_room)

    async def dispose(self) -> None:
        """Give the files back without ever having started the writer (for looking only)."""
        await self._write_engine.dispose()
        await self._read_engine.dispose()

    async def transaction(self, operation: Callable[[Tx], Awaitable[T]], *, ordered: bool = True) -> T:
        """Run a repeatable operation in one durable transaction and return its result after the commit.

        A company's operations happen one after the other, on however many replicas, so that they may read before
        they write. With `ordered=False` one does not queue with those of a shared store: for what is right by its
        statements alone (keeping a callback, taking rows under a lease).
        """
        result: T = await (self._writer if ordered else self._loose).run(operation)
        return result

    async def together(self, work: Work, item: Any) -> Any:
        """The same, not ordered, for one item of many: whoever waits shares one run of `work`.

        It returns a result for each.
        """
        return await self.gathered(work, item)

    def gathered(self, work: Work, item: Any) -> "asyncio.Future[Any]":
        """The same as a future; who cancels it before the work has begun takes the item back."""
        gathering = self._gatherings.get(work)
        if gathering is None:
            gathering = self._gatherings[work] = Gathering(partial(self.transaction, ordered=False), work)
        return gathering.add(item)

    @contextlib.asynccontextmanager
    async def read(self, *, longest: float = LONGEST_LOOK) -> AsyncIterator[Tx]:
        """A consistent view for looking only; a write in it is refused by the database.

        On a server the view is cut after `longest` seconds, lest a dead connection be waited for.
        """
        async with self._read_engine.connect() as connection, cut_if_silent(connection, longest), connection.begin():
            yield Tx(connection, self.corp, self.keys, at_server=await at_server(connection))

    def prepared(self) -> list[str]:
        """The words of the statements that are asked all day (see store/prepared.py and store/served.py)."""
        return self._writer.prepared() + plans(self._read_engine.dialect)

    def on_hint(self, listener: Callable[[str], None]) -> None:
        """Call `listener(worker)` after commits that gave a worker something to do."""
        self._listeners.append(listener)

    def _hint(self, worker: str) -> None:
        for listener in self._listeners:
            listener(worker)
