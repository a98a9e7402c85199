"""A second company in the same store, with the same people and numbers: nothing of it shows, nothing touches it."""

import atexit
import base64
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, LargeBinary, event, insert, select
from sqlalchemy.types import JSON, Boolean, DateTime, Float, Integer, TypeDecorator

from store import leads
from store.db import Store
from store.migrate import migrate
from store.schema import METADATA
from store.sealed import Keys, Sealed, SealedJson
from store.tables import Lead, Member
from store.tx import Tx
from tests import postgres
from tests.database import Database, migrated

CORP = "globex"
CANARY = "诱饵"
FIRST = 998  # the decoys' numbers end at L1000, where those of a new company begin
PHONES = ("13800138000", "13800138001", "13900139000")


@dataclass(frozen=True)
class Planted:
    """A store with tables and decoys, to be copied: where it is, the key that opens it, and the decoys' rows."""

    url: str
    data_key: bytes
    rows: dict[str, list[str]]

    def copy_to(self, database: Database) -> None:
        """Begin a test's store with it."""
        if database.path is not None:
            shutil.copy(self.url.removeprefix("sqlite:///"), database.path)
        else:
            postgres.copy_database(self.url, database.url)


PLANTED: dict[tuple[str, ...], Planted] = {}  # made once a run for each list of members and each kind of database


async def planted(kind: str, members: Sequence[str], *, pool: str, now: datetime) -> Planted:
    """The store in which a town with these members begins; `kind` is sqlite or postgresql."""
    known = (kind, pool, now.isoformat(), *members)
    if known not in PLANTED:
        data_key = _data_key()
        url = _embedded() if kind == "sqlite" else postgres.template(migrate)
        await fill(url, Keys(data_key), members, pool=pool, now=now)
        database = Database(url)
        PLANTED[known] = Planted(url, data_key, picture(database))
        database.close()
    return PLANTED[known]


@cache
def _data_key() -> bytes:
    """One for all towns of a worker, so that they can share what was compiled (see tests/compiled.py)."""
    return secrets.token_bytes(32)


def _embedded() -> str:
    folder = tempfile.mkdtemp(prefix="planted-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return f"sqlite:///{shutil.copy(migrated(), Path(folder) / 'leadbot.db')}"


def in_env(text: str, data_key: bytes) -> str:
    """A company's .env with this data key."""
    return re.sub(r"(?m)^LEADBOT_DATA_KEY=.*$", f"LEADBOT_DATA_KEY={base64.b64encode(data_key).decode()}", text)


async def fill(url: str, keys: Keys, members: Sequence[str], *, pool: str, now: datetime) -> None:
    """Put decoys into every table: leads with the tests' numbers, members with their ids, work that is due now."""
    store = Store(url, CORP, keys)
    await store.open()

    async def plant(tx: Tx) -> None:
        for number, phone in enumerate(PHONES, FIRST):
            await tx.add(
                Lead(
                    id=number, corp=CORP, name=f"{CANARY}客户", phone=f"+86{phone}", company=f"{CANARY}公司",
                    stage="mql",
                    need=f"{CANARY}咨询", pool=pool, source="官网", enquiries=1, created_at=now,
                )
            )  # fmt: skip
            await leads.add_identity(tx, "phone", f"+86{phone}", number)
        for member_id in members:
            await tx.add(
                Member(
                    corp=CORP,
                    id=member_id,
                    name=f"{CANARY}同事",
                    role="admin",
                    team="华东",
                    wecom=member_id,
                    dingtalk=member_id,
                )
            )
        for table in METADATA.sorted_tables:
            if "corp" in table.c and (await tx.rows(select(table).where(table.c.corp == CORP).limit(1))) == []:
                values = {column.name: _any(column, now) for column in table.columns if not _counted(column)}
                await tx.run(insert(table).values(**values))

    await store.transaction(plant)
    await store.close()


def _counted(column: Any) -> bool:
    """Whether the database gives the value: a number of its own for each row."""
    return column.name == "id" and isinstance(column.type, Integer)


def _any(column: Any, now: datetime) -> Any:
    """A value that the column takes; work is due, states are open."""
    kind = column.type
    if column.name == "corp":
        return CORP
    if column.name == "state":
        return "queued" if column.table.name == "outbox" else "new"
    if isinstance(kind, SealedJson | JSON):
        return {"text": CANARY}
    if isinstance(kind, Sealed):
        return CANARY
    inner = kind.impl if isinstance(kind, TypeDecorator) else kind
    if isinstance(inner, LargeBinary):
        return CANARY.encode()
    if isinstance(inner, DateTime):
        return None if column.nullable else now - timedelta(minutes=1)
    if isinstance(inner, Boolean):
        return False
    if isinstance(inner, Integer | Float):
        return 1
    return CANARY


def picture(database: Database) -> dict[str, list[str]]:
    """Every row of the decoys as it lies there, to be compared with a later picture."""
    queries = {name: f'select * from "{name}" where corp = :corp' for name in sorted(TABLES)}  # noqa: S608 - our tables
    return {name: sorted(map(repr, database.rows(query, corp=CORP))) for name, query in queries.items()}


TABLES = {table.name for table in METADATA.sorted_tables if "corp" in table.c}
NAMED = re.compile(
    r"\b(?:FROM|JOIN|UPDATE|,)\s+\"?(\w+)\b\"?(?!\s*=)(?:\s+AS\s+\"?(\w+)\"?)?"
)  # a column that is set is no table


@cache
def strays(statement: str) -> list[str]:
    """The tables of a statement that are read or changed without saying whose rows are meant."""
    if not re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)\b", statement):
        return []
    names = {alias or table: table for table, alias in NAMED.findall(statement) if table in TABLES}
    return [
        table
        for name, table in names.items()
        if not re.search(rf"\b{name}\"?\.corp\s*(=|IN)", statement)
        and not (len(names) == 1 and re.search(r"\bcorp\s*(=|IN)", statement))
    ]


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collects the statements of stores that do not say whose rows they mean."""
    found: list[str] = []

    def look(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        if hasattr(connection.dialect, "leadbot_keys") and strays(statement):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", look)
