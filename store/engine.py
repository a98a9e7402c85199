"""How the two databases are opened: an embedded file, or a PostgreSQL server that several replicas share."""

from pathlib import Path

from sqlalchemy import BigInteger, Connection, Integer, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from config.telling import Tellable
from store import direct
from store.columns import read_json
from store.sealed import Keys
from store.tx import Tx

READERS = {"sqlite": 4, "postgresql": 8}
LOG_PAGES = 4000  # 16 MB of SQLite's log before it goes into the file: keys at random touch the same pages meanwhile

# For whoever has the file to himself: slices of an import touch the same pages again and again. Among a million leads
# this halves what is written.
ROOMY_CACHE = 24 * 1024  # KB of pages in memory
ROOMY_LOG = 24_000  # pages of the log

# A server that loses sight of us must not keep our locks, and we must not wait for one that is gone.
SERVER = {
    "application_name": "leadbot",
    "client_encoding": "utf8",
    "connect_timeout": 4,
    "tcp_user_timeout": 4000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
# What is asked all day is prepared by store/served.py. All else is planned for the values at hand: of a statement that
# it knows, a server makes one plan for whatever values may come, and with that a report takes a third longer.
UNPREPARED = {"prepare_threshold": 1_000_000}
SESSION = (  # compiling a report (jit) takes longer than the report
    "-c lock_timeout=6s -c idle_in_transaction_session_timeout=15s -c statement_timeout=60s -c timezone=UTC -c jit=off"
)


class StoreUnreachable(Tellable):
    """The database of store.url cannot be used; the text says why and what to do, without the password."""


def sqlite_path(url: str) -> Path | None:
    """The file of an embedded store, or None for a server."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def driver_url(url: str, *, asynchronous: bool) -> URL:
    """The URL with the driver's name in it. Raises StoreUnreachable when it is none."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreUnreachable(
            "store.url in leadbot.yaml is no database URL; write postgresql://user:password@host/name, "
            "with @ : / in the password as %40 %3A %2F"
        ) from None
    driver = "+aiosqlite" if asynchronous else ""
    return found.set(drivername="postgresql+psycopg" if found.drivername == "postgresql" else f"sqlite{driver}")


def open_engine(url: str, keys: Keys, *, writing: bool, pool_size: int | None = None) -> AsyncEngine:
    """The engine for changes or for looking; what only looks cannot write."""
    target = driver_url(url, asynchronous=True)
    if target.drivername == "postgresql+psycopg":
        looking = " -c default_transaction_read_only=on" if not writing else ""
        engine = create_async_engine(
            target,
            connect_args={**SERVER, **UNPREPARED, "options": SESSION + looking},
            hide_parameters=True,
            isolation_level="READ COMMITTED" if writing else "REPEATABLE READ",
            pool_size=pool_size or READERS["postgresql"],
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=not writing,
        )
        engine.sync_engine.dialect.colspecs = {**engine.sync_engine.dialect.colspecs, Integer: _Wide}
    else:
        engine = create_async_engine(
            target,
            connect_args={"isolation_level": None},
            json_deserializer=read_json,
            hide_parameters=True,
            pool_size=1 if writing else READERS["sqlite"],
            max_overflow=0,
        )
        _prepare_sqlite(engine, writing=writing)
    engine.sync_engine.dialect.leadbot_keys = keys  # type: ignore[attr-defined]
    return engine


class _Wide(BigInteger):
    """Numbers that are asked for may be larger than any that is stored: "L99999999999" is a question, not an error."""

    render_bind_cast = True


def _prepare_sqlite(engine: AsyncEngine, *, writing: bool) -> None:
    if writing:
        event.listen(engine.sync_engine, "do_connect", direct.connect)

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(dbapi: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={0 if writing else direct.BUSY}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten, not only forgotten
        if writing:
            cursor.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
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


async def take_room(tx: Tx) -> None:
    """The embedded writer keeps more pages and a longer log from now on."""
    for word in (f"cache_size=-{ROOMY_CACHE}", f"wal_autocheckpoint={ROOMY_LOG}"):
        await tx.run(text(f"PRAGMA {word}"))


CURES = {
    "28P01": ("the server refuses the password", "correct user and password of store.url"),
    "28000": ("the server does not let this user in", "correct the user of store.url, or allow it in pg_hba.conf"),
    "3D000": ("the server has no database of that name", "make it: createdb NAME, or correct the end of store.url"),
    "42501": ("this user may not make or change tables", "GRANT ALL ON SCHEMA public TO the user of store.url"),
    "25006": ("the server only reads", "name the server that writes (not its standby) in store.url"),
    "53300": ("the server has no connection left", "raise its max_connections (a replica needs about 12)"),
    "57P03": ("the server is just starting or stopping", "wait a moment and start again"),
    "53100": ("the server's disk is full", "make room on it"),
}


def unreachable(url: str, error: DBAPIError) -> StoreUnreachable:
    """Why a server cannot be used, in a sentence with the cure and without the password."""
    target = make_url(url)
    host = target.query.get("host", target.host or "its socket")
    where = f"{host}:{target.port or target.query.get('port', 5432)}/{target.database}"
    said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        if "password authentication failed" in str(error.orig) or "no password supplied" in str(error.orig):
            state = "28P01"
        elif "does not exist" in said and "database" in said:
            state = "3D000"
        elif "no pg_hba.conf entry" in said or "role" in said:
            state = "28000"
    if state in CURES:
        cause, cure = CURES[state]
    elif state is None:
        cause, cure = "the server cannot be reached", "check that it runs, and host and port of store.url"
    else:
        cause, cure = f"the server refuses ({state})", "look into its log"
    if target.password:
        said = said.replace(str(target.password), "***")
    return StoreUnreachable(f"store.url: {cause} ({where}: {said[:300]}); {cure}")


def is_server_error(error: BaseException) -> bool:
    """Whether the error came from a PostgreSQL server or from the way to it."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return False
    return type(error.orig).__module__.partition(".")[0] == "psycopg"  # which an embedded store never imports
