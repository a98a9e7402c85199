"""The drill: a backup is taken under load, the server is lost, another one is started from the backup."""

import asyncio
import random
import time
from collections import Counter

import pytest

from bench.company import BenchCompany
from bench.seed import seed
from config.folder import Folder
from config.settings import load_settings
from store.migrate import migrate
from tests import postgres
from tests.database import Database
from tests.kill.conftest import GIGABYTE
from tests.kill.harness import TAKEOVER, KillTown
from tests.kill.living import said
from tests.kill.test_random import REPS, WORKERS, Load

RTO, HOUR = 600, 3600  # seconds: until a company of a gigabyte works again (R-C15), and for one command
WAITING = "select count(*) from outbox where state in ('queued', 'sending')"


def elsewhere(town, tmp_path):
    """An empty store of the same kind on "another machine": its database."""
    if town.database.name == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'new' / 'data' / 'leadbot.db'}")
    server = postgres.shared_server(migrate)
    return Database(server.socket_url(postgres.new_database(server, template="template_empty")))


async def command(tmp_path, *words):
    """Run a command to its end, beside everything else; returns the seconds."""
    begun = time.monotonic()
    code, told = await asyncio.to_thread(said, tmp_path / f"said-{words[0]}", *words, patience=HOUR)
    assert code == 0, told
    return time.monotonic() - begun


async def give_a_past(town, leads):
    """A company that has worked for years: its store is large before the day begins."""
    folder = town.folders[0]
    company = BenchCompany(folder, load_settings(folder, {}), tuple(town.reps), 0)
    await asyncio.to_thread(seed, company, leads, owned=False, say=lambda words: None)


def size_of(database):
    """Bytes of a store, its indexes included."""
    if database.name == "sqlite":
        (pages,), (each,) = database.rows("pragma page_count")[0], database.rows("pragma page_size")[0]
        return pages * each
    return database.rows("select pg_database_size(current_database())")[0][0]


@pytest.mark.kill
@pytest.mark.feature("P8")
@pytest.mark.failure("C15")
async def test_what_was_acknowledged_before_the_backup_is_there_after_and_nothing_is_sent_again(
    tmp_path, database, soak, past, record_property
):
    """In the long form also with a store of a gigabyte (`past` leads)."""
    town = KillTown(tmp_path, REPS, database)
    await town.open()
    try:
        if past:
            await give_a_past(town, past)
        load = Load(town, random.Random(20260325))
        await town.start()
        workers = [asyncio.create_task(load.work()) for _ in range(WORKERS)]
        async with asyncio.timeout(300):
            while len(load.claimed) < (500 if soak else 10):  # noqa: ASYNC110 - the load goes on meanwhile
                await asyncio.sleep(0.05)
        captured, claimed = set(load.captured.values()), set(load.claimed)
        file, size = tmp_path / "drill.backup", size_of(town.database)
        assert size > 2**30 or past < GIGABYTE
        taking = await command(tmp_path, "backup", town.folders[0].root, file)
        load.stop = True
        await asyncio.gather(*workers)
        town.kill()

        new, database = tmp_path / "new", elsewhere(town, tmp_path)
        new.mkdir()
        (new / ".env").write_bytes(town.folders[0].env.read_bytes())
        text = town.folders[0].settings.read_text("utf-8").replace(town.database.url, database.url, 1)
        (new / "leadbot.yaml").write_text(text, "utf-8")
        restoring = await command(tmp_path, "restore", new, file)
        heard = {rep: len(town.standin.chat(rep)) for rep in town.reps}
        town.folders[0], town.database = Folder(new), database
        begun = time.monotonic()
        await town.start()
        started = time.monotonic() - begun
        await asyncio.sleep(TAKEOVER / 5)
        assert town.rows(WAITING) == [(0,)]
        assert {rep: len(town.standin.chat(rep)) for rep in town.reps} == heard, "nothing was sent again"
        assert captured <= {f"L{lead}" for (lead,) in town.rows("select id from lead")}
        claims = Counter(f"L{lead}" for (lead,) in town.rows("select lead_id from timeline where kind = 'claimed'"))
        assert claimed <= set(claims) and set(claims.values()) == {1}
        assert (await town.standin.text("rep000", "看 L999999")).status == 200
        async with asyncio.timeout(30):
            while not town.told("rep000", "没有找到 L999999"):  # noqa: ASYNC110 - it works on
                await asyncio.sleep(0.05)
        assert town.database.sound()
        told = f"{len(captured)} leads and {len(claimed)} claims acknowledged before: all there, nothing sent again"
        assert not past or restoring + started < RTO
        sizes = f"{size / 2**20:.0f} MiB, as a backup {file.stat().st_size / 2**20:.0f} MiB"
        times = f"{sizes}; backup under load {taking:.1f} s, restore {restoring:.1f} s, start {started:.1f} s"
        record_property(f"R-C15 {database.name}", f"{told}; {times}")
        database.close()
    finally:
        await town.close()
