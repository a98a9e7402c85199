"""A backup is put back into an empty store, all or nothing; what waited to be sent will not be sent by itself."""

import base64
import contextlib
import gzip
import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from store.backup import FORMAT, SLICE, BadBackup, Head
from store.db import WrongKey
from store.migrate import TooNew, head, knows, opened, revision_of, upgrade
from store.schema import METADATA
from store.sealed import Keys

NEVER = timedelta(days=3650)
PARKED = "从备份恢复,没有重发"
QUEUES = ("inbox", "due", "job")


@dataclass
class Restored:
    """What was put back."""

    at: str
    rows: dict[str, int] = field(default_factory=dict)
    parked: int = 0


def read_head(path: Path) -> Head:
    """The first line. Raises BadBackup, OSError."""
    with _lines(path) as lines:
        return _head(next(lines, None), path)


def folder_files(first: Head, keys: Keys) -> bytes:
    """The folder's own files that were kept. Raises WrongKey."""
    _check_key(first, keys)
    return keys.open(base64.b64decode(first.files), "backup.files") if first.files else b""


def restore(
    url: str, corp: str, keys: Keys, path: Path, *, now: datetime, on_rows: Callable[[int], None] = lambda _: None
) -> Restored:
    """Put a backup into an empty store, all or nothing; nothing that waited to be sent will be sent by itself.

    Raises BadBackup, WrongKey, TooNew, HalfMade, StoreUnreachable, OSError.
    """
    with _lines(path) as lines:
        first = _head(next(lines, None), path)
        _check_key(first, keys)
        if first.corp != corp:
            raise BadBackup(f"this is a backup of {first.corp}; write corp: {first.corp} into leadbot.yaml")
        if not knows(first.revision):
            raise TooNew(f"the backup is of revision {first.revision}, which this version does not know; update it")
        with opened(url) as connection:
            _make_tables(connection, first)
            done = Restored(first.at)
            _load(connection, lines, done, path, on_rows)
            _go_on_counting(connection, first)
            upgrade(connection, head())
            done.parked = _park(connection, now=now)
            connection.commit()
            return done


def _check_key(first: Head, keys: Keys) -> None:
    if first.data_key != keys.fingerprint():
        raise WrongKey(
            "the backup was written with another data key; put that company's LEADBOT_DATA_KEY into .env "
            "(without it names and numbers cannot be read)"
        )


def _make_tables(connection: Connection, first: Head) -> None:
    """The tables of the backup's time, in a store that has no rows."""
    found = revision_of(connection)
    if found is not None:
        there = _tables_of(connection)
        full = [
            table.name
            for table in there.sorted_tables
            if table.name != "alembic_version" and connection.execute(select(table).limit(1)).first() is not None
        ]
        if full:
            raise BadBackup(
                f"the store is not empty ({', '.join(full[:3])}); restore into a new folder or an empty database"
            )
        if found != first.revision:
            raise BadBackup(
                f"the store has empty tables of revision {found}; restore into a new folder or an empty database"
            )
    else:
        upgrade(connection, first.revision)


def _tables_of(connection: Connection) -> MetaData:
    """The tables that are there; an index over an expression is none of our business here, and no warning."""
    tables = MetaData()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
        tables.reflect(connection)
    return tables


def _load(
    connection: Connection, lines: Iterator[Any], done: Restored, path: Path, on_rows: Callable[[int], None]
) -> None:
    tables = _tables_of(connection)
    table: Table | None = None
    names: list[str] = []
    waiting: list[dict[str, Any]] = []

    def write() -> None:
        if table is not None and waiting:
            connection.execute(table.insert(), list(waiting))
            done.rows[table.name] += len(waiting)
            waiting.clear()
            on_rows(sum(done.rows.values()))

    for line in lines:
        if isinstance(line, list) and table is not None and len(line) == len(names):
            waiting.append({name: _typed(table.c[name].type, value) for name, value in zip(names, line, strict=True)})
            if len(waiting) >= SLICE:
                write()
        elif isinstance(line, dict) and line.get("table") in tables.tables:
            write()
            table, names = tables.tables[line["table"]], line["columns"]
            done.rows[table.name] = 0
            for column in table.columns:
                if isinstance(column.type, JSON):
                    column.type = (JSONB if isinstance(column.type, JSONB) else JSON)(none_as_null=True)
        elif isinstance(line, dict) and "end" in line:
            write()
            if line["end"] != done.rows:
                raise BadBackup(f"{path}: rows are missing; the backup is damaged, take another one")
            return
        else:
            raise BadBackup(f"{path}: a line that means nothing; the backup is damaged, take another one")
    raise BadBackup(f"{path}: the end is missing; the backup was cut off, take another one")


def _typed(kind: TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, DateTime):
        at = datetime.fromisoformat(value).astimezone(UTC)
        return at if kind.timezone else at.replace(tzinfo=None)
    return value


def _go_on_counting(connection: Connection, first: Head) -> None:
    """New rows get numbers behind those that were given."""
    if connection.dialect.name == "postgresql":
        tables = _tables_of(connection)
        for table in tables.sorted_tables:
            if "id" not in table.c or len(table.primary_key.columns) != 1 or not table.c.id.autoincrement:
                continue
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{table.name}"'}
            ).scalar()
            if sequence is None:
                continue
            most = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
            behind = max(int(most) + 1, first.next_ids.get(table.name, 1))
            connection.execute(text("SELECT setval(:name, :value, false)"), {"name": sequence, "value": behind})
        return
    for name, behind in first.next_ids.items():
        last = {"name": name, "seq": behind - 1}
        known = connection.execute(text("UPDATE sqlite_sequence SET seq = max(seq, :seq) WHERE name = :name"), last)
        if not known.rowcount:  # all rows of it were gone
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), last)


def _park(connection: Connection, *, now: datetime) -> int:
    """What waited may have been sent since by the server that was lost: a person decides about it in 未送达."""
    tables = METADATA.tables
    for name in QUEUES:
        connection.execute(update(tables[name]).values(lease_until=None))
    outbox = tables["outbox"]
    waited = outbox.c.state.in_(("queued", "sending", "unknown"))
    parked = connection.execute(
        update(outbox)
        .where(waited)  # without its body nothing is ever repeated by itself
        .values(state="unknown", body=None, lease_until=None, run_at=now + NEVER, error=PARKED)
    ).rowcount
    connection.execute(
        tables["property"].insert(),
        [{"corp": corp, "name": "restored", "value": now.isoformat()} for corp in _corps(connection)],
    )
    return parked


def _corps(connection: Connection) -> list[str]:
    found = connection.execute(select(METADATA.tables["property"].c.corp).distinct())
    return [row[0] for row in found]


@contextlib.contextmanager
def _lines(path: Path) -> Iterator[Iterator[Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield (json.loads(line) for line in file)
    except (EOFError, gzip.BadGzipFile, ValueError, UnicodeDecodeError):
        raise BadBackup(f"{path}: no backup of Leadbot, or a damaged one; take another one") from None


def _head(line: Any, path: Path) -> Head:
    if not isinstance(line, dict) or line.get("format") != FORMAT:
        raise BadBackup(f"{path}: no backup of Leadbot")
    if line.get("version") != 1:
        raise BadBackup(f"{path}: written by a newer Leadbot; update this one")
    return Head(**line)
