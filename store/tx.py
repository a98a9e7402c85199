"""One transaction of one company: every verb and every query gets it as its first argument."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Dialect, Executable, Insert, Select, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from store.prepared import COUNTED, AtOnce, Found, whole_rows_of
from store.row import Row
from store.sealed import Keys
from store.served import AtServer
from store.twin import MergeTrace

T = TypeVar("T")
TAKEOVER = timedelta(seconds=60)  # after which what a dead server held is taken over
Result = CursorResult[Any] | Found


class Tx:
    """The connection, the company it is bound to, and the hints to give once it has committed.

    A query of a hot path is built once, with `bindparam`s; its values are given by name (`corp` is always there).
    """

    def __init__(
        self,
        connection: AsyncConnection,
        corp: str,
        keys: Keys,
        *,
        at_once: AtOnce | None = None,
        at_server: AtServer | None = None,
        takeover: timedelta = TAKEOVER,
        home: str = "",
    ) -> None:
        self._connection = connection
        self._at_once = at_once
        self._at_server = at_server
        self.corp = corp
        self.home = home or corp  # whose chats these are: another company than `corp` in a room of `beside`
        self.keys = keys
        self.takeover = takeover
        self.dialect = connection.dialect.name
        self.hints: set[str] = set()
        self.through: dict[int, int] = {}  # lead -> the lead merged into it whose number or contact was used
        self._remembered: dict[Table, dict[tuple[Any, ...], Any]] = {}

    def beside(self, room: str) -> "Tx":
        """The same transaction for a room of the company's: its own rows, the same chats; see store/practice.py."""
        there = Tx(
            self._connection, room, self.keys, at_once=self._at_once, at_server=self._at_server,
            takeover=self.takeover, home=self.home,
        )  # fmt: skip
        there.hints = self.hints
        return there

    async def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> Result:
        """Run any statement, with the values of one row or of many."""
        if self._remembered and not isinstance(statement, Select):
            self._forget(statement)
        if self._at_once is not None:
            return self._at_once.execute(statement, values)
        if self._at_server is not None:
            return await self._at_server.execute(statement, values)
        return await self._connection.execute(statement, values, execution_options=COUNTED)

    async def all(self, query: Select[T], **values: Any) -> Sequence[T]:
        """All rows of a query for one table or one column, read anew from the database."""
        return _made(query, await self.execute(query, self._bound(values)))

    async def first(self, query: Select[T], **values: Any) -> T | None:
        """The first row, or None. A query with values says itself that it wants one row."""
        result = await self.execute(query if values else query.limit(1), self._bound(values))
        found = _made(query, result)
        return found[0] if found else None

    async def known(self, table: type[T], query: Select[T], **values: Any) -> T | None:
        """The row of a table that a query finds; asked again, it is not read again until a row of the table changes."""
        seen = self._remembered.setdefault(table.__table__, {})  # type: ignore[attr-defined]
        key = (query, *values.values())
        if key not in seen:
            seen[key] = await self.first(query, **values)
        return cast("T | None", seen[key])

    def _forget(self, statement: Executable) -> None:
        if isinstance(statement, UpdateBase):
            self._remembered.pop(cast(Table, statement.table), None)
        else:
            self._remembered.clear()

    async def rows(self, query: Select[*tuple[Any, ...]], **values: Any) -> Sequence[Any]:
        """All rows of a query over several columns."""
        return (await self.execute(query, self._bound(values))).all()

    async def run(self, statement: Executable, **values: Any) -> Result:
        """An INSERT, UPDATE or DELETE."""
        return await self.execute(statement, self._bound(values))

    async def driver_many(self, sql: str, rows: Sequence[Any]) -> None:
        """The driver's own executemany, with values as it takes them; see store/bulk.py."""
        self._remembered.clear()
        if self._at_once is not None:
            self._at_once.many(sql, rows)
        else:
            await self._connection.exec_driver_sql(sql, rows)

    def each(self, sql: str, rows: Iterable[Sequence[Any]]) -> list[bool] | None:
        """The same at once, and which rows changed anything; None where that cannot be told."""
        return self._at_once.each(sql, rows) if self._at_once is not None else None

    def dialect_itself(self) -> Dialect:
        """The dialect, for statements and values that are made by hand."""
        return (self._at_once or self._connection).dialect

    def insert(self, table: type[Row]) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT that knows ON CONFLICT, in the words of the database at hand."""
        return insert_for(self.dialect, table)

    async def add(self, row: Row) -> None:
        """Insert a row now, so that its id is known."""
        values = {name: value for name, value in row.__dict__.items() if not name.startswith("_")}
        known = values.get("id")
        if "id" in values and known is None:
            del values["id"]
        made = await self.put(type(row), values)
        if known is None and hasattr(row, "id"):
            row.id = made

    async def put(self, table: type[Row], values: Mapping[str, Any]) -> int | None:
        """Insert a row of these values, one for every column but a counted id; returns the id that it got."""
        result = await self.execute(_plain_insert(table), values)
        key: int | None = values.get("id") or result.inserted_primary_key[0]  # type: ignore[index]
        loser_id = self.through.get(values.get("lead_id") or 0) if self.through else None
        if loser_id is not None and isinstance(key, int) and "id" in table.model_fields:
            trace = {"corp": self.corp, "loser_id": loser_id, "name": str(table.__tablename__), "key": key}
            await self.execute(_plain_insert(MergeTrace), trace)
        return key

    def wake(self, worker: str) -> None:
        """A hint for a worker, given after the commit; the rows alone are the truth."""
        self.hints.add(worker)

    def _bound(self, values: dict[str, Any]) -> dict[str, Any] | None:
        return {"corp": self.corp, **values} if values else None


def insert_for(dialect: str, table: type[Row]) -> "sqlite.Insert | postgresql.Insert":
    """The same for a statement that is built once for each kind of database."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _plain_insert(table: type[Row]) -> Insert:
    return insert(table)


def _made(query: Select[Any], result: Result) -> list[Any]:
    table = result.entity if isinstance(result, Found) else whole_rows_of(query)
    return list(result.scalars()) if table is None else made(table, result)


def made(table: type[T], result: Result) -> list[T]:
    """Rows of one table from a result that holds all its columns; they are values, changes to them stay here."""
    names = tuple(result.keys())
    found = []
    for row in result.values() if isinstance(result, Found) else result:
        one: T = table.__new__(table)  # without a history: nobody here asks for one
        one.__dict__.update(zip(names, row, strict=True))
        found.append(one)
    return found
