"""The kinds of columns that every table uses: instants in UTC, small lists, and the lease that guards work in hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Integer,
    String,
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
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive instant {value!r}; every instant in Leadbot has a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def json_type() -> TypeEngine[Any]:
    """JSON on SQLite, JSONB on PostgreSQL."""
    return JSON().with_variant(JSONB(), "postgresql")


def added(name: str) -> Column[str]:
    """A text column that came after the first version: rows from before have ""."""
    return Column(name, String(), nullable=False, server_default=text("''"))


def wide_integer() -> TypeEngine[int]:
    """Amounts of money: 64 bits, which SQLite's own integer has anyway."""
    return BigInteger().with_variant(Integer(), "sqlite")


def only_where(condition: str) -> dict[str, Any]:
    """An index over the rows that meet a condition, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def one_of(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """Words written out in the statement: SQLite uses a partial index only where it reads the index's own condition."""
    literals: list[ColumnElement[str]] = [literal_column(f"'{word}'") for word in words]
    return col(column) == literals[0] if len(literals) == 1 else col(column).in_(literals)
