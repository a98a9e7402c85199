"""The embedded store's writer takes its small steps at once; only what waits for the disk goes to another thread.

A statement of ours takes microseconds. To hand it to a thread, its cursor too, and its rows back takes a hundred, and
a chat command asks twenty of them; a thread that wakes while the loop works waits up to 5 ms for Python's lock.
COMMIT waits for the disk and leaves the loop free; so does BEGIN where another process holds the file.
"""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import await_only

from store.prepared import AtOnce, as_told

STATEMENTS = 512  # that SQLite keeps compiled; a busy day asks some 150 different ones
BUSY = 4000  # ms that SQLite waits for a lock of an outsider before it says so


class Direct(AsyncAdapt_aiosqlite_connection):
    """An aiosqlite connection whose cursors are SQLite's own: for one task that uses it alone, such as the writer's.

    While it is `held`, a transaction is begun and ended by whoever holds it, and by nothing that SQLAlchemy does.
    """

    __slots__ = ("held",)

    def __init__(self, driver: Any, connection: Any) -> None:
        super().__init__(driver, connection)
        self.held = False

    @property
    def plain(self) -> sqlite3.Connection:
        """SQLite's own connection."""
        found: sqlite3.Connection = self._connection._conn
        return found

    def cursor(self, server_side: bool = False) -> Any:
        """A plain cursor; SQLite is built to be used by one thread after the other."""
        return self.plain.cursor()

    def begin(self) -> None:
        """SQLAlchemy's BEGIN."""
        if not self.held:
            self.plain.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """SQLAlchemy's COMMIT."""
        if not self.held:
            super().commit()

    def rollback(self) -> None:
        """SQLAlchemy's ROLLBACK."""
        if not self.held:
            super().rollback()

    async def begin_alone(self) -> None:
        """BEGIN IMMEDIATE: at once, or in aiosqlite's thread while another process holds the file."""
        try:
            self.plain.execute("BEGIN IMMEDIATE")  # its patience is 0, so that the loop never waits
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            self.plain.execute(f"PRAGMA busy_timeout={BUSY}")
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
            finally:
                self.plain.execute("PRAGMA busy_timeout=0")

    async def commit_alone(self) -> None:
        """COMMIT in aiosqlite's thread: it waits for the disk."""
        await self._connection.commit()


class Turns:
    """The embedded writer's transactions; SQLAlchemy's layers around BEGIN and COMMIT cost a group of callbacks 100 µs.

    What SQLAlchemy runs in one takes part in it.
    """

    def __init__(self, connection: Connection, own: Direct) -> None:
        self._connection = connection
        self._own = own

    @contextlib.asynccontextmanager
    async def begin(self) -> AsyncIterator["Turns"]:
        """A transaction: to be committed inside; rolled back when the block fails. Raises DBAPIError."""
        try:
            await self._own.begin_alone()
        except sqlite3.Error as error:
            raise as_told("BEGIN IMMEDIATE", error, self._connection.dialect) from error
        self._own.held = True
        try:
            yield self
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._own.plain.rollback()
            raise
        finally:
            if self._connection.in_transaction():  # what it ran took part in ours, which has ended
                self._connection.rollback()
            self._own.held = False

    async def commit(self) -> None:
        """Make it durable. Raises DBAPIError."""
        try:
            await self._own.commit_alone()
        except sqlite3.Error as error:
            raise as_told("COMMIT", error, self._connection.dialect) from error


def connect(dialect: Dialect, _: object, arguments: Any, options: Any) -> Direct:
    """In place of the dialect's own connect (SQLAlchemy's event `do_connect`)."""
    driver: Any = dialect.dbapi
    own = {"check_same_thread": False, "cached_statements": STATEMENTS}
    connection = driver.aiosqlite.connect(*arguments, **{**options, **own})
    connection._thread.daemon = True
    return Direct(driver, await_only(connection))


def own_ways(connection: AsyncConnection) -> tuple[AtOnce, Turns] | None:
    """The connection as it may be used without SQLAlchemy, when its cursors are SQLite's own."""
    plain = connection.sync_connection
    assert plain is not None  # noqa: S101 - an open connection has one
    own = plain.connection.dbapi_connection
    return (AtOnce(plain, own.plain), Turns(plain, own)) if isinstance(own, Direct) else None
