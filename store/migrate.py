"""Bringing a store up to date: one history of migrations for SQLite and PostgreSQL, each all or nothing."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from store.db import only_sqlite, sqlite_path

SCRIPTS = Path(__file__).parent / "migrations"


class TooNew(Exception):
    """The store was written by a newer Leadbot than this one."""


def migrate(url: str) -> tuple[str | None, str]:
    """Upgrade the store at `url` to this version's tables; returns (revision before, revision now).

    Creates an embedded store that is not there yet. Raises TooNew, BadDocument (no SQLite), OSError (unusable file).
    """
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(only_sqlite(url), poolclass=NullPool)
    if path is not None:
        event.listen(engine, "connect", _manual_transactions)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head() or ""
    try:
        with engine.connect() as connection:
            before = _revision(connection)
            if before is not None and before not in {script.revision for script in scripts.walk_revisions()}:
                raise TooNew(
                    f"the store is at revision {before}, which this version does not know; run a newer Leadbot"
                )
            if before == head:
                return before, head
            if path is not None:
                connection.execute(text("PRAGMA foreign_keys=OFF"))
                connection.commit()
                connection.execute(text("BEGIN IMMEDIATE"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except DatabaseError as error:
        raise OSError(f"the store {path} cannot be used: {error.orig}; check rights and disk, or restore it") from None
    finally:
        engine.dispose()
    if path is not None:
        path.chmod(0o600)
    return before, head


def _manual_transactions(dbapi: object, _: object) -> None:
    """Python's driver would commit before DDL; without it a failed migration leaves nothing behind."""
    dbapi.isolation_level = None  # type: ignore[attr-defined]


def _revision(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection)
    found = context.get_current_revision()
    connection.rollback()
    return found
