"""A company's whole store as one file: taken while the server works, put back into an empty store of either kind.

The file is gzip over lines of JSON: a head, for each table its columns and rows, an end with the counts. Sealed columns
stay sealed, so the file without the data key tells no phone number; on SQLite and on PostgreSQL it is the same, which
is also the road from the one to the other.
"""

import base64
import contextlib
import gzip
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    func,
    select,
    text,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from config.telling import Tellable
from store.columns import Utc
from store.db import Store, WrongKey
from store.migrate import TooNew, head, knows, opened, revision_of, upgrade
from store.schema import METADATA
from store.sealed import Keys
from store.shared import SIGNS
from store.tx import Tx

FORMAT = "leadbot-backup"
SLICE = 1000  # rows read or written at a time
NEVER = timedelta(days=3650)
PARKED = "从备份恢复,没有重发"
NUMBERED = tuple(  # L1024, O88, Q12, D12, A3 …: declared so that SQLite, too, gives a number once
    table.name for table in METADATA.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]
)
QUEUES = ("inbox", "due", "job")


class BadBackup(Tellable):
    """The file cannot be restored here; the text names cause and cure."""


@dataclass
class Head:
    """The first line of a backup."""

    corp: str
    revision: str
    at: str
    data_key: str
    next_ids: dict[str, int]
    files: str = ""  # the folder's own files, sealed
    format: str = FORMAT
    version: int = 1


@dataclass
class Restored:
    """What was put back."""

    at: str
    rows: dict[str, int] = field(default_factory=dict)
    parked: int = 0


async def write_backup(store: Store, path: Path, *, files: bytes, now: datetime) -> tuple[int, dict[str, int]]:
    """Write the company's rows, as of one moment, to a new file (mode 0600); returns its size and each table's rows.

    `files` are kept sealed beside them. Raises FileExistsError, OSError.
    """
    with _new_file(path) as lines:
        async with store.read(longest=24 * 3600) as tx:
            counts = await _dump(tx, lines, files=files, now=now)
    return os.stat(path).st_size, counts


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file that has its name only once it is whole and on the disk."""
    part = path.with_name(path.name + ".part")
    if path.exists():
        raise FileExistsError(17, "this file exists already; give the backup a new name", str(path))
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with gzip.open(raw, "wt", encoding="utf-8", compresslevel=3) as lines:
                yield lines
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


async def _dump(tx: Tx, lines: TextIO, *, files: bytes, now: datetime) -> dict[str, int]:
    first = Head(
        corp=tx.corp,
        revision=head(),
        at=now.isoformat(),
        data_key=tx.keys.fingerprint(),
        next_ids=await _next_ids(tx),
        files=base64.b64encode(tx.keys.seal(files, "backup.files")).decode() if files else "",
    )
    _put(lines, vars(first))
    counts: dict[str, int] = {}
    for table in METADATA.sorted_tables:
        _put(lines, {"table": table.name, "columns": [column.name for column in table.columns]})
        counts[table.name] = 0
        async for row in _rows(tx, table):
            if table.name == "property" and str(row[1]).startswith(SIGNS):
                continue  # a writer's sign, of no use elsewhere
            _put(lines, [_plain(value) for value in row])
            counts[table.name] += 1
    _put(lines, {"end": counts})
    return counts


async def _rows(tx: Tx, table: Table) -> Any:
    """All rows of the company by their primary key, in slices of one consistent view."""
    keys = list(table.primary_key.columns)
    columns = [type_coerce(column, _raw(column.type)).label(column.name) for column in table.columns]
    places = [table.columns.keys().index(key.name) for key in keys]
    last: tuple[Any, ...] | None = None
    while True:
        query = select(*columns).where(table.c.corp == tx.corp).order_by(*keys).limit(SLICE)
        if last is not None:
            query = query.where(tuple_(*keys) > tuple_(*(_literal(k, v) for k, v in zip(keys, last, strict=True))))
        found = (await tx.execute(query)).all()
        for row in found:
            yield row
        if len(found) < SLICE:
            return
        last = tuple(found[-1][place] for place in places)


def _literal(column: Any, value: Any) -> Any:
    return bindparam(None, value, type_=_raw(column.type))


def _raw(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """What stands in the column: sealed bytes are not opened."""
    if isinstance(kind, TypeDecorator) and not isinstance(kind, Utc):
        inner: TypeEngine[Any] = kind.impl_instance
        return inner
    return kind


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, datetime) else value


async def _next_ids(tx: Tx) -> dict[str, int]:
    """The numbers to go on with: what people call by its number never gives it away, not even when it was erased."""
    if tx.dialect != "postgresql":
        found: Any = (await tx.execute(text("SELECT name, seq + 1 FROM sqlite_sequence"))).all()
        return {str(row[0]): int(row[1]) for row in found if row[0] in NUMBERED}
    told: dict[str, int] = {}
    for name in NUMBERED:
        query = f"SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {name}_id_seq"  # noqa: S608 - ours
        told[name] = int((await tx.execute(text(query))).all()[0][0])
    return told


def _put(lines: TextIO, value: Any) -> None:
    lines.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


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
        there = MetaData()
        there.reflect(connection)
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


def _load(
    connection: Connection, lines: Iterator[Any], done: Restored, path: Path, on_rows: Callable[[int], None]
) -> None:
    tables = MetaData()
    tables.reflect(connection)
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
        tables = MetaData()
        tables.reflect(connection)
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
