"""Who waits for the disk together shares one statement; what one of them did wrong is nobody else's harm."""

import asyncio
from collections.abc import Iterable

import pytest
from sqlalchemy import func, select

from store.db import Store
from store.inbox import Arrived, store_events
from store.migrate import migrate
from store.queues import Inbox
from store.sealed import Keys
from store.tx import Tx
from tests.conftest import NOW


def arrived(key: str) -> Arrived:
    return Arrived("wecom", key, "wecom:wanglei", key.encode(), NOW)


async def kept(store) -> int:
    async with store.read() as tx:
        return (await tx.rows(select(func.count()).select_from(Inbox)))[0][0]


async def test_many_that_arrive_at_once_are_kept_by_few_statements(store):
    groups: list[int] = []

    async def work(tx: Tx, items):
        groups.append(len(items))
        return await store_events(tx, items)

    new = await asyncio.gather(*(store.together(work, arrived(f"k{n}")) for n in range(200)))
    assert new == [True] * 200
    assert await kept(store) == 200
    assert sum(groups) == 200 and len(groups) <= 3


async def test_the_same_event_twice_in_one_group_is_kept_once(store):
    new = await asyncio.gather(*(store.together(store_events, arrived(key)) for key in ("a", "b", "a", "a")))
    assert sorted(new) == [False, False, True, True]
    assert await store.together(store_events, arrived("b")) is False
    assert await kept(store) == 2


async def test_a_failure_is_its_own_only(store):
    async def work(tx: Tx, items):
        done = await store_events(tx, items)
        if any(item.key == "poison" for item in items):
            raise ValueError("not this one")
        return done

    found = await asyncio.gather(
        *(store.together(work, arrived(key)) for key in ("a", "poison", "b")), return_exceptions=True
    )
    assert found[0] is True and found[2] is True
    assert isinstance(found[1], ValueError)
    assert await kept(store) == 2


async def test_who_gives_up_waiting_harms_nobody(store):
    impatient = asyncio.create_task(store.together(store_events, arrived("a")))
    patient = asyncio.create_task(store.together(store_events, arrived("b")))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert await patient is True


async def test_whoever_callbacks_come_from_a_group_writes_as_much(tmp_path):
    """The waiting ones are kept in the order of their numbers, not of their senders: nobody's place is looked for."""
    one, many = [await written(tmp_path / name, senders) for name, senders in (("one", 1), ("many", 300))]
    assert many < one * 1.1, "as much of the log for three hundred senders as for one"


async def written(folder, senders: int) -> int:
    """Bytes that twenty groups of sixteen put into the log, after 3,000 that wait."""
    folder.mkdir()
    url = f"sqlite:///{folder}/leadbot.db"
    migrate(url)
    store = Store(url, "acme", Keys(b"k" * 32))
    await store.open()

    async def keep(numbers: Iterable[int]) -> None:
        odd = [
            n * 7919 % 10_007 for n in numbers
        ]  # no two neighbours come from the same sender, or one after the other
        events = [Arrived("wecom", f"msg:{n:05}", f"wecom:{n % senders:064}", b"x", NOW) for n in odd]
        await store.transaction(lambda tx: store_events(tx, events))

    await keep(range(3_000))
    log = folder / "leadbot.db-wal"
    before = log.stat().st_size
    for start in range(3_000, 3_320, 16):
        await keep(range(start, start + 16))
    size = log.stat().st_size - before
    await store.close()
    return size
