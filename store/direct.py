"""The embedded store's writer takes its small steps at once; only what waits for the disk goes to another thread.

A statement of ours takes microseconds. To hand it to a thread, its cursor too, and its rows back takes a hundred, and
a chat command asks twenty of them; a thread that wakes while the loop works waits up to 5 ms for Python's lock.
COMMIT waits for the disk and leaves the loop free; so does BEGIN where another process holds the file.
"""

import sqlite3
from typing import Any

from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import await_only

from store.prepared import AtOnce

STATEMENTS = 512  # that SQLite keeps compiled; a busy day asks some 150 different ones


class Direct(AsyncAdapt_aiosqlite_connection):
    """An aiosqlite connection whose cursors are SQLite's own: for one task that uses it alone, such as the writer's."""

    __slots__ = ()

    def cursor(self, server_side: bool = False) -> Any:
        """A plain cursor; SQLite is built to be used by one thread after the other."""
        return self._connection._conn.cursor()

    def begin(self) -> None:
        """BEGIN IMMEDIATE: at once, or in aiosqlite's thread while another process holds the file."""
        plain = self._connection._conn
        patience = plain.execute("PRAGMA busy_timeout").fetchone()[0]
        plain.execute("PRAGMA busy_timeout=0")
        try:
            plain.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            plain.execute(f"PRAGMA busy_timeout={patience}")
            await_only(self._connection.execute("BEGIN IMMEDIATE"))
        finally:
            plain.execute(f"PRAGMA busy_timeout={patience}")


def connect(dialect: Dialect, _: object, arguments: Any, options: Any) -> Direct:
    """In place of the dialect's own connect (SQLAlchemy's event `do_connect`)."""
    driver: Any = dialect.dbapi
    own = {"check_same_thread": False, "cached_statements": STATEMENTS}
    connection = driver.aiosqlite.connect(*arguments, **{**options, **own})
    connection._thread.daemon = True
    return Direct(driver, await_only(connection))


def at_once(connection: AsyncConnection) -> AtOnce | None:
    """The connection as it may be used without awaiting, when its cursors are SQLite's own."""
    plain = connection.sync_connection
    assert plain is not None  # noqa: S101 - an open connection has one
    own = plain.connection.dbapi_connection
    return AtOnce(plain, own._connection._conn) if isinstance(own, Direct) else None
