"""A server that ends a connection in the middle: the work is done again, or its caller hears whether it was done."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlmodel import col, func, select

from store import writer
from store.db import Store
from store.migrate import migrate
from store.office import AuditItem
from store.timeline import audit
from store.tx import Tx
from store.writer import OutcomeInDoubt, StoreUnavailable
from tests import postgres
from tests.conftest import KEYS, NOW
from tests.database import Database
from tests.wire import Wire

pytestmark = [pytest.mark.only("postgresql"), pytest.mark.failure("C10")]
COMMIT = b"COMMIT\0"  # as psycopg says it; a transaction that begins is READ COMMITTED
ALL_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def cable() -> AsyncIterator[Wire]:
    """The way from the store to its server."""
    wire = await Wire(postgres.shared_server(migrate).port).open()
    yield wire
    await wire.close()


@pytest.fixture
async def far(database: Database, cable: Wire) -> AsyncIterator[Store]:
    """A store at the other end of it."""
    name = database.url.partition("@/")[2].partition("?")[0]
    opened = Store(postgres.shared_server(migrate).tcp_url(name, port=cable.port), "acme", KEYS)
    await opened.open()
    yield opened
    await opened.close()


async def note(tx: Tx) -> str:
    await audit(tx, act="noted", by=None, subject="", at=NOW)
    return "noted"


class Interrupted:
    """Notes something; the first time, the server ends every connection before the commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.runs = 0

    async def __call__(self, tx: Tx) -> str:
        said = await note(tx)
        self.runs += 1
        if self.runs == 1:
            await asyncio.to_thread(self._end_all)
        return said

    def _end_all(self) -> None:
        with psycopg.connect(self._database.url.replace("+psycopg", "")) as own:
            own.execute(ALL_OTHERS)


async def noted(store: Store) -> int:
    async with store.read() as tx:
        found: Any = await tx.rows(select(func.count(col(AuditItem.id))).where(col(AuditItem.act) == "noted"))
        return int(found[0][0])


async def test_a_connection_that_ends_before_the_commit_costs_nobody_anything(store: Store, database: Database) -> None:
    work = Interrupted(database)
    assert await store.transaction(work) == "noted"
    assert work.runs == 2 and await noted(store) == 1, "done again, and once"


async def test_who_cannot_wait_any_longer_hears_that_nothing_was_done(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PATIENCE", 0.0)
    with pytest.raises(StoreUnavailable, match="this step changed nothing; try it again") as refusal:
        await store.transaction(Interrupted(database))
    assert not isinstance(refusal.value, OutcomeInDoubt)
    assert await noted(store) == 0, "as it was told"
    assert await store.transaction(note) == "noted"
    assert await noted(store) == 1, "and the next one finds a connection that works"


@pytest.mark.parametrize("committed", [True, False], ids=["heard", "unheard"])
async def test_a_commit_whose_answer_was_lost_is_looked_up(far: Store, cable: Wire, committed: bool) -> None:
    cable.snare, cable.snare_passes = COMMIT, committed
    assert await far.transaction(note) == "noted"
    assert cable.snared == 1 and await noted(far) == 1


@pytest.mark.parametrize("committed", [True, False], ids=["heard", "unheard"])
async def test_who_cannot_wait_until_it_is_looked_up_hears_that_nobody_knows(
    far: Store, cable: Wire, committed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PATIENCE", 0.0)
    cable.snare, cable.snare_passes = COMMIT, committed
    with pytest.raises(OutcomeInDoubt, match="it may have been done; look before you repeat it"):
        await far.transaction(note)
    assert await noted(far) == (1 if committed else 0)
