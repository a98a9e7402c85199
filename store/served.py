"""The same for a PostgreSQL server: what is asked all day goes straight to psycopg, which keeps it ready at the server.

SQLAlchemy and its bridge to asyncio take 150 to 230 µs of processor time around a look-up by key, psycopg alone 35 to
50, and the answer is there in a quarter of the time: so much sooner the next replica has its turn.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import CursorResult, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from store.prepared import COUNTED, Found, Prepared, Values, place_of, prepare

if TYPE_CHECKING:
    import psycopg  # an embedded store needs none of it

STATEMENTS = 400  # that a server keeps ready for one connection; a busy day asks some 150 different ones

Known = WeakKeyDictionary[Executable, dict[tuple[str, ...], "Served | None"]]


class Served(Prepared):
    """A statement in PostgreSQL's own words: its places are numbered, those of lists behind all others."""

    def __init__(self, statement: Executable, compiled: SQLCompiler, dialect: Dialect, names: Sequence[str]) -> None:
        self._learned = False
        super().__init__(statement, compiled, dialect, names)
        self._fill.sort(key=lambda place: place[3])
        self._compiled = compiled
        self._makes_key = bool(compiled.implicit_returning)

    def learn(self, dialect: Dialect, codes: Sequence[Any]) -> None:
        """Once the server has told what its columns are."""
        if None not in codes:
            super().learn(dialect, codes)
            self._learned = True

    async def ask(self, cursor: "psycopg.AsyncRawCursor[Any]", values: Mapping[str, Any]) -> Found:
        """Run it once."""
        await cursor.execute(self.words_for(values), self.filled(values), prepare=None if self._lists else True)
        answer = cursor.pgresult
        columns = 0 if answer is None else answer.nfields
        if columns and answer is not None and not self._learned:
            self.learn(self._compiled.dialect, [answer.ftype(at) for at in range(columns)])
        rows = await cursor.fetchall() if columns else []
        found = self.nothing_yet()
        if self._makes_key:
            found.take([], cursor.rowcount, rows[0][0] if rows else None)
        else:
            found.take(rows, cursor.rowcount, None)
        return found

    def _spread(self, lengths: Sequence[int]) -> str:
        words, number = self.sql, len(self._fill) - len(self._lists)
        for name, length in zip(self._lists, lengths, strict=True):
            kind = self._compiled.binds[name].type
            places = ", ".join(self._place(kind, number + at) for at in range(1, length + 1))
            number += length
            words = words.replace(place_of(name), places or self._nothing(kind))
        return words

    def _nothing(self, kind: TypeEngine[Any]) -> str:
        """An empty list in a condition."""
        compiled: Any = self._compiled
        return str(compiled.visit_empty_set_expr([kind]))

    def _place(self, kind: TypeEngine[Any], number: int) -> str:
        compiled: Any = self._compiled
        impl = kind.dialect_impl(compiled.dialect)
        place = f"${number}"
        return str(compiled.render_bind_cast(kind, impl, place)) if impl.render_bind_cast else place


class AtServer:
    """A connection whose prepared statements go past SQLAlchemy; all others, and its transactions, stay with it."""

    def __init__(self, connection: AsyncConnection, raw: "psycopg.AsyncConnection[Any]") -> None:
        self._connection = connection
        self._raw = raw
        self._dialect = _numbered(connection.dialect)
        self._seen = _known(connection.dialect)

    async def execute(self, statement: Executable, values: Values) -> "CursorResult[Any] | Found":
        """Run a statement with the values of one row or of many."""
        if isinstance(values, Mapping) and values:
            known = self._seen.get(statement)
            if known is None:
                self._seen[statement] = {}
            else:
                names = tuple(values)
                if names not in known:
                    known[names] = prepare(statement, self._dialect, names, Served)
                if (served := known[names]) is not None:
                    return await self._ask(served, values)
        return await self._connection.execute(statement, values, execution_options=COUNTED)

    async def _ask(self, served: Served, values: Mapping[str, Any]) -> Found:
        import psycopg

        try:
            return await served.ask(psycopg.AsyncRawCursor(self._raw), values)
        except psycopg.Error as error:
            lost = self._raw.closed or self._raw.broken
            if lost:
                await self._connection.invalidate(error)
            told = DBAPIError.instance(
                served.sql, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost,
                dialect=self._dialect,
            )  # fmt: skip
            raise cast(Exception, told) from error
        except BaseException as error:
            if not isinstance(error, Exception):  # somebody gave up waiting: what the server does now is not known
                await self._connection.invalidate(error)
            raise


async def at_server(connection: AsyncConnection) -> AtServer | None:
    """The connection as it may be used past SQLAlchemy, when it leads to a server."""
    if connection.dialect.name != "postgresql":
        return None
    import psycopg

    raw = (await connection.get_raw_connection()).driver_connection
    assert isinstance(raw, psycopg.AsyncConnection)  # noqa: S101 - the only driver for servers, see store/engine.py
    raw.prepared_max = STATEMENTS
    return AtServer(connection, raw)


def plans(dialect: Dialect) -> list[str]:
    """The words of all prepared statements of an engine."""
    return [one.example() for known in _known(dialect).values() for one in known.values() if one is not None]


def _known(dialect: Dialect) -> Known:
    """What all connections of an engine have prepared."""
    found: Known = vars(dialect).setdefault("leadbot_served", WeakKeyDictionary())
    return found


def _numbered(dialect: Dialect) -> Dialect:
    """The dialect with places $1, $2: those of the server itself, so that nobody looks for % in a statement."""
    found: Dialect | None = vars(dialect).get("leadbot_numbered")
    if found is None:
        found = copy.copy(dialect)
        found.paramstyle, found.positional = "numeric_dollar", True
        found.identifier_preparer = found.preparer(found)
        vars(dialect)["leadbot_numbered"] = found
    return found
