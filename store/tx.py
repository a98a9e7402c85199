"""One transaction of one company: every verb and every query gets it as its first argument."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from store.sealed import Keys
from store.tables import Row

T = TypeVar("T")
FRESH = {"populate_existing": True}


class Tx:
    """The session, the company it is bound to, and the hints to give once it has committed."""

    def __init__(self, session: AsyncSession, corp: str, keys: Keys) -> None:
        self.session = session
        self.corp = corp
        self.keys = keys
        self.hints: set[str] = set()

    async def all(self, query: Select[T]) -> Sequence[T]:
        """All rows of a one-column query, read anew from the database."""
        return (await self.session.execute(query, execution_options=FRESH)).scalars().all()

    async def first(self, query: Select[T]) -> T | None:
        """The first row, or None."""
        return (await self.session.execute(query.limit(1), execution_options=FRESH)).scalars().first()

    async def rows(self, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """All rows of a query over several columns."""
        return (await self.session.execute(query)).all()

    async def run(self, statement: Executable) -> CursorResult[Any]:
        """An INSERT, UPDATE or DELETE."""
        await self.session.flush()
        result = await self.session.execute(statement, execution_options={"synchronize_session": False})
        assert isinstance(result, CursorResult)  # noqa: S101 - narrows the type; a Select never comes here
        return result

    def insert(self, table: type[Row]) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT that knows ON CONFLICT, in the words of the database at hand."""
        dialect = self.session.get_bind().dialect.name
        return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)

    async def add(self, row: Row) -> None:
        """Insert a row now, so that its id is known."""
        self.session.add(row)
        await self.session.flush()

    def wake(self, worker: str) -> None:
        """A hint for a worker, given after the commit; the rows alone are the truth."""
        self.hints.add(worker)
