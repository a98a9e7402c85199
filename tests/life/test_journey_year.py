"""A year on journeys: people set out, click, are claimed and given back, and in the end every count agrees."""

import asyncio
import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from bot.context import Context
from bot.pipeline import apply
from bot.sweep import Sweep
from config.folder import TEMPLATES, Folder
from config.hours import calendar_of
from config.rules import load_rules
from leads.behaviour import Seen, behave
from leads.facts import LeadNurtured
from leads.owner_facts import LeadClaimed
from leads.reached import blank
from leads.rights import Who
from store import leads, reached
from store.journey import JourneyRun, JourneySeat, JourneyVisit
from store.queues import Due, Outbox
from store.tables import Lead
from tests.conftest import NOW

DEFAULT = (TEMPLATES / "default" / "rules.yaml").read_text("utf-8")
RULES = """
nurture: {caps: {}, all_channels: {per_day: 99, per_week: 99}, budget: {mail: {per_day: 400}}}
journeys:
  paper:
    label: 白皮书
    start: {behaviour: [download]}
    only: {stage: [new, nurturing]}
    goal: {stage: [mql]}
    exit: {did: [reply]}
    again: 60d
    steps:
      - {wait: 2d, at: "10:00"}
      - {name: cut, split: {a: 3, b: 1}}
      - {name: a, send: mail, content: one, topic: service, next: seen}
      - {name: b, send: [mass, mail], content: two, topic: service}
      - {name: seen, wait: 9d, until: [click], otherwise: late}
      - {name: warm, when: {score_at_least: 5}, otherwise: late}
      - {give: sales}
      - stop: true
      - {name: late, wait: 30d}
      - {send: mail, content: three, topic: service}
      - {name: last, wait: 20d, until: [click, price], otherwise: end}
      - {tell: marketing, text: 又有动静}
"""
GUIDE = Who("admin", "管理员", "admin")


class Year:
    """A store with so many leads, and a time that only this test moves."""

    def __init__(self, store, count):
        self.store, self.count, self.at, self.ids = store, count, NOW, []
        self.rules = load_rules(DEFAULT + RULES, "rules.yaml")
        self.chance = random.Random(11)
        self.calendar = calendar_of(self.rules, Folder(TEMPLATES / "default"), today=NOW.date())
        self.sweep = Sweep(store, self.context, lambda: self.at)

    async def context(self):
        return Context(self.rules, self.calendar, self.at)

    async def people(self):
        async def plant(tx, first):
            for number in range(first, min(first + 500, self.count)):
                lead = Lead(corp=tx.corp, name=f"客户{number}", email=f"c{number}@hengli.cn", created_at=NOW)
                await tx.add(lead)
                await reached.add_reached(tx, blank(lead.id, NOW, tx.corp))  # as everybody has who was captured
                self.ids.append(lead.id)

        for first in range(0, self.count, 500):
            await self.store.transaction(lambda tx, first=first: plant(tx, first))

    async def day(self, number):
        """What people do on one day, then what is due on it."""
        self.at = NOW + timedelta(days=number)
        ctx = await self.context()
        doings = []
        for _ in range(max(self.count // 40, 4)):
            lead_id = self.chance.choice(self.ids)
            draw, origin = self.chance.random(), f"day{number}:{lead_id}:{self.chance.random()}"
            doings.append(
                self.store.transaction(
                    lambda tx, lead_id=lead_id, draw=draw, origin=origin: self._happens(tx, lead_id, draw, origin, ctx)
                )
            )
        await asyncio.gather(*doings)
        while await self.sweep.run_once():
            pass

    async def _happens(self, tx, lead_id, draw, origin, ctx):
        lead = await leads.get_lead(tx, lead_id)
        if draw < 0.75:
            kind = "download" if draw < 0.5 else "click" if draw < 0.7 else "reply"
            facts = await behave(tx, lead_id, Seen(kind, self.at), GUIDE, rules=self.rules, now=self.at)
        elif lead.owner_id is None:
            await leads.change(tx, lead_id, owner_id="wanglei", stage="sal")
            facts = [LeadClaimed(lead_id=lead_id, at=self.at, by="wanglei", owner_id="wanglei", pool="public")]
        else:
            await leads.change(tx, lead_id, owner_id=None, stage="nurturing")
            facts = [LeadNurtured(lead_id=lead_id, at=self.at, by="wanglei", owner_id="wanglei")]
        await apply(tx, list(facts), ctx, origin=origin)

    async def counted(self, *what, table=JourneyRun, where=()):
        async with self.store.read() as tx:
            rows = await tx.rows(select(*what, func.count()).where(col(table.corp) == tx.corp, *where).group_by(*what))
        return {row[:-1] if len(row) > 2 else row[0]: row[-1] for row in rows}


@pytest.mark.feature("K1", "K2")
@pytest.mark.ask("AS4", "AS5")
async def test_a_year_of_journeys_adds_up(store, soak, record_property):
    count = 20_000 if soak else 40
    year, began = Year(store, count), time.perf_counter()
    await year.people()
    for number in range(0, 365, 1 if soak else 7):
        await year.day(number)
    states = await year.counted(col(JourneyRun.state))
    here = await year.counted(col(JourneyRun.step), where=(col(JourneyRun.state).in_(("running", "paused")),))
    visits = await year.counted(col(JourneyVisit.step), col(JourneyVisit.left), table=JourneyVisit)
    async with store.read() as tx:
        seats = (await tx.rows(select(func.count()).select_from(JourneySeat).where(col(JourneySeat.corp) == tx.corp)))[
            0
        ][0]
        rows = await tx.rows(
            select(col(JourneyVisit.run_id), col(JourneyVisit.visit), col(JourneyVisit.step)).where(
                col(JourneyVisit.corp) == tx.corp, col(JourneyVisit.note).in_(("mail", "mass"))
            )
        )
        keys = await tx.all(select(col(Outbox.key)).where(col(Outbox.corp) == tx.corp, col(Outbox.purpose) == "reach"))
        stuck = await tx.rows(
            select(col(Due.state), func.count()).where(col(Due.corp) == tx.corp, col(Due.kind) == "journey",
                                                       col(Due.state) == "parked").group_by(col(Due.state))
        )  # fmt: skip
    assert sum(states.values()) == seats and len(states) > 2, "nobody is lost"
    arrived, gone, there = Counter(), Counter(), Counter()
    for (step, left), number in visits.items():
        arrived[step] += number
        gone[left] += number
        there[step] += number if left == "" else 0
    assert dict(there + Counter()) == here, "whoever has not left a step is there"
    assert gone["stopped"] == states.get("goal", 0) + states.get("exited", 0) and gone["end"] == states["finished"]
    assert arrived["s1"] == seats, "everybody began at the beginning"
    for step in set(arrived) - {"s1"}:
        assert arrived[step] == gone[step], f"whoever was led to {step} has come there"
    assert arrived["a"] + arrived["b"] == sum(
        n for (step, left), n in visits.items() if step == "cut" and left != "stopped"
    )
    share = arrived["a"] / (arrived["a"] + arrived["b"])
    assert abs(share - 0.75) < 5 * (0.75 * 0.25 / (arrived["a"] + arrived["b"])) ** 0.5, "groups by their weights"
    assert sorted(keys) == sorted(f"journey:{run}:{visit}" for run, visit, _ in rows), "each message is asked for once"
    assert not stuck
    record_property(
        "a year of journeys",
        f"{count} leads, {seats} runs, {sum(arrived.values())} steps, {len(keys)} messages in "
        f"{time.perf_counter() - began:.0f} s",
    )
