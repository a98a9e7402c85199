"""Bringing a store up to date: one history of migrations for SQLite and PostgreSQL, each upgrade all or nothing."""

import contextlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from config.telling import Tellable
from store import channels as channels  # these four register their tables with the metadata
from store import deal as deal
from store import duty as duty
from store import follower as follower
from store import kf as kf
from store import origin as origin
from store import queues as queues
from store import reached as reached
from store.engine import SERVER, driver_url, is_server_error, sqlite_path, unreachable
from store.row import Row
from store.shared import lock_key
from store.soundness import LONGEST, look_over

SCRIPTS = Path(__file__).parent / "migrations"
VERSIONS = "alembic_version"
_MARKS = f"SELECT version_num FROM {VERSIONS}"  # noqa: S608 - a name of ours
REVISION = re.compile(r'^(revision|down_revision)\b[^=\n]*= *"([^"]+)"', re.MULTILINE)


class TooNew(Tellable):
    """The store was written by a newer Leadbot than this one."""


class HalfMade(Tellable):
    """The store's tables are not those that its revision says: an upgrade or a restore was broken by other hands."""


class NotOurs(HalfMade):
    """The database is somebody else's: it has tables, and none of them is one of a store."""


def migrate(url: str, *, longest: float = LONGEST) -> tuple[str | None, str]:
    """Upgrade the store at `url` to this version's tables; returns (revision before, revision now).

    An embedded store is looked over first, for `longest` seconds.

    Creates an embedded store that is not there yet. Raises Damaged, Misplaced, NotOurs, TooNew, HalfMade,
    StoreUnreachable, OSError (unusable file).
    """
    path = sqlite_path(url)
    if path is not None:
        look_over(path, longest=longest)
    with opened(url) as connection:
        before = revision_of(connection)
        if before == head():
            _refuse_half_made(connection)
            return before, before
        upgrade(connection, head())
        connection.commit()
        return before, head()


@contextlib.contextmanager
def opened(url: str) -> Iterator[Connection]:
    """A connection in a transaction of its own, in which nobody else upgrades; what is not committed is undone."""
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {} if path is not None else {**SERVER, "options": "-c lock_timeout=60s -c timezone=UTC"}
    engine = create_engine(
        driver_url(url, asynchronous=False), poolclass=NullPool, connect_args=options, hide_parameters=True
    )
    if path is not None:
        event.listen(engine, "connect", _manual_transactions)
    try:
        with engine.connect() as connection:
            if path is not None:
                connection.execute(text("PRAGMA foreign_keys=OFF"))
                connection.commit()
                connection.execute(text("BEGIN IMMEDIATE"))
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("migrate")})
            yield connection
    except DatabaseError as error:
        if is_server_error(error):
            raise unreachable(url, error) from None
        raise OSError(f"the store {path} cannot be used: {error.orig}; check rights and disk, or restore it") from None
    finally:
        engine.dispose()
    if path is not None:
        path.chmod(0o600)


def upgrade(connection: Connection, revision: str) -> None:
    """Run the migrations up to a revision inside the connection's transaction."""
    from alembic import command  # a tenth of a start, and most starts have nothing to upgrade
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def head() -> str:
    """This version's newest revision."""
    (newest,) = set(_revisions()) - set(_revisions().values())
    return newest


@cache
def _revisions() -> dict[str, str]:
    """Every revision with the one before it ("" for the first), as the migrations' files say."""
    found = {}
    for path in sorted((SCRIPTS / "versions").glob("*.py")):
        said = dict(REVISION.findall(path.read_text("utf-8")))
        found[said["revision"]] = said.get("down_revision", "")
    return found


def revision_of(connection: Connection) -> str | None:
    """The store's revision, None for an empty one. Raises NotOurs, TooNew, HalfMade."""
    _refuse_other_letters(connection)
    tables = set(inspect(connection).get_table_names())
    others = sorted(tables - {VERSIONS} - _of_extensions(connection))
    if others and not tables & set(Row.metadata.tables):
        raise NotOurs(
            f"store.url names a database of another program: it holds {', '.join(others[:3])} and nothing of Leadbot; "
            "nothing was changed. Correct store.url, or name an empty database"
        )
    marks = connection.execute(text(_MARKS)).scalars().all() if VERSIONS in tables else ()
    if len(marks) > 1 or (not marks and tables & set(Row.metadata.tables)):
        raise HalfMade(
            "the store has tables but no revision: an upgrade was interrupted by other tools than ours; "
            "restore the last backup into an empty one"
        )
    if not marks:
        return None
    if not knows(marks[0]):
        raise TooNew(f"the store is at revision {marks[0]}, which this version does not know; run a newer Leadbot")
    return str(marks[0])


def _refuse_other_letters(connection: Connection) -> None:
    """What customers are called is Chinese, and in other encodings the first such name would fail."""
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise NotOurs(
            f"the database of store.url is kept in {encoding}, where Chinese has no place; nothing was changed. "
            "Make one for it: createdb -E UTF8 -T template0 NAME"
        )


def _of_extensions(connection: Connection) -> set[str]:
    """Tables that PostgreSQL's extensions bring along (PostGIS …) are nobody's data."""
    if connection.dialect.name != "postgresql":
        return set()
    brought = "SELECT relname FROM pg_class JOIN pg_depend ON objid = pg_class.oid WHERE deptype = 'e'"
    return set(connection.execute(text(brought)).scalars())


def knows(revision: str) -> bool:
    """Whether a revision is one of this version's history."""
    return revision in _revisions()


def _refuse_half_made(connection: Connection) -> None:
    """The tables must be those of the revision: serving from half of them would fail at the first customer."""
    found = inspect(connection)
    missing = sorted(set(Row.metadata.tables) - set(found.get_table_names()))
    for name, table in Row.metadata.tables.items():
        if name not in missing:
            there = {column["name"] for column in found.get_columns(name)}
            missing += [f"{name}.{column.name}" for column in table.columns if column.name not in there]
    if missing:
        raise HalfMade(
            f"the store is half-made: {', '.join(missing[:5])} missing although its revision is {head()}; "
            "restore the last backup into an empty one"
        )


def _manual_transactions(dbapi: object, _: object) -> None:
    """Python's driver would commit before DDL; without it a failed migration leaves nothing behind."""
    dbapi.isolation_level = None  # type: ignore[attr-defined]
