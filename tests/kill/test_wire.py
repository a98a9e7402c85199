"""The wires to the database and to the platform break in every way a wire can: nothing is lost, doubled or blocked."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.kill.harness import KillTown
from tests.kill.test_random import REPS, WORKERS, Load, check

pytestmark = [pytest.mark.kill, pytest.mark.only("postgresql")]

FAULTS = ("cut", "stall", "crawl", "refuse", "break at COMMIT", "break after COMMIT")


@pytest.fixture
async def town(tmp_path, database):
    """A company whose server reaches the database and the platform through wires of ours."""
    place = KillTown(tmp_path, REPS, database, wired=True)
    await place.open()
    for post in place.standin.posts.values():
        post.manner.retries, post.manner.pause = 2, 0.3
    await place.start()
    yield place
    await place.close()


async def happen(wire, fault, seconds):
    """One fault, for a while."""
    if fault == "stall":
        wire.stall()
    elif fault == "crawl":
        wire.crawl = 0.05
    elif fault == "refuse":
        wire.refuses = True
        wire.cut()
    elif fault.startswith("break"):
        # the whole word: a transaction begins with ISOLATION LEVEL READ COMMITTED
        wire.snare, wire.snare_passes = b"COMMIT\0", fault == "break after COMMIT"
    else:
        wire.cut()
    await asyncio.sleep(seconds)
    wire.snare = b""
    wire.flow()


@pytest.mark.failure("C11", "9")
async def test_wires_that_break_lose_nothing_and_double_nothing(town, soak, record_property):
    chance = random.Random(20260321)
    load = Load(town, chance)
    workers = [asyncio.create_task(load.work()) for _ in range(WORKERS)]
    happened = 0
    for _ in range(20 if soak else 1):
        for fault in FAULTS:
            await asyncio.sleep(chance.uniform(0.2, 0.6))
            await happen(town.store_wire, fault, chance.uniform(0.3, 1.5))
            happened += 1
            if not fault.startswith("break"):
                await happen(town.platform_wire, fault, chance.uniform(0.3, 1.5))
                happened += 1
    load.stop = True
    await asyncio.gather(*workers)
    await town.quiet()
    assert set(load.statuses) <= {200, 503}
    told = (
        f"{happened} faults of the wires, {town.store_wire.snared} of them at a COMMIT: {await check(load, least=10)}"
    )
    record_property("R-C11 wires", told)


@pytest.mark.failure("C11", "11")
async def test_a_database_that_says_nothing_any_more_is_told_to_the_platform_in_time(town, soak, record_property):
    """Half-open: the connections stand, nothing comes through; for 120 s in the long form."""
    for post in town.standin.posts.values():
        post.manner.retries = 0
    await town.standin.text("rep000", "看 L900000")
    await town.quiet()
    before, waits, statuses = memory(town), [], set()
    town.store_wire.stall()
    ended = time.monotonic() + (120 if soak else 5)
    number = 900_001

    async def send(rep):
        nonlocal number
        while time.monotonic() < ended:
            number += 1
            begun = time.monotonic()
            statuses.add((await town.standin.text(rep, f"看 L{number}")).status)
            waits.append(time.monotonic() - begun)

    await asyncio.gather(*(send(rep) for rep in town.reps[:30]))
    assert statuses == {503}
    grown = memory(town) - before
    assert grown <= 100, "nothing piles up"
    town.store_wire.flow()
    again = await town.until_ready()
    assert (await town.standin.text("rep000", "看 L999999")).status == 200
    await town.quiet()
    assert len(town.told("rep000", "没有找到 L999999")) == 1
    waits.sort()
    record_property(
        "R-C11 half open",
        f"{len(waits)} callbacks, each 503 after {waits[len(waits) // 2]:.1f} s (slowest {waits[-1]:.1f} s); "
        f"memory +{grown:.0f} MB; ready {again:.1f} s after the wire was well",
    )


def memory(town):
    """What the server holds, in MB."""
    text = Path(f"/proc/{town.pid()}/status").read_text("ascii")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024
