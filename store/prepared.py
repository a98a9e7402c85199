"""A question that is asked all day is put into the database's own words once; after that only its values change.

SQLAlchemy spends 50 to 150 µs around a statement for which SQLite needs five. A statement that comes a second time
is one of a hot path: it is compiled, the readers of its columns are kept, and from then on it goes straight to the
cursor. One that is built anew each time never comes twice and stays with SQLAlchemy. store/served.py does the same
for a server.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, Connection, CursorResult, Executable, Select
from sqlalchemy.engine import Dialect, Row
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TupleType, TypeEngine

from store.columns import read_json

NOTHING = "SELECT 1 WHERE 1 != 1"  # an empty list in a condition
MOST_LENGTHS = 64  # of lists in one statement whose words are kept
COUNTED = {"preserve_rowcount": True}

Readers = tuple[tuple[int, Callable[[Any], Any]], ...]  # the columns that are kept in another form than they are used
P = TypeVar("P", bound="Prepared")
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Found:
    """What a prepared statement found: as much of SQLAlchemy's CursorResult as is asked for here."""

    __slots__ = ("_raw", "_readers", "_shape", "entity", "inserted_primary_key", "rowcount")

    def __init__(self, shape: SimpleResultMetaData, readers: "Readers", entity: type[Any] | None) -> None:
        self._shape = shape
        self._readers = readers
        self._raw: list[tuple[Any, ...]] = []
        self.entity = entity  # the table whose whole rows these are
        self.rowcount = 0
        self.inserted_primary_key: tuple[int | None] = (None,)

    def __iter__(self) -> Iterator[Row[Any]]:
        return iter(self.all())

    def all(self) -> list[Row[Any]]:
        """All rows."""
        shape, index = self._shape, self._shape._key_to_index
        return [Row(shape, None, index, tuple(values)) for values in self.values()]

    def values(self) -> list[list[Any]]:
        """All rows as plain lists, read as the columns' kinds want it."""
        lines = list(map(list, self._raw))
        for at, read in self._readers:
            for line in lines:
                line[at] = read(line[at])
        return lines

    def scalars(self) -> list[Any]:
        """The first column."""
        return [line[0] for line in self.values()]

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return next(iter(self.scalars()), None)

    def keys(self) -> Sequence[str]:
        """The names of the columns."""
        return self._shape._keys

    def take(self, rows: Sequence[tuple[Any, ...]], count: int, key: int | None) -> None:
        """Add what a cursor holds: its rows, how many it changed or found, the id of what it inserted."""
        self._raw += rows
        self.rowcount += count
        self.inserted_primary_key = (key,)


def whole_rows_of(statement: Executable) -> type[Any] | None:
    """The table whose whole rows a query asks for; None for single columns, and for what is no query."""
    shape = statement.column_descriptions[0] if isinstance(statement, Select) else {}
    return shape["entity"] if shape and shape["expr"] is shape.get("entity") else None


class Prepared:
    """A statement compiled for values of given names."""

    def __init__(self, statement: Executable, compiled: SQLCompiler, dialect: Dialect, names: Sequence[str]) -> None:
        self.sql = compiled.string
        self._lists = tuple(name for name in compiled.positiontup or () if compiled.binds[name].expanding)
        self._of_lengths: dict[tuple[int, ...], str] = {}
        self._fill: list[tuple[str | None, Any, Callable[[Any], Any] | None, bool]] = []
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            key = name if name in names else None
            write = bind.type.dialect_impl(dialect).bind_processor(dialect)
            self._fill.append((key, bind.value, write, name in self._lists))
        columns = compiled._result_columns
        self._shape = SimpleResultMetaData([column.keyname for column in columns])
        self._kinds = [column.type for column in columns]
        self._readers: Readers = ()
        self._entity = whole_rows_of(statement)
        self.learn(dialect, [None] * len(columns))

    def learn(self, dialect: Dialect, codes: Sequence[Any]) -> None:
        """How its columns are read: the driver's codes for their kinds, None where it has none."""
        readers = [_reader(kind, dialect, code) for kind, code in zip(self._kinds, codes, strict=True)]
        self._readers = tuple((at, read) for at, read in enumerate(readers) if read is not None)

    def run(self, plain: sqlite3.Connection, given: Sequence[Mapping[str, Any]]) -> Found:
        """Run it once for each set of values."""
        found = self.nothing_yet()
        for values in given:
            cursor = plain.execute(self.words_for(values), self.filled(values))
            rows = cursor.fetchall() if cursor.description is not None else []
            found.take(rows, cursor.rowcount, cursor.lastrowid)  # the count is known once all rows are read
        return found

    def nothing_yet(self) -> Found:
        """What it finds, before it was asked."""
        return Found(self._shape, self._readers, self._entity)

    def filled(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of their places, as the database takes them."""
        filled: list[Any] = []
        for key, value, write, many in self._fill:
            if key is not None:
                value = values[key]
            if many:
                filled += value if write is None else map(write, value)
            else:
                filled.append(value if write is None else write(value))
        return filled

    def example(self) -> str:
        """The statement with one value in each list."""
        return self.words_for(dict.fromkeys(self._lists, (None,)))

    def words_for(self, values: Mapping[str, Any]) -> str:
        """The statement with as many places in its lists as there are values."""
        if not self._lists:
            return self.sql
        lengths = tuple(len(values[name]) for name in self._lists)
        words = self._of_lengths.get(lengths)
        if words is None:
            words = self._spread(lengths)
            if len(self._of_lengths) < MOST_LENGTHS:
                self._of_lengths[lengths] = words
        return words

    def _spread(self, lengths: Sequence[int]) -> str:
        words = self.sql
        for name, length in zip(self._lists, lengths, strict=True):
            words = words.replace(place_of(name), ", ".join("?" * length) or NOTHING, 1)
        return words


class AtOnce:
    """A connection that may be used without awaiting, because its cursors are SQLite's own (see store/direct.py)."""

    def __init__(self, connection: Connection, plain: sqlite3.Connection) -> None:
        self._connection = connection
        self._plain = plain
        self._seen: WeakKeyDictionary[Executable, dict[tuple[str, ...], Prepared | None]] = WeakKeyDictionary()

    def execute(self, statement: Executable, values: Values) -> "CursorResult[Any] | Found":
        """Run a statement with the values of one row or of many."""
        if values:
            known = self._seen.get(statement)
            if known is None:
                self._seen[statement] = {}
            else:
                given = [values] if isinstance(values, Mapping) else values
                names = tuple(given[0])
                if names not in known:
                    known[names] = _ready(statement, self._connection.dialect, names)
                if (prepared := known[names]) is not None:
                    return self._run(prepared, given)
        return self._connection.execute(statement, values, execution_options=COUNTED)

    def each(self, sql: str, rows: Iterable[Sequence[Any]]) -> list[bool]:
        """The driver's own executemany; for each row, whether it changed anything."""
        plain = self._plain
        counts = [plain.total_changes]

        def counted() -> Iterator[Sequence[Any]]:
            for number, row in enumerate(rows):
                if number:
                    counts.append(plain.total_changes)
                yield row

        try:
            plain.executemany(sql, counted())
        except sqlite3.Error as error:
            raise as_told(sql, error, self._connection.dialect) from error
        counts.append(plain.total_changes)
        return [after > before for before, after in pairwise(counts)]

    def many(self, sql: str, rows: Sequence[Any]) -> None:
        """The driver's own executemany, with values as it takes them."""
        self._connection.exec_driver_sql(sql, rows)

    @property
    def dialect(self) -> Dialect:
        """The dialect, for statements and values that are made by hand."""
        return self._connection.dialect

    def plans(self) -> list[str]:
        """The words of all prepared statements, for a look at how SQLite finds their rows."""
        return [one.example() for known in self._seen.values() for one in known.values() if one is not None]

    def _run(self, prepared: Prepared, given: Sequence[Mapping[str, Any]]) -> Found:
        try:
            return prepared.run(self._plain, given)
        except sqlite3.Error as error:
            raise as_told(prepared.sql, error, self._connection.dialect) from error


def as_told(sql: str, error: sqlite3.Error, dialect: Dialect) -> Exception:
    """An error of SQLite's as SQLAlchemy tells it, without the values."""
    told = DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True, dialect=dialect)
    return cast(Exception, told)


def _ready(statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> Prepared | None:
    """As an earlier connection of the dialect has prepared it; otherwise prepared now."""
    ready = vars(dialect).setdefault("leadbot_prepared", WeakKeyDictionary()).setdefault(statement, {})
    if names not in ready:
        ready[names] = prepare(statement, dialect, names, Prepared)
    found: Prepared | None = ready[names]
    return found


def prepare(statement: Executable, dialect: Dialect, names: tuple[str, ...], kind: type[P]) -> P | None:
    """None for what only SQLAlchemy can run: lists of its own in conditions, values that it would make up itself."""
    compiled = cast(Any, statement).compile(dialect=dialect, column_keys=list(names))
    if not isinstance(compiled, SQLCompiler) or compiled.escaped_bind_names:
        return None
    if compiled.literal_execute_params or any(bind.key not in names for bind in compiled.post_compile_params):
        return None
    if getattr(compiled, "insert_prefetch", ()) or getattr(compiled, "update_prefetch", ()):
        return None
    for name in compiled.positiontup or ():
        bind = compiled.binds[name]
        if bind.callable is not None or (bind.required and bind.key not in names):
            return None
        if bind.expanding and (isinstance(bind.type, TupleType) or place_of(name) not in compiled.string):
            return None
    return kind(statement, compiled, dialect, names)


def _reader(kind: TypeEngine[Any], dialect: Dialect, code: Any) -> Callable[[Any], Any] | None:
    """How a column's values are read; without the two layers that SQLAlchemy puts around JSON."""
    if isinstance(kind, JSON) and dialect.name == "sqlite":
        return _json
    return kind.dialect_impl(dialect).result_processor(dialect, code)


def _json(text: str | None) -> Any:
    return None if text is None else read_json(text)


def place_of(name: str) -> str:
    """Where SQLAlchemy puts the values of a list once it knows how many there are."""
    return f"__[POSTCOMPILE_{name}]"
