"""Many promises run out in one minute while the servers that sweep them are killed: each step is taken once."""

import asyncio
import random
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from store import due
from store.members import save_member
from store.queues import Due, Outbox
from store.tables import Clock, Lead, Member, TimelineItem
from tests.conftest import KEYS, ROOT

pytestmark = pytest.mark.kill
RULE = {"label": "首次联系", "steps": [{"at": 100, "tell": ["owner", "team_lead"], "do": None}], "stop": []}
CHUNK = 500


async def promises(store, count):
    """So many leads of 王磊 whose first contact is due within this minute."""
    began = datetime.now(UTC)

    async def people(tx):
        for number, (member, role) in enumerate((("wanglei", "rep"), ("chenjing", "manager"))):
            await save_member(
                tx, Member(corp="acme", id=member, name=member, role=role, team="华东", wecom=f"w{number}")
            )

    async def plant(tx, first):
        for number in range(first, min(first + CHUNK, count)):
            lead = Lead(
                corp="acme", name=f"客户{number}", stage="sal", owner_id="wanglei", pool="public", created_at=began
            )
            await tx.add(lead)
            at = began + timedelta(seconds=number % 60 / 20)
            clock = Clock(
                corp="acme", lead_id=lead.id, name="first_contact", state="running", started_at=began, due_at=at,
                rule=RULE, rules_version=1,
            )  # fmt: skip
            await tx.add(clock)
            payload = {"clock": clock.id, "step": 0, "turn": 0}
            await due.keep(tx, kind="clock", key=f"clock:{clock.id}:0", at=at, lead_id=lead.id, payload=payload)

    await store.transaction(people)
    for first in range(0, count, CHUNK):
        await store.transaction(lambda tx, first=first: plant(tx, first))


class Replicas:
    """The servers that sweep; any of them may be killed and another takes its place."""

    def __init__(self, url, count):
        self.url, self.count, self.living, self.kills = url, count, [], 0

    async def fill(self):
        while len(self.living) < self.count:
            command = (sys.executable, "-m", "tests.kill.sweeper", self.url, (b"k" * 32).hex())
            self.living.append(await asyncio.create_subprocess_exec(*command, cwd=ROOT))

    async def kill(self, victim):
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
        self.living.remove(victim)
        self.kills += 1

    async def stop(self):
        for victim in list(self.living):
            await self.kill(victim)


async def left(store):
    async with store.read() as tx:
        open_steps = (col(Due.corp) == "acme", col(Due.state) == "new", col(Due.kind) == "clock")
        return (await tx.rows(select(func.count()).where(*open_steps)))[0][0]


@pytest.mark.feature("H6", "H8")
async def test_every_step_is_taken_once_though_replicas_are_killed(store, database, soak, record_property):
    assert store.keys.blind("x", "y") == KEYS.blind("x", "y")
    count, kills = (5000, 20) if soak else (300, 2)
    await promises(store, count)
    replicas = Replicas(database.url, 2 if store.shared else 1)
    chance = random.Random(5)
    try:
        await replicas.fill()
        async with asyncio.timeout(600 if soak else 120):
            while waiting := await left(store):
                if replicas.kills < kills and waiting < count * (1 - (replicas.kills + 0.5) / (kills + 1)):
                    await replicas.kill(chance.choice(replicas.living))
                    await replicas.fill()
                await asyncio.sleep(0.02)
        kills = replicas.kills
    finally:
        await replicas.stop()
    async with store.read() as tx:
        facts = await tx.all(select(TimelineItem).where(col(TimelineItem.corp) == "acme"))
        clocks = await tx.all(select(Clock).where(col(Clock.corp) == "acme"))
        rings = await tx.rows(select(col(Outbox.member_id), col(Outbox.card)).where(col(Outbox.corp) == "acme"))
    taken = Counter(item.lead_id for item in facts if item.kind == "clock_overdue")
    assert len(taken) == count and set(taken.values()) == {1}, "each step once"
    assert all(clock.state == "overdue" and len(clock.steps) == 1 for clock in clocks)
    owner, lead = (Counter(card for who, card in rings if who == member) for member in ("wanglei", "chenjing"))
    assert set(owner.values()) == {1} and len(owner) == count, "the owner hears of each, once"
    assert set(lead.values()) == {1} and 0 < len(lead) < count, "and their lead of some, and of the rest by a list"
    late = sorted((datetime.fromisoformat(c.steps[0]["at"]) - c.due_at).total_seconds() for c in clocks)
    told = f"{count} steps, {kills} kills, 0 doubled, p99 lateness {late[int(count * 0.99)]:.1f} s"
    record_property("sweep", f"{told} ({'PostgreSQL' if store.shared else 'SQLite'})")
