"""Many callers share one commit, and one caller's failure is theirs alone."""

import asyncio

import pytest
from sqlmodel import col, func, select

from store.office import AuditItem
from store.timeline import audit
from store.writer import Refusal
from tests.conftest import NOW


def write(name):
    return lambda tx: audit(tx, act=name, by=None, subject="", at=NOW)


async def acts(store):
    async with store.read() as tx:
        return sorted(row.act for row in await tx.all(select(AuditItem)))


async def test_a_failing_operation_takes_nobody_with_it(store):
    async def breaks(tx):
        await audit(tx, act="half", by=None, subject="", at=NOW)
        raise KeyError("broken")

    results = await asyncio.gather(
        *(store.transaction(op) for op in (write("a"), breaks, write("b"))), return_exceptions=True
    )
    assert isinstance(results[1], KeyError)
    assert await acts(store) == ["a", "b"]


async def test_a_refusal_is_told_and_replays_nothing(store):
    runs = []

    async def counted(tx):
        runs.append(1)
        await audit(tx, act="a", by=None, subject="", at=NOW)

    async def refuses(tx):
        raise Refusal("no")

    results = await asyncio.gather(store.transaction(counted), store.transaction(refuses), return_exceptions=True)
    assert str(results[1]) == "no"
    assert len(runs) == 1
    assert await acts(store) == ["a"]


async def test_a_caller_who_gives_up_does_not_stop_the_others(store):
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def slow(tx):
        begun.set()
        await let_go.wait()
        await audit(tx, act="slow", by=None, subject="", at=NOW)

    impatient = asyncio.create_task(store.transaction(slow))
    await begun.wait()
    impatient.cancel()
    let_go.set()
    await store.transaction(write("after"))
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert await acts(store) == ["after", "slow"]


async def test_no_update_is_lost_among_many_writers(store):
    async def count_up(tx):
        rows = await tx.rows(select(func.count(col(AuditItem.id))))
        await audit(tx, act=f"{rows[0][0]:04}", by=None, subject="", at=NOW)

    await asyncio.gather(*(store.transaction(count_up) for _ in range(200)))
    assert await acts(store) == [f"{number:04}" for number in range(200)]


async def test_hints_come_after_the_commit(store):
    seen = []

    async def ask(tx):
        await audit(tx, act="a", by=None, subject="", at=NOW)
        tx.wake("outbox")
        assert seen == []

    store.on_hint(seen.append)
    await store.transaction(ask)
    assert seen == ["outbox"]


async def test_reading_cannot_write(store):
    async with store.read() as tx:
        with pytest.raises(Exception, match=r"readonly|read-only"):
            await write("sneaky")(tx)
    assert await acts(store) == []
