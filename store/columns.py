"""The kinds of columns that every table uses: instants in UTC, small lists, and the lease that guards work in hand."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from json import JSONDecoder
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Integer,
    String,
    TextClause,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import col


class Utc(TypeDecorator[datetime]):
    """An instant: refuses naive values, rests in UTC, comes back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """SQLite keeps text; a chat line reads and writes fifty instants, so they go there without a detour."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """The same on the way back."""
        return _of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a naive instant {value!r}; every instant in Leadbot has a zone")
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    return None if value is None else instant_text(value)


def instant_text(value: datetime) -> str:
    """An instant as SQLite keeps it."""
    return (value if value.tzinfo is UTC else _in_utc(value)).isoformat(" ", "microseconds")[:26]


def _of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def json_type() -> TypeEngine[Any]:
    """JSON on SQLite, JSONB on PostgreSQL."""
    return JSON().with_variant(JSONB(), "postgresql")


_read = JSONDecoder().raw_decode


def read_json(text: str) -> Any:
    """JSON as this program wrote it: nothing around it, and mostly an empty list."""
    return [] if text == "[]" else _read(text)[0]


def added(name: str) -> Column[str]:
    """A text column that came after the first version: rows from before have ""."""
    return Column(name, String(), nullable=False, server_default=text("''"))


def wide_integer() -> TypeEngine[int]:
    """Amounts of money: 64 bits, which SQLite's own integer has anyway."""
    return BigInteger().with_variant(Integer(), "sqlite")


def only_where(condition: str) -> dict[str, Any]:
    """An index over the rows that meet a condition, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def month_of(name: str) -> TextClause:
    """The month of an instant (2026-03, in UTC) in an index of an embedded store, which keeps instants as text.

    SQLite sorts what it groups, unless an index has it in the order of its groups already. Rows of a few months, each
    with its groups in a row, are counted as they are read, four times as fast. PostgreSQL needs no such help: there
    the migrations make the index begin with the instant itself.
    """
    return text(f"substr({name}, 1, 7)")


def one_of(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """Words written out in the statement: SQLite uses a partial index only where it reads the index's own condition."""
    literals: list[ColumnElement[str]] = [literal_column(f"'{word}'") for word in words]
    return col(column) == literals[0] if len(literals) == 1 else col(column).in_(literals)
