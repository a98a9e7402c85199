"""A campaign is on its way when servers die again and again: each customer gets at most one copy, none is forgotten."""

import asyncio
import multiprocessing
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nurture.sending import want
from sandbox.mail import MailServer
from store.db import Store
from tests.customers import customer
from tests.kill.mailer import RULES, run

pytestmark = [pytest.mark.kill, pytest.mark.feature("K2"), pytest.mark.ask("AS4")]
TEXT = {"subject": "新品", "text": "{姓名|您好},看看新品。"}
KEY = b"k" * 32  # of tests/conftest.py
LEFT = "select count(*) from outbox where corp = 'acme' and purpose = 'reach' and state in ('queued', 'sending')"


class Mailers:
    """Servers that send mails, in processes of their own; what they need is read once for all of them."""

    def __init__(self, url: str, port: int, log: Path) -> None:
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload(["tests.kill.mailer"])
        self._given = (url, KEY.hex(), str(port), str(log))
        self._log = log
        self._running: list[Any] = []

    def start(self) -> None:
        process = self._forks.Process(target=run, args=self._given, daemon=True)
        process.start()
        self._running.append(process)

    def kill_one(self) -> None:
        victim = self._running.pop(random.randrange(len(self._running)))
        assert victim.is_alive(), self.words()
        victim.kill()
        victim.join()

    def close(self) -> None:
        for one in self._running:
            one.kill()
            one.join()

    def words(self) -> str:
        return self._log.read_text(encoding="utf-8")[-3000:] if self._log.exists() else ""


async def campaign(store: Store, size: int) -> None:
    """So many customers who have agreed, and one mail for each."""
    at = datetime.now(UTC)

    async def some(numbers: range) -> None:
        async def work(tx):
            for number in numbers:
                lead_id = await customer(tx, number, rules=RULES, now=at)
                await want(
                    tx, lead_id, channel="mail", content="", topic="news", key=f"spring:{number}", variables=TEXT,
                    rules=RULES, now=at,
                )  # fmt: skip

        await store.transaction(work)

    for begin in range(0, size, 10):  # a turn on a shared database is short
        await some(range(begin, min(begin + 10, size)))


async def test_each_customer_gets_at_most_one_copy_and_none_is_forgotten(
    store, database, tmp_path, soak, record_property
):
    size, kills, workers = (10_000, 50, 2) if soak else (150, 5, 2)
    server = MailServer(pause=0.004)
    await server.start()
    await campaign(store, size)
    shared = database.path is None
    if not shared:
        await store.close()  # an embedded store has one server at a time
    mailers = Mailers(database.url, server.port, tmp_path / "mailers.log")
    try:
        for _ in range(workers if shared else 1):
            mailers.start()
        for number in range(kills):
            target = size * (number + 1) // (kills + 2)
            async with asyncio.timeout(600 if soak else 60):
                while len(server.mails) < target:  # noqa: ASYNC110 - what arrived tells
                    await asyncio.sleep(0.002)
            mailers.kill_one()
            mailers.start()
        async with asyncio.timeout(600 if soak else 60):
            while database.rows(LEFT)[0][0]:  # noqa: ASYNC110 - the rows tell
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(mailers.words()) from None
    finally:
        mailers.close()
        await server.stop()
    copies = Counter(mail.to for mail in server.mails)
    states = dict(
        database.rows("select state, count(*) from outbox where corp = 'acme' and purpose = 'reach' group by 1")
    )
    unsure = database.rows("select key from outbox where corp = 'acme' and state = 'unknown' and purpose = 'reach'")
    record_property("unsure_per_kill", round(len(unsure) / kills, 2))
    assert server.refused == []
    assert max(copies.values()) == 1, "nobody gets it twice"
    assert set(states) <= {"sent", "unknown"} and sum(states.values()) == size
    doubtful = {f"buyer{key.partition(':')[2]}@hengli.cn" for (key,) in unsure}
    assert {f"buyer{number}@hengli.cn" for number in range(size)} <= set(copies) | doubtful, "none is forgotten"
    assert len(unsure) <= kills * 2, "only what was in hand stands in doubt, and a leader decides about it"
