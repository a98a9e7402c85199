"""The waits of many journeys are over in one minute while the servers that sweep are killed: each goes on once."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from config.journey import Journey
from nurture.journey import mark_of
from store import due, journeys
from store.journey import JourneyRun
from store.queues import Due, Outbox
from store.tables import Lead, TimelineItem
from tests.kill.test_sweep import CHUNK, Replicas

pytestmark = pytest.mark.kill
PLAN = Journey.model_validate(
    {
        "label": "信",
        "start": {"behaviour": ["download"]},
        "steps": [{"wait": "1d"}, {"send": ["mail"], "content": "hello", "topic": "service"}, {"tell": "marketing"}],
    }
)


async def travellers(store, count):
    """So many runs that rest at their first step, which is over within this minute."""
    began = datetime.now(UTC)
    plan = PLAN.model_dump_json(exclude_defaults=True)
    await store.transaction(
        lambda tx: journeys.keep_plan(tx, mark=mark_of(PLAN), journey="letter", version=1, plan=plan, now=began)
    )

    async def plant(tx, first):
        for number in range(first, min(first + CHUNK, count)):
            lead = Lead(
                corp=tx.corp, name=f"客户{number}", email=f"c{number}@hengli.cn", pool="public", created_at=began
            )
            await tx.add(lead)
            at = began + timedelta(seconds=number % 60 / 20)
            run = JourneyRun(corp=tx.corp, lead_id=lead.id, journey="letter", mark=mark_of(PLAN), step="s1", visit=1,
                             begun_at=began, step_at=began, run_at=at)  # fmt: skip
            await tx.add(run)
            await journeys.come(tx, run, 1, "s1", now=began)
            payload = {"run": run.id, "visit": 1}
            await due.keep(tx, kind="journey", key=f"journey:{run.id}:1", at=at, lead_id=lead.id, payload=payload)

    for first in range(0, count, CHUNK):
        await store.transaction(lambda tx, first=first: plant(tx, first))


async def left(store):
    async with store.read() as tx:
        waiting = (col(Due.corp) == "acme", col(Due.state) == "new", col(Due.kind) == "journey")
        return (await tx.rows(select(func.count()).where(*waiting)))[0][0]


@pytest.mark.feature("K2")
@pytest.mark.ask("AS4")
@pytest.mark.only("postgresql")  # two servers; one alone is killed in test_sweep.py
async def test_every_run_goes_on_once_though_servers_are_killed(store, database, soak, record_property):
    count, kills = (10_000, 50) if soak else (200, 2)
    await travellers(store, count)
    replicas, chance = Replicas(database.url, 2 if store.shared else 1), random.Random(7)
    try:
        await replicas.fill()
        async with asyncio.timeout(900 if soak else 120):
            while waiting := await left(store):
                if replicas.kills < kills and waiting < count * (1 - (replicas.kills + 0.5) / (kills + 1)):
                    await replicas.kill(chance.choice(replicas.living))
                    await replicas.fill()
                await asyncio.sleep(0.02)
        killed = replicas.kills
    finally:
        await replicas.stop()
    async with store.read() as tx:
        reach = (col(Outbox.corp) == "acme", col(Outbox.purpose) == "reach")
        letters = await tx.all(select(col(Outbox.lead_id)).where(*reach))
        of_state = select(col(JourneyRun.state), func.count()).where(col(JourneyRun.corp) == "acme")
        states = await tx.rows(of_state.group_by(col(JourneyRun.state)))
        told = await tx.all(
            select(col(TimelineItem.lead_id)).where(
                col(TimelineItem.corp) == "acme", col(TimelineItem.kind) == "journey_told"
            )
        )
    assert [tuple(row) for row in states] == [("finished", count)], "nobody is forgotten"
    assert len(letters) == count and set(Counter(letters).values()) == {1}, "each gets one letter"
    assert len(told) == count and set(Counter(told).values()) == {1}, "what a step tells is told once"
    record_property("journeys under kills", f"{count} runs, {killed} kills, 0 doubled, 0 lost")
