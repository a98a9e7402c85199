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
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import (
    Column,
    Select,
    Table,
    bindparam,
    select,
    text,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from config.telling import Tellable
from store.columns import Utc
from store.db import Store
from store.migrate import head
from store.schema import METADATA
from store.shared import SIGNS
from store.tx import Tx

FORMAT = "leadbot-backup"
SLICE = 1000  # rows read or written at a time
NUMBERED = tuple(  # L1024, O88, Q12, D12, A3 …: declared so that SQLite, too, gives a number once
    table.name for table in METADATA.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]
)


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


async def write_backup(
    store: Store, path: Path, *, files: bytes, now: datetime, on_rows: Callable[[int], None] = lambda _: None
) -> tuple[int, dict[str, int]]:
    """Write the company's rows, as of one moment, to a new file (mode 0600); returns its size and each table's rows.

    `files` are kept sealed beside them. Raises FileExistsError, OSError.
    """
    with _new_file(path) as lines:
        async with store.read(longest=24 * 3600) as tx:
            counts = await _dump(tx, lines, on_rows, files=files, now=now)
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


async def _dump(
    tx: Tx, lines: TextIO, on_rows: Callable[[int], None], *, files: bytes, now: datetime
) -> dict[str, int]:
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
            if counts[table.name] % SLICE == 0:
                on_rows(sum(counts.values()))
    _put(lines, {"end": counts})
    return counts


async def _rows(tx: Tx, table: Table) -> Any:
    """All rows of the company by their primary key, in slices of one consistent view."""
    keys = _keys(table)
    places = [table.columns.keys().index(key.name) for key in keys]
    last: tuple[Any, ...] | None = None
    while True:
        found = (await tx.execute(slice_of(table, tx.corp, last))).all()
        for row in found:
            yield row
        if len(found) < SLICE:
            return
        last = tuple(found[-1][place] for place in places)


def _keys(table: Table) -> list[Column[Any]]:
    """What tells the rows of one company apart."""
    return [key for key in table.primary_key.columns if key.name != "corp"]


def slice_of(table: Table, corp: str, last: tuple[Any, ...] | None) -> Select[Any]:
    """The company's next rows after those of these keys, along the primary key.

    An embedded store would rather gather all of a company's rows by some index and sort them, for each slice again.
    """
    keys = _keys(table)
    columns = [type_coerce(column, _raw(column.type)).label(column.name) for column in table.columns]
    its = table.c.corp == corp
    if len(table.primary_key.columns) == 1:
        its = its.is_(true())  # which no index on corp serves
    query = select(*columns).where(its).order_by(*keys).limit(SLICE)
    if last is not None:
        query = query.where(tuple_(*keys) > tuple_(*(_literal(k, v) for k, v in zip(keys, last, strict=True))))
    return query


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
