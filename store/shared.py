"""Several servers on one PostgreSQL: who writes next, what became of a commit whose answer got lost, who is told.

A company's changes happen one after the other, as with the one writer of an embedded store: a lock in the database
orders them among replicas, so that a verb may read before it writes (docs/decisions/ says why).
"""

import asyncio
import contextlib
import hashlib
import os
import secrets
import socket
from collections.abc import AsyncIterator

from sqlalchemy import BigInteger, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from store.served import AtServer

ATTEMPT = 10.0  # seconds until a silent connection is cut: its other end may be gone without a word
CHANNEL = "leadbot"

# Answers of PostgreSQL (errcodes appendix) after which the same work may well succeed: serialization, deadlock and lock
# time-outs, a server that stops, starts or has no connection left, and our own session limits.
AGAIN = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "57P05", "25P03", "53300", "57014"}
LOST = {"57P01", "57P02", "57P03", "57P05", "25P03"}

LOCK = select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)))
SIGNS = "commit:"  # how the names of these rows begin; the value is the minute and the sign
MARK = text(
    "INSERT INTO property (corp, name, value) "
    "SELECT :corp, :name, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI ') || :value "
    "WHERE pg_current_xact_id_if_assigned() IS NOT NULL "
    "ON CONFLICT (corp, name) DO UPDATE SET value = excluded.value"
)
FOUND = text(
    "INSERT INTO property (corp, name, value) VALUES (:corp, :name, '') "
    "ON CONFLICT (corp, name) DO UPDATE SET value = property.value RETURNING value"
)
FORGET = text("DELETE FROM property WHERE corp = :corp AND name = :name")
NOTIFY = select(func.pg_notify(bindparam("channel"), bindparam("payload")))


class Shared:
    """One writer's part in the agreement; each has a name of its own under which its last commit can be found."""

    def __init__(self, corp: str, replica: str, *, ordered: bool) -> None:
        self._corp = corp
        self._name = f"{SIGNS}{replica}:{secrets.token_hex(4)}"
        self._replica = replica
        self._key = lock_key(corp)
        self._ordered = ordered

    async def begin(self, server: AtServer) -> None:
        """Wait for one's turn among the replicas; held until the transaction ends."""
        if self._ordered:
            await server.execute(LOCK, {"key": self._key})

    async def mark(self, server: AtServer) -> str:
        """Leave a sign in a transaction that has written something; with it `happened` can tell later."""
        sign = secrets.token_hex(8)
        await server.execute(MARK, {"corp": self._corp, "name": self._name, "value": sign})
        return sign

    async def tell(self, server: AtServer, hints: set[str]) -> None:
        """Hint to the other replicas, with the commit, that a worker has something to do."""
        for hint in sorted(hints):
            payload = f"{self._corp} {self._replica} {hint}"
            await server.execute(NOTIFY, {"channel": CHANNEL, "payload": payload})

    async def happened(self, connection: AsyncConnection, sign: str) -> bool:
        """Whether the transaction with that sign was committed; waits for it if the server is still at it."""
        async with connection.begin():
            found = (await connection.execute(FOUND, {"corp": self._corp, "name": self._name})).scalar_one()
        return bool(found.rpartition(" ")[2] == sign)

    async def leave(self, connection: AsyncConnection) -> None:
        """The writer ends: its sign is not needed any more."""
        async with connection.begin():
            await connection.execute(FORGET, {"corp": self._corp, "name": self._name})


def lock_key(corp: str) -> int:
    """The number of a company's lock: 64 bits with a sign, as PostgreSQL wants it."""
    return int.from_bytes(hashlib.sha256(f"leadbot {corp}".encode()).digest()[:8], "big", signed=True)


def may_succeed(error: BaseException) -> bool:
    """Whether the same work may be tried again: the database was busy or away, the work itself was not wrong."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        message = str(error.orig)
        return is_lost(error) or "database is locked" in message or "database table is locked" in message
    return state in AGAIN or state.startswith("08")


def is_lost(error: BaseException) -> bool:
    """Whether the connection is of no use any more."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in LOST or state.startswith("08")
    return type(error.orig).__module__.startswith("psycopg") and type(error.orig).__name__ in (
        "OperationalError",
        "InterfaceError",
        "ConnectionTimeout",
    )


@contextlib.asynccontextmanager
async def cut_if_silent(connection: AsyncConnection, seconds: float | None = None) -> AsyncIterator[None]:
    """Cut the connection's socket when the block takes too long: whoever waits on it hears an error at once.

    An embedded store has no socket; there nothing happens.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None  # noqa: S101 - an open connection has one
    timer = asyncio.get_running_loop().call_later(ATTEMPT if seconds is None else seconds, _cut, raw.fileno())
    try:
        yield
    finally:
        timer.cancel()


def _cut(descriptor: int) -> None:
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as own:
        own.shutdown(socket.SHUT_RDWR)
