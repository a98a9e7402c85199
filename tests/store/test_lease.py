"""Work in hand: nobody does it twice, nobody keeps it for ever, and senders do not overtake themselves."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import text

from store import due, inbox, lease
from store.db import Store
from store.queues import Due, Inbox
from tests.conftest import KEYS, NOW


async def put(store, key, lane="a", at=NOW):
    return await store.together(inbox.store_events, inbox.Arrived("wecom", key, lane, key.encode(), at))


async def take(store, now=NOW, limit=10):
    return await store.transaction(lambda tx: lease.take(tx, Inbox, now=now, limit=limit))


async def test_the_same_event_is_kept_once(store):
    assert await put(store, "m1")
    assert not await put(store, "m1")
    assert [row.body for row in await take(store)] == [b"m1"]


async def test_only_the_head_of_a_lane_is_taken(store):
    for key, lane in (("1", "a"), ("2", "a"), ("3", "b")):
        await put(store, key, lane)
    first = await take(store)
    assert [row.key for row in first] == ["1", "3"]
    assert await take(store) == []
    await store.transaction(lambda tx: lease.settle(tx, first[0], state="done"))
    assert [row.key for row in await take(store)] == ["2"]


async def test_a_parked_row_leaves_its_lane(store):
    await put(store, "poison")
    await put(store, "next")
    (row,) = await take(store)
    await store.transaction(lambda tx: lease.settle(tx, row, state="parked", error="x"))
    assert [row.key for row in await take(store)] == ["next"]


async def test_whoever_lost_the_lease_writes_nothing(store):
    await put(store, "m")
    (slow,) = await take(store)
    (fast,) = await take(store, now=NOW + timedelta(seconds=61))
    assert fast.fence == slow.fence + 1
    assert not await store.transaction(lambda tx: lease.settle(tx, slow, state="parked"))
    assert await store.transaction(lambda tx: lease.settle(tx, fast, state="done"))


async def test_many_takers_share_the_work_without_doubles(store):
    for number in range(60):
        await put(store, str(number), lane=str(number))
    batches = await asyncio.gather(*(take(store, limit=7) for _ in range(12)))
    taken = [row.key for rows in batches for row in rows]
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 60


async def test_a_restart_gives_back_what_the_dead_process_held(store):
    await put(store, "m")
    await take(store)
    assert await store.transaction(lease.release_dead) == 1
    assert [row.key for row in await take(store)] == ["m"]


async def test_another_companys_work_is_never_taken(store):
    other = Store(store.url, "decoy", KEYS)
    await other.open()
    await put(other, "theirs")
    await put(store, "ours")
    assert [row.key for row in await take(store)] == ["ours"]
    assert [row.key for row in await take(other)] == ["theirs"]
    await other.close()


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (5, 16), (7, 64), (8, None)])
def test_pauses_grow_and_end(attempts, seconds):
    again = lease.retry_at(attempts, now=NOW)
    assert again == (NOW + timedelta(seconds=seconds) if seconds else None)


@pytest.mark.only("sqlite")
async def test_rows_that_wait_for_their_day_are_not_looked_through(store, database):
    """A database that has counted its rows goes by what is due, not through all numbers from the first on."""

    async def plant(tx):
        for number in range(2000):
            await due.keep(tx, kind="clock", key=f"k{number}", at=NOW + timedelta(days=number), lead_id=number)
        await tx.execute(text("ANALYZE"))

    await store.transaction(plant)
    for _ in range(3):
        await store.transaction(lambda tx: lease.take(tx, Due, now=NOW, limit=20, lanes=False))
    asked = next(words for words in store.prepared() if words.startswith("WITH chosen") and "due" in words)
    file = sqlite3.connect(database.path)
    plan = [row[3] for row in file.execute("explain query plan " + asked, (None,) * asked.count("?"))]
    file.close()
    assert any("USING COVERING INDEX ix_due_run" in step or "USING INDEX ix_due_run" in step for step in plan), plan
