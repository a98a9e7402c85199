"""Two servers share the reminders of a busy minute while one of them dies again and again: each rings once, in time."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from config.rules import load_rules
from leads.capture import Person, capture
from sla.reminder import set_reminder
from store.db import Store
from store.sealed import Keys
from store.tables import Lead
from tests.conftest import ROOT
from tests.kill.harness import KillTown
from tests.kill.test_random import REPS
from tests.sides import seen

LATE = """
select extract(epoch from percentile_cont(0.99) within group (order by o.first_sent_at - l.next_step_at))
from outbox o join lead l on l.corp = o.corp and l.id = o.lead_id where o.card = 'reminder'
"""


async def promise(town, count, ahead, within):
    """So many leads of all reps, each with a next step in the coming time; returns when that begins."""
    rules = load_rules((ROOT / "config" / "templates" / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")
    store = Store(town.database.url, town.settings.corp, Keys(town.settings.data_key()))
    await store.open()

    async def come(number):
        person = Person("官网", name=f"客户{number}", phone=f"139{number:08}")
        now = datetime.now(UTC)
        return (await store.transaction(lambda tx: capture(tx, person, rules=rules, now=now))).lead_id

    leads = await asyncio.gather(*(come(number) for number in range(count)))
    begin = datetime.now(UTC) + ahead

    async def expect(numbers):
        async def work(tx):
            for number in numbers:
                changes = {
                    "owner_id": town.reps[number % REPS], "stage": "sal", "next_step": "打电话",
                    "next_step_at": begin + within * (number / count),
                }  # fmt: skip
                mine = (col(Lead.corp) == tx.corp, col(Lead.id) == leads[number])
                await tx.run(update(Lead).where(*mine).values(**changes))
                await set_reminder(tx, leads[number])

        await store.transaction(work)

    for at in range(0, count, 100):
        await expect(range(at, at + 100))
    await store.close()
    return begin


@pytest.mark.kill
@pytest.mark.only("postgresql")
@pytest.mark.failure("C13")
async def test_each_reminder_rings_once_whichever_server_dies(tmp_path, database, soak, record_property):
    """R-C13: 5,000 in one minute and 20 kills in the long form."""
    count, kills, minute = (5000, 20, 60.0) if soak else (200, 2, 4.0)
    chance = random.Random(20260322)
    town = KillTown(tmp_path, REPS, database, servers=2)
    await town.open()
    try:
        await asyncio.gather(town.start(0), town.start(1))
        within = timedelta(seconds=minute)
        begin = await promise(town, count, timedelta(seconds=120 if soak else 6), within)
        await asyncio.sleep(max(0.0, (begin - datetime.now(UTC)).total_seconds()))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.2, minute / kills))
            server = chance.choice((0, 1))
            town.kill(server)
            await town.start(server)
        await asyncio.sleep(max(0.0, (begin - datetime.now(UTC)).total_seconds() + minute))
        await town.quiet(also="select count(*) from due where kind = 'remind' and state = 'new'")
        rung = Counter(
            seen(message).split("L", 1)[1].split(maxsplit=1)[0]
            for rep in town.reps
            for message in town.standin.chat(rep)
            if not message.mine and "到点了" in seen(message)
        )
        assert sum(rung.values()) == count and set(rung.values()) == {1}
        assert {drop.why for drop in town.standin.chats.dropped} <= {"duplicate"}
        late = float(town.rows(LATE)[0][0])
        assert late <= 60 or not soak, "the hundredth that waited longest"
        record_property("R-C13", f"{count} reminders, {kills} kills: each rang once, 99 of 100 within {late:.1f} s")
    finally:
        await town.close()
