"""R-C14: whatever people do with a lead, in whatever order: one owner, a story that only grows, one fact per act."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlmodel import col

from bot.context import Context
from bot.importer import Importer
from bot.web.desk import Desk
from config.folder import Folder
from config.hours import calendar_of
from config.rules import load_rules
from leads.capture import Person, capture
from leads.claim import claim
from leads.close import lose, reopen_deal, win
from leads.convert import Terms, convert
from leads.deal import followed
from leads.errors import NothingToUndo, Refused
from leads.followup import log_followup
from leads.qualify import disqualify, qualify
from leads.release import release
from leads.rights import Who, get_visible
from leads.transfer import transfer
from leads.undo import remember, snapshot, snapshot_deals, undo
from store.db import Store
from store.deals import list_of_lead
from store.leads import FREE_STAGES, OPEN_STAGES
from store.members import find_member, save_member
from store.schema import METADATA
from store.tables import Lead, Member
from store.tx import Tx
from store.writer import OutcomeInDoubt, StoreUnavailable
from tests.conftest import KEYS, NOW
from tests.database import Database

PEOPLE = {"wang": "rep", "li": "rep", "zhao": "rep", "chen": "manager"}
PEOPLE_IDS = st.sampled_from(sorted(PEOPLE))
PHONES = st.sampled_from(["13800138000", "13800138001", "13900139000"])
TEMPLATE = Path(__file__).parents[2] / "config" / "templates" / "default" / "rules.yaml"
ONE_FACT = {  # act → the fact that it makes, exactly once
    "claim": "claimed", "release": "released", "transfer": "transferred", "followup": "followup_logged",
    "qualify": "qualified", "disqualify": "disqualified", "convert": "opportunity_opened", "win": "opportunity_won",
    "lose": "opportunity_lost", "resume": "opportunity_reopened",
}  # fmt: skip
PRODUCTS = {"wang": "CRM", "li": "云盘", "zhao": "CRM", "chen": "云盘"}  # what whoever converts sells


class Seen(NamedTuple):
    """Rows of a few columns: the whole company would be read after every step."""

    leads: Sequence[Any]
    items: Sequence[Any]
    clocks: Sequence[Any]
    deals: Sequence[Any]


LOOKS = [
    (table, select(*[table.c[name] for name in names.split()]).order_by(table.c.id))
    for table, names in (
        (METADATA.tables["lead"], "id stage owner_id"),
        (METADATA.tables["timeline"], "id kind lead_id data"),
        (METADATA.tables["clock"], "lead_id name state"),
        (METADATA.tables["opportunity"], "lead_id product origin result owner_id closed_at"),
    )
]


class Office:
    """A company of four members in a store, and the verbs as the REST API calls them; another one each time."""

    numbers = itertools.count(1)

    def __init__(self, database: Database) -> None:
        self.now = NOW
        self.rules = load_rules(TEMPLATE.read_text("utf-8"), "rules.yaml").model_copy(update={"version": 1})
        self.calendar = calendar_of(self.rules, Folder(TEMPLATE.parent), today=NOW.date())
        self.store = Store(database.url, f"acme{next(self.numbers)}", KEYS)
        importer = Importer(self.store, self.context, lambda: self.now, monotonic)
        self.desk = Desk(self.store, self.context, lambda: self.now, importer)

    async def context(self) -> Context:
        return Context(self.rules, self.calendar, self.now)

    async def open(self) -> None:
        await self.store.open()

        async def settle_in(tx: Tx) -> None:
            for member_id, role in PEOPLE.items():
                await save_member(tx, Member(corp=tx.corp, id=member_id, name=member_id, role=role, wecom=member_id))

        await self.store.transaction(settle_in)

    async def close(self) -> None:
        await self.store.close()

    async def capture(self, phone: str, submission: str) -> int:
        person = Person(
            "官网", name="王建国", phone=phone, title="采购总监", budget_min=500000, need="急需报价,本周要定",
            submission_id=submission,
        )  # fmt: skip
        found: list[int] = []

        async def verb(tx: Tx, ctx: Context) -> Any:
            captured = await capture(tx, person, rules=ctx.rules, now=ctx.now)
            found.append(captured.lead_id)
            return list(captured.facts)

        await self.desk.act(verb)
        return found[-1]

    async def act_patiently(self, kind: str, lead_id: int, by: str, to: str) -> bool:
        """The same; an overrun database says that nothing was done, and then one asks again, as programs do."""
        while True:
            try:
                return await self.act(kind, lead_id, by, to)
            except OutcomeInDoubt:
                raise
            except StoreUnavailable:
                await asyncio.sleep(0.5)

    async def act(self, kind: str, lead_id: int, by: str, to: str = "li") -> bool:
        """One act; False when it was refused."""

        async def verb(tx: Tx, ctx: Context) -> Any:
            member = await find_member(tx, by)
            assert member is not None
            who, rules, now = Who.of(member), ctx.rules, ctx.now
            if kind == "undo":
                return [await undo(tx, who, None, rules=rules, now=now)]
            of_deals = kind in ("convert", "win", "lose", "resume", "transfer")
            before = await (snapshot_deals if of_deals else snapshot)(tx, lead_id)
            if kind in ("convert", "win", "lose", "resume"):
                facts = await deal_act(tx, kind, lead_id, who, ctx)
                await remember(tx, who, kind, lead_id, before, now=now)
                return facts
            if kind == "claim":
                fact: Any = await claim(tx, lead_id, who, rules=rules, now=now)
            elif kind == "release":
                fact = await release(tx, lead_id, who, "没人接", rules=rules, now=now)
            elif kind == "transfer":
                fact = await transfer(tx, lead_id, who, to, rules=rules, now=now)
            elif kind == "followup":
                fact = await log_followup(tx, lead_id, who, "打了电话", channel="call", rules=rules, now=now)
            elif kind == "qualify":
                fact = await qualify(tx, lead_id, who, rules=rules, now=now)
            else:
                await get_visible(tx, lead_id, who, rules=rules)
                fact = await disqualify(tx, lead_id, who, "空号", rules=rules, now=now)
            await remember(tx, who, kind, lead_id, before, now=now)
            return [fact]

        try:
            await self.desk.act(verb)
        except Refused:
            return False
        return True

    async def look(self) -> Seen:
        """All that counts, in one moment."""
        async with self.store.read() as tx:
            return Seen(*[await tx.rows(query.where(table.c.corp == tx.corp)) for table, query in LOOKS])

    async def owner(self, lead_id: int) -> str | None:
        """Whose the lead is."""
        async with self.store.read() as tx:
            return await tx.first(select(col(Lead.owner_id)).where(col(Lead.corp) == tx.corp, col(Lead.id) == lead_id))


async def deal_act(tx: Tx, kind: str, lead_id: int, who: Who, ctx: Context) -> list[Any]:
    """Convert, or win, lose or reopen the lead's newest deal that this can be done with."""
    rules, now = ctx.rules, ctx.now
    lead = await get_visible(tx, lead_id, who, rules=rules)
    if kind == "convert" and lead.stage == "sal":
        raise NothingToUndo("it would be qualified on the way: two facts for one act")
    if kind == "convert":
        terms = Terms(PRODUCTS.get(who.id or "", ""), 5_000_000)
        return list(await convert(tx, lead_id, who, terms, rules=rules, now=now))
    wanted = ("won", "lost") if kind == "resume" else ("open",)
    found = [deal for deal in await list_of_lead(tx, lead_id) if deal.result in wanted]
    if not found:
        raise NothingToUndo("no deal for that")
    number = found[-1].id or 0
    if kind == "win":
        return [await win(tx, number, who, rules=rules, now=now)]
    if kind == "lose":
        return [await lose(tx, number, who, "价格太高", rules=rules, now=now)]
    return list(await reopen_deal(tx, number, who, rules=rules, now=now))


def deals_must_hold(leads: Sequence[Any], deals: Sequence[Any]) -> None:
    """A lead's stage is what its deals say, and nothing is sold twice at a time."""
    for lead in leads:
        own = [deal for deal in deals if deal.lead_id == lead.id]
        results = [deal.result for deal in own]
        if "open" in results or lead.stage in ("opportunity", "won", "lost"):
            assert lead.stage == followed(results), (lead.stage, results)
        sold = Counter(deal.product for deal in own if deal.result == "open" and deal.origin == "")
        assert all(count == 1 for count in sold.values()), "one deal a product"
        for deal in own:
            assert (deal.closed_at is None) == (deal.result == "open"), "a closed deal says when"
            assert deal.result != "open" or deal.owner_id == lead.owner_id, "an open deal goes with its customer"


def must_hold(leads: Sequence[Any], clocks: Sequence[Any]) -> None:
    """What is true of every lead at every moment."""
    for lead in leads:
        assert lead.stage in FREE_STAGES or lead.owner_id or lead.stage not in OPEN_STAGES, (lead.stage, lead.owner_id)
        assert not (lead.owner_id and lead.stage in FREE_STAGES), "a lead with an owner is nobody's to claim"
        running = Counter(c.name for c in clocks if c.lead_id == lead.id and c.state == "running")
        assert all(count == 1 for count in running.values()), "no promise runs twice"
        if lead.owner_id:
            assert "claim" not in running, "nobody is asked to claim what has an owner"
        if lead.stage not in OPEN_STAGES:
            assert not running, "nothing is promised for a lead that is closed"


class Life(RuleBasedStateMachine):
    """A model of three facts per lead: its owner, whether it is closed, how many of each fact its story has."""

    leads = Bundle("leads")
    database: Database

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.office = Office(self.database)
        self.runner.run(self.office.open())
        self.by_phone: dict[str, int] = {}
        self.facts: Counter[tuple[int, str]] = Counter()
        self.story: list[tuple[int | None, str]] = []
        self.submissions = 0

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.runner.run(self.office.close())
            self.runner.close()

    @rule(target=leads, phone=PHONES)
    def asks(self, phone: str) -> int:
        self.submissions += 1
        lead_id = self.runner.run(self.office.capture(phone, f"s{self.submissions}"))
        assert self.by_phone.setdefault(phone, lead_id) == lead_id, "the same person is the same lead"
        return lead_id

    @rule(phone=PHONES)
    def asks_in_the_same_submission_again(self, phone: str) -> None:
        if not self.submissions or phone not in self.by_phone:
            return
        before = len(self.runner.run(self.office.look()).items)
        self.runner.run(self.office.capture(phone, f"s{self.submissions}"))
        after = self.runner.run(self.office.look()).items
        assert len(after) >= before
        assert Counter(item.kind for item in after[before:])["captured"] == 0

    @rule(lead=leads, by=PEOPLE_IDS, to=PEOPLE_IDS, kind=st.sampled_from(sorted(ONE_FACT)))
    def acts(self, lead: int, by: str, to: str, kind: str) -> None:
        self.does(lead, by, to, kind)

    @rule(lead=leads, by=PEOPLE_IDS)
    def sells(self, lead: int, by: str) -> None:
        """The whole way to a deal in one go: chance alone seldom comes so far."""
        for kind in ("claim", "qualify", "convert"):
            self.does(lead, self.owner(lead) or by, by, kind)

    @rule(lead=leads, kind=st.sampled_from(["win", "lose", "resume", "convert", "undo"]))
    def goes_on_selling(self, lead: int, kind: str) -> None:
        if (owner := self.owner(lead)) is not None and kind == "undo":
            self.takes_it_back(lead, owner)
        elif owner is not None:
            self.does(lead, owner, owner, kind)

    def does(self, lead: int, by: str, to: str, kind: str) -> None:
        owner = self.owner(lead)
        done = self.runner.run(self.office.act(kind, lead, by, to))
        if done:
            self.facts[lead, ONE_FACT[kind]] += 1
        if kind == "claim" and done:
            assert owner is None and self.owner(lead) == by
        elif kind == "release" and done:
            assert owner is not None and self.owner(lead) is None
        elif kind == "transfer" and done:
            assert owner != to and self.owner(lead) == to
        else:
            assert done or self.owner(lead) == owner, "a refusal changes nothing"

    @rule(lead=leads, by=PEOPLE_IDS)
    def takes_back(self, lead: int, by: str) -> None:
        self.takes_it_back(lead, by)

    def takes_it_back(self, lead: int, by: str) -> None:
        self.runner.run(self.office.act("undo", lead, by))

    @rule(minutes=st.sampled_from([1, 11, 90, 60 * 26]))
    def time_passes(self, minutes: int) -> None:
        self.office.now += timedelta(minutes=minutes)

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "office"):
            return
        leads, items, clocks, deals = self.runner.run(self.office.look())
        must_hold(leads, clocks)
        deals_must_hold(leads, deals)
        story = [(item.id, item.kind) for item in items]
        assert story[: len(self.story)] == self.story, "the story only grows"
        self.story = story
        told = Counter((item.lead_id, item.kind) for item in items if not item.data.get("origin"))
        for (lead, kind), count in self.facts.items():
            assert told[lead, kind] == count, "one fact per act"

    def owner(self, lead: int) -> str | None:
        return self.runner.run(self.office.owner(lead))


@pytest.mark.failure("C14")
def test_the_life_of_a_lead(soak: bool, database: Database) -> None:
    run_state_machine_as_test(
        type("Life", (Life,), {"database": database}),
        settings=settings(
            max_examples=2000 if soak else 15, stateful_step_count=50 if soak else 25, deadline=None,
            suppress_health_check=list(HealthCheck), derandomize=not soak,
        ),
    )  # fmt: skip


@pytest.mark.failure("C14")
async def test_everybody_acts_at_once(soak: bool, database: Database) -> None:
    """Forty acts at a time on two leads: as many facts as acts that were not refused, and one owner."""
    office = Office(database)
    await office.open()
    leads = [await office.capture("13800138000", "a"), await office.capture("13800138001", "b")]
    kinds, people = [*ONE_FACT, "undo"], list(PEOPLE)
    done: Counter[str] = Counter()
    for turn in range(100 if soak else 6):
        plan = [
            (kinds[(n * 7 + turn) % len(kinds)], leads[n % 2], people[(n + turn) % 4], people[n % 4]) for n in range(40)
        ]
        for (kind, *_), ended in zip(
            plan, await asyncio.gather(*(office.act_patiently(*act) for act in plan)), strict=True
        ):
            done[kind] += ended
        found, items, clocks, deals = await office.look()
        must_hold(found, clocks)
        deals_must_hold(found, deals)
        told = Counter(item.kind for item in items if not item.data.get("origin"))
        assert {kind: told[fact] for kind, fact in ONE_FACT.items()} == {kind: done[kind] for kind in ONE_FACT}
        for phone, lead in zip(("13800138000", "13800138001"), leads, strict=True):
            await office.capture(phone, f"again-{turn}")
            assert {one.id for one in found} == set(leads), lead
    assert done["claim"]
    await office.close()
