"""A disk that fails, is full, is locked or loses its power: nothing is called received that is not durable."""

import asyncio
import random
import sqlite3
import time

import pytest

from tests import disk
from tests.disk import FULL, NO_SYNC, NO_WRITE, Disk
from tests.kill.harness import KillTown
from tests.kill.test_random import REPS, WORKERS, Load, check

pytestmark = [
    pytest.mark.kill,
    pytest.mark.only("sqlite"),
    pytest.mark.skipif(
        disk.library() is None, reason="SQLite is built into this Python; its file functions cannot be reached"
    ),
]


@pytest.fixture
async def town(tmp_path, database):
    """A company on a disk that can be told to fail."""
    place = KillTown(tmp_path, REPS, database)
    await place.open()
    for post in place.standin.posts.values():
        post.manner.retries, post.manner.pause = 2, 0.3
    yield place
    await place.close()


@pytest.fixture
async def watched(town, tmp_path):
    """Its disk; the server runs."""
    kept = Disk(tmp_path / "disk", tmp_path.resolve())
    town.environment = kept.environment
    await town.start()
    yield kept
    kept.close()


@pytest.mark.failure("C4")
async def test_every_answer_comes_after_the_sync_of_what_it_confirms(town, watched, soak, record_property):
    count, senders = (500, 8) if soak else (96, 8)
    written: set[int] = set()
    safe: set[int] = set()
    numbers = iter(range(7_000_000, 7_000_000 + count))
    syncs = 0

    async def send(rep):
        nonlocal syncs
        for number in numbers:
            assert (await town.standin.text(rep, f"看 L{900000 + number}", number=number)).status == 200
            for line in watched.news():
                if line == "S":
                    safe.update(written)
                    written.clear()
                    syncs += 1
                elif line.startswith("W"):
                    written.update(map(int, line.split()[1:]))
            assert number in safe, "it was called received before it was on the disk"

    await asyncio.gather(*(send(rep) for rep in town.reps[:senders]))
    record_property("R-C4", f"{count} answers, each after the sync of its row ({syncs} syncs)")


@pytest.mark.failure("C5", "11")
async def test_a_disk_that_fails_now_and_then_costs_nothing(town, watched, soak, record_property):
    """The k-th write, sync or growth of a file fails, for k = 1, 2, 3 … 40, under load and without a restart."""
    load = Load(town, random.Random(20260319))
    workers = [asyncio.create_task(load.work()) for _ in range(WORKERS)]
    faults = 0
    for number in range(200 if soak else 8):
        for code in (NO_SYNC, NO_WRITE, FULL):
            watched.fail(code, after=number % 40, times=1)  # 40 steps are several commits
            async with asyncio.timeout(60):
                while not watched.failed():  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.01)
            faults += 1
            watched.heal()
    load.stop = True
    await asyncio.gather(*workers)
    await town.quiet()
    assert set(load.statuses) <= {200, 503} and load.statuses[503], "who was not kept was told so"
    record_property("R-C5", f"{faults} faults: {await check(load)}; {load.statuses[503]} times 503")


@pytest.mark.failure("C6")
async def test_a_power_cut_loses_nothing_that_was_called_received(town, watched, soak, record_property):
    """After each kill the files hold what was synced, and of the rest blocks by chance, in any order."""
    chance = random.Random(20260320)
    load = Load(town, chance)
    workers = [asyncio.create_task(load.work()) for _ in range(WORKERS)]
    cuts, lost = 100 if soak else 4, 0
    for _ in range(cuts):
        await asyncio.sleep(chance.uniform(0.3, 1.2))
        town.kill()
        lost += watched.cut_power(chance)
        await town.start()
    load.stop = True
    await asyncio.gather(*workers)
    await town.quiet()
    assert lost, "there was something to lose"
    record_property("R-C6", f"{cuts} power cuts, {lost} blocks that were not synced lost: {await check(load)}")


@pytest.mark.failure("C7", "11")
async def test_a_full_disk_is_told_at_once_and_forgotten_when_there_is_room(town, watched, record_property):
    watched.fail(FULL)
    begun = time.monotonic()
    town.standin.posts["app"].manner.retries = 0
    assert (await town.standin.text("rep000", "看 L900001")).status == 503
    refused = time.monotonic() - begun
    await town.until_ready(503)
    async with town.http.get("/readyz") as answer:
        assert "store" in {cause["cause"] for cause in (await answer.json())["causes"]}
    async with town.http.get("/healthz") as answer:
        assert answer.status == 200
    assert watched.failed()
    watched.heal()
    again = await town.until_ready()
    assert (await town.standin.text("rep000", "看 L900002")).status == 200
    await town.quiet()
    assert len(town.told("rep000", "没有找到 L900002")) == 1 and town.told("rep000", "没有找到 L900001") == []
    assert town.database.sound()
    record_property("R-C7", f"503 after {refused:.2f} s, ready {again:.1f} s after there was room, without a restart")


@pytest.mark.failure("C8")
async def test_a_database_that_somebody_else_has_locked_is_waited_for_or_told(town, soak, record_property):
    await town.start()
    town.standin.posts["app"].manner.retries = 0
    told = []
    for number, seconds in enumerate((1, 4, 10, 60) if soak else (1, 6), start=1):
        with sqlite3.connect(town.database.path, isolation_level=None) as outsider:
            outsider.execute("BEGIN EXCLUSIVE")
            begun = time.monotonic()
            said = asyncio.create_task(town.standin.text("rep000", f"看 L90000{number}", number=number))
            await asyncio.wait({said}, timeout=seconds)
            if not said.done():
                await asyncio.sleep(max(0.0, begun + seconds - time.monotonic()))
            outsider.execute("ROLLBACK")
        outsider.close()
        status = (await said).status
        told.append(f"{seconds} s: {status} after {time.monotonic() - begun:.1f} s")
        assert status in ((200,) if seconds < 4 else (200, 503)), told
        await town.until_ready()
        if status != 200:
            assert (await town.standin.text("rep000", f"看 L90000{number}", number=number)).status == 200, (
                "sent again, it is taken"
            )
        await town.quiet()
        assert len(town.told("rep000", f"没有找到 L90000{number},")) == 1
    assert "locked" not in "".join(m.text or "" for m in town.standin.chat("rep000"))
    record_property("R-C8", "; ".join(told))
