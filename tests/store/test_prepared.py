"""A question that is asked again goes another way to the database; its answer is the same to the last value."""

import asyncio
import gc
from datetime import timedelta

import pytest
from sqlalchemy import Float, String, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from store.office import AuditItem, Property
from store.prepared import Found
from store.queues import Inbox, Outbox
from store.tables import Lead, TimelineItem
from tests.conftest import NOW


async def thrice(store, statement, values):
    """What is found the first, the second (prepared) and the third time, and whether the last came the short way."""

    async def ask(tx):
        found = [await tx.execute(statement, values) for _ in range(3)]
        return [one.all() for one in found], isinstance(found[-1], Found)

    return await store.transaction(ask)


async def a_lead(store):
    async def plant(tx):
        lead = Lead(
            corp=tx.corp, name="王建国", phone="+8613800138000", company="苏州微光", stage="mql", need="要报价",
            pool="华东", source="官网", enquiries=1, created_at=NOW, score_parts=[[25, "职位能拍板"]],
        )  # fmt: skip
        await tx.add(lead)
        await tx.add(
            TimelineItem(corp=tx.corp, lead_id=lead.id, kind="captured", at=NOW, text="要报价", data={"a": [1]})
        )
        return lead.id

    return await store.transaction(plant)


async def test_rows_with_sealed_words_lists_and_instants_come_back_alike(store):
    lead_id = await a_lead(store)
    query = select(Lead).where(col(Lead.corp) == bindparam("corp"), col(Lead.id) == bindparam("lead_id"))
    (first, second, third), short = await thrice(store, query, {"corp": store.corp, "lead_id": lead_id})
    assert short
    assert tuple(first[0]) == tuple(second[0]) == tuple(third[0])
    assert second[0].phone == "+8613800138000" and second[0].score_parts == [[25, "职位能拍板"]]
    assert second[0].created_at == NOW and second[0].created_at.utcoffset() == timedelta(0)
    assert second[0]._mapping["need"] == "要报价"


async def test_lists_of_every_length_and_none(store):
    ids = [await a_lead(store) for _ in range(3)]
    query = select(col(Lead.id)).where(
        col(Lead.corp) == bindparam("corp"), col(Lead.id).in_(bindparam("ids", expanding=True))
    )
    others = select(col(Lead.id)).where(
        col(Lead.corp) == bindparam("corp"), col(Lead.id).not_in(bindparam("ids", expanding=True))
    )
    for some in (ids, ids[:1], [], [*ids, None, 99], ids[1:]):
        for statement, wanted in ((query, set(ids) & set(some)), (others, set(ids) - set(some))):
            (first, *again), short = await thrice(store, statement, {"corp": store.corp, "ids": some})
            assert short
            assert again == [first, first]
            if None not in some:
                assert {row[0] for row in first} == wanted


async def test_pairs_in_a_list_stay_with_sqlalchemy(store):
    lead_id = await a_lead(store)
    query = select(col(Lead.id)).where(
        tuple_(col(Lead.corp), col(Lead.id)).in_(bindparam("pairs", expanding=True)),
        col(Lead.pool) == bindparam("pool"),
    )
    (first, *again), short = await thrice(store, query, {"pairs": [(store.corp, lead_id)], "pool": "华东"})
    assert not short
    assert first == [(lead_id,)] == again[0] == again[1]


async def test_the_names_of_the_values_may_change_from_call_to_call(store):
    lead_id = await a_lead(store)
    statement = update(Lead).where(col(Lead.corp) == bindparam("of_corp"), col(Lead.id) == bindparam("of_id"))
    key = {"of_corp": store.corp, "of_id": lead_id}

    async def change(tx):
        counts = [
            (await tx.execute(statement, {**key, **values})).rowcount
            for values in ({"title": "a"}, {"title": "b"}, {"city": "c"}, {"city": "d", "title": "e"}, {"pool": "f"})
        ]
        missed = (await tx.execute(statement, {**key, "of_id": 99, "title": "z"})).rowcount
        return counts, missed, await tx.first(select(Lead).where(col(Lead.corp) == tx.corp))

    counts, missed, lead = await store.transaction(change)
    assert counts == [1, 1, 1, 1, 1] and missed == 0
    assert (lead.title, lead.city, lead.pool) == ("e", "d", "f")


async def test_what_was_written_is_returned_and_counted(store):
    adding = insert(AuditItem).returning(col(AuditItem.id), col(AuditItem.at))
    taking = delete(AuditItem).where(
        col(AuditItem.corp) == bindparam("of_corp"), col(AuditItem.id) < bindparam("until")
    )
    row = {"corp": store.corp, "at": NOW, "by": None, "act": "a", "subject": "", "data": {"n": 1}}

    async def go(tx):
        made = [(await tx.execute(adding, row)).all() for _ in range(3)]
        many = (await tx.execute(adding, [row, row])).all()
        gone = [(await tx.execute(taking, {"of_corp": tx.corp, "until": until})).rowcount for until in (2, 4, 4, 99)]
        return [one[0] for one in [*made, many[:1], many[1:]]], gone

    made, gone = await store.transaction(go)
    first = made[0].id
    assert [(one.id, one.at) for one in made] == [(first + n, NOW) for n in range(5)]
    assert gone == [1, 2, 0, 2]


async def test_a_row_that_is_there_already_is_an_integrity_error_the_short_way_too(store):
    adding = insert(Property)
    row = {"corp": store.corp, "name": "a", "value": "secret"}

    async def twice(tx):
        await tx.execute(adding, {**row, "name": "x"})
        await tx.execute(adding, {**row, "name": "y"})
        await tx.execute(adding, {**row, "name": "y"})

    with pytest.raises(IntegrityError) as told:
        await store.transaction(twice)
    assert "secret" not in str(told.value), "values are not told"

    async def count(tx):
        return await tx.rows(
            select(func.count()).where(col(Property.corp) == tx.corp, col(Property.name).in_(["x", "y"]))
        )

    assert (await store.transaction(count))[0][0] == 0, "all of it is taken back"


async def test_a_naive_instant_is_refused_the_short_way_too(store):
    query = select(col(Inbox.id)).where(col(Inbox.corp) == bindparam("corp"), col(Inbox.run_at) <= bindparam("now"))

    async def ask(tx, now):
        return (await tx.execute(query, {"corp": tx.corp, "now": now})).all()

    for _ in range(2):
        assert await store.transaction(lambda tx: ask(tx, NOW)) == []
    with pytest.raises(ValueError, match="naive instant"):
        await store.transaction(lambda tx: ask(tx, NOW.replace(tzinfo=None)))


async def test_a_value_that_is_missing_is_no_silent_nothing(store):
    query = select(col(Outbox.id)).where(col(Outbox.corp) == bindparam("corp"), col(Outbox.state) == bindparam("state"))

    async def ask(tx, values):
        return (await tx.execute(query, values)).all()

    for _ in range(2):
        await store.transaction(lambda tx: ask(tx, {"corp": tx.corp, "state": "new"}))
    with pytest.raises(Exception, match="state"):
        await store.transaction(lambda tx: ask(tx, {"corp": tx.corp}))


async def test_statements_built_anew_are_not_kept(store):
    async def ask(tx):
        for number in range(50):
            await tx.rows(select(col(Lead.id)).where(col(Lead.corp) == tx.corp, col(Lead.id) == number), extra=1)

    known = (store._writer._at_once or store._writer._at_server)._seen
    before = len(known)
    await store.transaction(ask)
    gc.collect()
    assert len(known) < before + 20


@pytest.mark.only("postgresql")
async def test_who_gives_up_waiting_for_a_server_leaves_no_answer_to_the_next_one(store):
    asked = select(func.pg_sleep(bindparam("seconds", type_=Float)), bindparam("who", type_=String))

    async def ask(who, seconds):
        async with store.read() as tx:
            return [row[1] for row in (await tx.execute(asked, {"seconds": seconds, "who": who})).all()]

    assert [await ask(who, 0) for who in "ab"] == [["a"], ["b"]]
    for _ in range(3):
        impatient = [asyncio.create_task(ask("slow", 30)) for _ in range(8)]  # every connection there is for looking
        await asyncio.sleep(0.2)
        for task in impatient:
            task.cancel()
        assert {type(end) for end in await asyncio.gather(*impatient, return_exceptions=True)} == {
            asyncio.CancelledError
        }
        assert await asyncio.gather(*(ask(str(n), 0) for n in range(8))) == [[str(n)] for n in range(8)]
