"""A store as a stranger with a database client sees it, behind the program's back: SQLite's file or PostgreSQL."""

import fcntl
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from store.engine import sqlite_path
from store.migrate import migrate
from tests.postgres import run_home


def migrated() -> Path:
    """An empty SQLite file of this version, to be copied: made once a run, by whichever worker needs it first."""
    home = run_home()
    made = home / "empty.db"
    with (home / "empty.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            migrate(f"sqlite:///{home / 'growing.db'}")
            (home / "growing.db").rename(made)
    return made


class Database:
    """One store's database: its URL, and a look into its rows."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.path = sqlite_path(url)
        self._file: sqlite3.Connection | None = None
        self._server: psycopg.Connection[tuple[Any, ...]] | None = None

    @property
    def name(self) -> str:
        """sqlite or postgresql."""
        return "postgresql" if self.path is None else "sqlite"

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What the database answers, whether the bot runs or not; instants may be given as :values."""
        if self.path is not None:
            if self._file is None:
                self._file = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
            plain = {
                key: f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value
                for key, value in values.items()
            }
            return self._file.execute(query, plain).fetchall()
        if self._server is None or self._server.closed:
            self._server = psycopg.connect(self.url, autocommit=True)
        query = re.sub(r"(?<!:):(\w+)", r"%(\1)s", query)
        return self._server.execute(query, values or None).fetchall()  # type: ignore[call-overload, no-any-return]

    def instant(self, query: str) -> datetime | None:
        """The one instant that a query answers with."""
        found = self.rows(query)[0][0]
        return datetime.fromisoformat(found).replace(tzinfo=UTC) if isinstance(found, str) else found

    def sound(self) -> bool:
        """Whether the database itself finds nothing wrong with its file (a server looks after its own)."""
        return self.path is None or self.rows("pragma integrity_check") == [("ok",)]

    def close(self) -> None:
        """Give the connections back."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._server is not None:
            self._server.close()
            self._server = None
