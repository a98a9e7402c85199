"""Several servers on one PostgreSQL: each thing once, whoever dies, restarts or claims at the same moment."""

import asyncio
from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from config.document import load, validate
from config.rules import Rules
from leads.capture import Person, capture
from leads.claim import claim
from leads.errors import AlreadyClaimed
from leads.rights import Who
from store import due, lease, outbox, shared, timeline, writer
from store.db import Store, WrongKey
from store.engine import StoreUnreachable
from store.inbox import Arrived, store_events
from store.keeping import sweep_out
from store.members import save_member
from store.migrate import HalfMade, migrate
from store.office import AuditItem, Property
from store.queues import Due, Inbox, Outbox
from store.sealed import Keys
from store.tables import Member, TimelineItem
from store.timeline import audit
from store.writer import OutcomeInDoubt
from tests import postgres
from tests.conftest import KEYS, NOW, ROOT
from tests.ports import free_port

only_server = pytest.mark.only("postgresql")


@pytest.fixture
async def other(database):
    """A second replica."""
    opened = Store(database.url, "acme", KEYS)
    await opened.open()
    yield opened
    await opened.close()


def write(name):
    return lambda tx: audit(tx, act=name, by=None, subject="", at=NOW)


async def acts(store):
    async with store.read() as tx:
        return Counter(await tx.all(select(col(AuditItem.act))))


@only_server
async def test_replicas_take_turns_so_that_a_verb_may_read_before_it_writes(store, other):
    async def count_up(tx):
        rows = await tx.rows(select(func.count(col(AuditItem.id))))
        await audit(tx, act=f"{rows[0][0]:04}", by=None, subject="", at=NOW)

    await asyncio.gather(*(replica.transaction(count_up) for _ in range(60) for replica in (store, other)))
    assert sorted(await acts(store)) == [f"{number:04}" for number in range(120)]


@only_server
async def test_a_long_queue_of_one_replica_is_worked_off_in_turns(store, other, monkeypatch):
    """All together take longer than a connection may be silent: in one turn they would be cut and begun anew."""
    monkeypatch.setattr(shared, "ATTEMPT", 1.0)
    monkeypatch.setattr(writer, "LONGEST_TURN", 0.1)

    async def slow(tx):
        await asyncio.sleep(0.05)
        await write("slow")(tx)

    many = [asyncio.create_task(store.transaction(slow)) for _ in range(40)]
    await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
    await other.transaction(write("other"))
    assert not all(one.done() for one in many)
    await asyncio.gather(*many)
    assert await acts(store) == {"slow": 40, "other": 1}


@only_server
async def test_two_replicas_share_the_work_and_take_over_from_a_dead_one(store, other):
    await store.transaction(
        lambda tx: store_events(tx, [Arrived("wecom", f"m{n}", f"lane{n}", b"x", NOW) for n in range(40)])
    )

    async def take(replica, now):
        return await replica.transaction(lambda tx: lease.take(tx, Inbox, now=now, limit=7), ordered=False)

    batches = await asyncio.gather(*(take(replica, NOW) for _ in range(4) for replica in (store, other)))
    taken = Counter(row.key for rows in batches for row in rows)
    assert len(taken) == 40 and set(taken.values()) == {1}
    assert await take(other, NOW + lease.LEASE - timedelta(seconds=1)) == [], "what somebody holds is theirs"
    again = await take(other, NOW + lease.LEASE + timedelta(seconds=1))
    assert len(again) == 7 and {row.fence for row in again} == {2}, "orphans are taken over within the minute"


@only_server
async def test_all_four_queues_are_taken_over_and_what_was_being_sent_is_unknown(store, other):
    async def fill(tx):
        await due.keep(tx, kind="remind", key="d", at=NOW)
        await due.do_once(tx, kind="menu", key="j", now=NOW)
        await outbox.ask(tx, platform="wecom", place="a", lane="wecom:member:a", card="note", key="o", now=NOW)

    await store.transaction(fill)
    (row,) = await store.transaction(lambda tx: lease.take(tx, Outbox, now=NOW, limit=1, state="queued"))
    assert await store.transaction(lambda tx: lease.hold(tx, row, state="sending"))
    assert len(await store.transaction(lambda tx: lease.take(tx, Due, now=NOW, limit=5, lanes=False))) == 1
    later = NOW + timedelta(seconds=61)
    assert await other.transaction(lambda tx: outbox.orphan(tx, now=NOW, all_rows=False)) == 0
    assert await other.transaction(lambda tx: outbox.orphan(tx, now=later, all_rows=False)) == 1
    assert len(await other.transaction(lambda tx: lease.take(tx, Due, now=later, limit=5, lanes=False))) == 1
    async with other.read() as tx:
        assert await tx.all(select(col(Outbox.state))) == ["unknown"]


@only_server
async def test_a_hint_reaches_the_other_replica_after_the_commit(store, other):
    heard = asyncio.Event()
    other.on_hint(lambda worker: heard.set() if worker == "outbox" else None)
    other.listen()

    async def ask(tx):
        tx.wake("outbox")

    async with asyncio.timeout(20):
        while not heard.is_set():
            await store.transaction(ask)
            await asyncio.sleep(0.1)
    assert heard.is_set(), "and it was the hint, not a tick of its own"


@pytest.mark.failure("7", "C12")
async def test_sixteen_claim_each_lead_and_one_gets_it(store, database, soak, record_property):
    """R-C12: on PostgreSQL the claimants sit at two replicas."""
    leads, reps = (1000 if soak else 60), [f"rep{n:02}" for n in range(16)]
    text = (ROOT / "config" / "templates" / "default" / "rules.yaml").read_text("utf-8")
    text = text.replace("per_minute: 10", "per_minute: 100000").replace("per_day: 50", "per_day: 100000")
    rules = validate(Rules, load(text.replace("holding: 200", "holding: 100000"), "rules.yaml"))
    second = store
    if database.name == "postgresql":
        second = Store(database.url, "acme", KEYS)
        await second.open()

    async def settle_in(tx):
        for rep in reps:
            await save_member(tx, Member(corp=tx.corp, id=rep, name=rep, role="rep", team="华东", wecom=rep))

    losers: list[str] = []

    async def come(number):
        person = Person("官网", name="客户", phone=f"139{number:08}")
        return (await store.transaction(lambda tx: capture(tx, person, rules=rules, now=NOW))).lead_id

    await store.transaction(settle_in)
    numbers = await asyncio.gather(*(come(number) for number in range(leads)))

    async def race(replica, lead_id, rep):
        who = Who(id=rep, name=rep, role="rep", team="华东")

        async def take(tx):
            fact = await claim(tx, lead_id, who, rules=rules, now=NOW)
            await timeline.record(tx, lead_id=lead_id, kind=fact.kind, at=NOW, by=rep, text="", data=dict(fact.data()))
            return rep

        try:
            return await replica.transaction(take)
        except AlreadyClaimed as lost:
            losers.append(lost.winner)
            return None

    for lead_id in numbers:
        ends = await asyncio.gather(*(race((store, second)[n % 2], lead_id, rep) for n, rep in enumerate(reps)))
        assert sum(end is not None for end in ends) == 1
    assert len(losers) == 15 * leads and set(losers) <= set(reps), "each hears who was first"
    async with store.read() as tx:
        claimed = Counter(await tx.all(select(col(TimelineItem.lead_id)).where(col(TimelineItem.kind) == "claimed")))
    assert len(claimed) == leads and set(claimed.values()) == {1}
    record_property(f"R-C12 {database.name}", f"{leads} leads x 16 claimants: one winner each")
    if second is not store:
        await second.close()


async def is_kept(store, name):
    """Whether a name was written, as soon as the server can tell."""
    while True:
        try:
            return (await acts(store))[name] > 0
        except Exception:
            await asyncio.sleep(0.2)


@pytest.mark.failure("C10")
async def test_a_restarting_server_loses_and_doubles_nothing(tmp_path, soak, record_property):
    """R-C10: eight writers, the server crashes again and again; a commit in doubt is looked up by its sign."""
    times = 30 if soak else 3
    server = postgres.Server(postgres.run_home() / tmp_path.name, durable=True)
    await asyncio.to_thread(server.make, free_port())
    await asyncio.to_thread(server.start)
    stop, acked = asyncio.Event(), []
    try:
        url = server.tcp_url("postgres")
        await asyncio.to_thread(migrate, url)
        store = Store(url, "acme", KEYS)
        await store.open()

        async def writer(number):
            turn = 0
            while not stop.is_set():
                name, turn = f"{number}-{turn}", turn + 1
                while True:  # a failed one is asked for again under its name, as a platform does
                    try:
                        await store.transaction(write(name))
                        acked.append(name)
                        break
                    except OutcomeInDoubt:  # the server was away for too long: one looks before one asks again
                        if await is_kept(store, name):
                            break
                    except Exception:
                        if stop.is_set():
                            return

        writers = [asyncio.create_task(writer(number)) for number in range(8)]
        for _ in range(times):
            await asyncio.sleep(0.7)
            await asyncio.to_thread(server.stop, "immediate")
            await asyncio.to_thread(server.start)
        before = len(acked)
        async with asyncio.timeout(90):
            while len(acked) < before + 50:  # noqa: ASYNC110 - it writes again
                await asyncio.sleep(0.05)
        stop.set()
        await asyncio.gather(*writers)
        kept = await acts(store)
        assert set(acked) <= set(kept), "nothing acknowledged was lost"
        assert [name for name, count in kept.items() if count > 1] == [], "nothing was written twice"
        record_property("R-C10", f"{times} crashes of the server: {len(acked)} acknowledged, 0 lost, 0 doubled")
        await store.close()
    finally:
        await asyncio.to_thread(server.stop, "immediate")


@only_server
async def test_the_signs_of_servers_that_were_killed_are_swept_out_and_those_of_the_living_stay(store, other, database):
    def signs():
        return {name for (name,) in database.rows("select name from property where name like 'commit:%'")}

    for replica in (store, other):
        await replica.transaction(write("a"))
    assert len(signs()) == 2
    kept = {name for name in signs() if store.replica in name}
    aged = update(Property).where(col(Property.name).startswith("commit:"), col(Property.name).not_in(kept))
    await store.transaction(lambda tx: tx.run(aged.values(value="2026-03-16T00:00 abc")))
    await store.transaction(lambda tx: sweep_out(tx, now=NOW))
    assert signs() == kept
    await other.transaction(write("b"))
    assert len(signs()) == 2, "who was taken for dead signs again"


@only_server
def test_what_is_wrong_with_a_server_is_told_with_its_cure_and_without_the_password(database):
    server = postgres.shared_server(migrate)
    for url, why in (
        (server.tcp_url("no_such_database"), r"no database of that name .*createdb"),
        (server.tcp_url("postgres").replace("canary", "wrong"), r"refuses the password .*correct user and password"),
        (server.tcp_url("postgres", port=9), r"cannot be reached .*check that it runs"),
        ("postgresql://bot:hush@[::1/leads", r"no database URL; write postgresql://"),
    ):
        with pytest.raises(StoreUnreachable, match=why) as told:
            migrate(url)
        assert "hush" not in str(told.value) and "postgres-password" not in str(told.value)


@only_server
async def test_another_data_key_and_a_half_made_store_are_refused(store, database):
    with pytest.raises(WrongKey):
        await Store(database.url, "acme", Keys(b"x" * 32)).open()
    server = postgres.shared_server(migrate)
    name = database.url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(server.socket_url(name), autocommit=True) as connection:
        connection.execute("ALTER TABLE lead DROP COLUMN score")
        with pytest.raises(HalfMade, match=r"lead\.score missing"):
            migrate(database.url)
        connection.execute("DELETE FROM alembic_version")
    with pytest.raises(HalfMade, match="tables but no revision"):
        migrate(database.url)
