"""Opening the store: the engines, read() for looking, transaction() for changing."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import col

from config.document import BadDocument, Problem
from store import direct
from store import duty as duty  # these two register their tables with the metadata
from store import queues as queues
from store.gather import Gathering, Work
from store.sealed import Keys
from store.tables import Property
from store.tx import Tx
from store.writer import Writer

T = TypeVar("T")
READERS = 4


class WrongKey(Exception):
    """The store was written with another data key: what it seals cannot be opened with this one."""


class Store:
    """One company's rows. On SQLite one writer shares commits among many callers; readers never wait for it."""

    def __init__(self, url: str, corp: str, keys: Keys) -> None:
        self.corp = corp
        self.keys = keys
        self.url = url
        self._listeners: list[Callable[[str], None]] = []
        self._gatherings: dict[Work, Gathering] = {}
        self._write_engine = self._engine(url, writing=True)
        self._read_engine = self._engine(url, writing=False)
        self._writer = Writer(self._write_engine, corp, keys, self._hint)

    async def open(self) -> None:
        """Start the writer; raises WrongKey when the rows were sealed with another data key."""
        self._writer.start()
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

    async def close(self) -> None:
        """Finish the operations asked for and give the files back."""
        await self._writer.close()
        await self._write_engine.dispose()
        await self._read_engine.dispose()

    async def dispose(self) -> None:
        """Give the files back without ever having started the writer (for looking only)."""
        await self._write_engine.dispose()
        await self._read_engine.dispose()

    async def transaction(self, operation: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a repeatable operation in one durable transaction and return its result after the commit."""
        result: T = await self._writer.run(operation)
        return result

    async def together(self, work: Work, item: Any) -> Any:
        """The same for one item of many: whoever waits shares one run of `work`, which returns a result for each."""
        gathering = self._gatherings.get(work)
        if gathering is None:
            gathering = self._gatherings[work] = Gathering(self.transaction, work)
        return await gathering.add(item)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A consistent view for looking only; a write in it is refused by the database."""
        async with self._read_engine.connect() as connection, connection.begin():
            yield Tx(connection, self.corp, self.keys)

    def on_hint(self, listener: Callable[[str], None]) -> None:
        """Call `listener(worker)` after commits that gave a worker something to do."""
        self._listeners.append(listener)

    def _hint(self, worker: str) -> None:
        for listener in self._listeners:
            listener(worker)

    def _engine(self, url: str, *, writing: bool) -> AsyncEngine:
        engine = create_async_engine(
            only_sqlite(url).replace("sqlite://", "sqlite+aiosqlite://", 1),
            connect_args={"isolation_level": None},
            hide_parameters=True,
            pool_size=1 if writing else READERS,
            max_overflow=0,
        )
        engine.sync_engine.dialect.leadbot_keys = self.keys  # type: ignore[attr-defined]
        if writing:
            event.listen(engine.sync_engine, "do_connect", direct.connect)

        @event.listens_for(engine.sync_engine, "connect")
        def _connected(dbapi: DBAPIConnection, _: ConnectionPoolEntry) -> None:
            cursor = dbapi.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA busy_timeout=4000")
            cursor.execute("PRAGMA foreign_keys=ON")
            if not writing:
                cursor.execute("PRAGMA query_only=ON")
                cursor.execute("PRAGMA wal_autocheckpoint=0")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def _begun(connection: Connection) -> None:
            dbapi = connection.connection.dbapi_connection
            if isinstance(dbapi, direct.Direct):
                dbapi.begin()
            else:
                connection.exec_driver_sql("BEGIN")

        return engine


def sqlite_path(url: str) -> Path | None:
    """The file of an embedded store, or None for a server."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def only_sqlite(url: str) -> str:
    """The URL itself. Raises BadDocument for a server: this version brings no driver for one."""
    if sqlite_path(url) is None:
        message = "PostgreSQL is not supported yet; use sqlite:///data/leadbot.db"
        raise BadDocument([Problem("leadbot.yaml", None, "store.url", message)])
    return url
