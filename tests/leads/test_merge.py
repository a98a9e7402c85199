"""Two leads become one and two again: nothing is lost on the way, in any table, and what came since finds its side."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, DateTime, Float, Integer, LargeBinary, Table, insert, select

from config.document import load, validate
from config.rules import Rules
from leads.capture import Person, capture
from leads.errors import AlreadyOne, NoRight, NotFound, NothingToUndo, Unusable
from leads.followup import log_followup
from leads.merge import keep_other, merge
from leads.rights import Who
from leads.unmerge import unmerge
from store import merges
from store.columns import Utc
from store.db import Store
from store.leads import find_lead, get_lead
from store.members import save_member
from store.merges import CHILDREN, child_tables
from store.schema import METADATA
from store.sealed import Sealed, SealedBytes, SealedJson
from store.tables import Member
from store.tx import Tx
from tests.conftest import KEYS, NOW, create_tables

TEMPLATE = Path(__file__).parents[2] / "config" / "templates" / "default" / "rules.yaml"
RULES = validate(Rules, load(TEMPLATE.read_text("utf-8"), "rules.yaml")).model_copy(update={"version": 1})
ADMIN = Who("admin", "管理员", "admin")
CHEN = Who("chen", "陈静", "manager", "华东")
WANG = Who("wang", "王磊", "rep", "华东")
LI = Who("li", "李娜", "rep", "华东")


def filler(column: Any, number: int) -> Any:
    """A value for a column of a made-up row; `number` makes it another one."""
    kind = column.type
    if isinstance(kind, Utc | DateTime):
        return NOW + timedelta(minutes=number)
    if isinstance(kind, SealedJson | JSON) or kind.__class__.__name__ == "JSON":
        return {}
    if isinstance(kind, SealedBytes):
        return b"x"
    if isinstance(kind, Sealed):
        return f"s{number}"
    if isinstance(kind, LargeBinary):
        return number.to_bytes(16, "big")
    if isinstance(kind, Boolean):
        return False
    return number if isinstance(kind, Integer | Float) else f"v{number}"


async def put_rows(tx: Tx, table: Table, lead_id: int, count: int, start: int) -> None:
    """So many made-up rows of one table about a lead; at most one where a lead has one at most."""
    single = {column.name for column in table.primary_key} == {"corp", "lead_id"}
    for number in range(start, start + min(count, 1) if single else start + count):
        values = {
            column.name: filler(column, number)
            for column in table.columns
            if not (column.nullable or (column.primary_key and column.name == "id"))
        }
        await tx.run(insert(table).values({**values, "corp": tx.corp, "lead_id": lead_id}))


async def everything(tx: Tx) -> dict[str, list[Any]]:
    """All rows about leads, and the leads, without what only counts changes."""
    found: dict[str, list[Any]] = {}
    for name, table in {**child_tables(), "lead": METADATA.tables["lead"]}.items():
        columns = [column for column in table.columns if column.name not in ("version", "lease_until")]
        rows = await tx.rows(select(*columns).where(table.c.corp == tx.corp))
        found[name] = sorted(rows, key=repr)
    return found


async def opened(path: Path) -> Store:
    store = Store(create_tables(path), "acme", KEYS)
    await store.open()
    return store


async def two(tx: Tx, first: dict[str, Any], second: dict[str, Any]) -> tuple[int, int]:
    """Two leads that came in one after the other."""
    ids = []
    for number, values in enumerate((first, second)):
        person = Person(source=f"渠道{number}", **values)
        captured = await capture(tx, person, rules=RULES, now=NOW + timedelta(hours=number))
        ids.append(captured.lead_id)
    return ids[0], ids[1]


people = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["", "王总", "王建国", "Tom"]),
        "company": st.sampled_from(["", "云栖", "杭州云栖智能科技有限公司"]),
        "title": st.sampled_from(["", "采购总监"]),
        "need": st.sampled_from(["", "要报价", "急需报价"]),
        "budget_max": st.sampled_from([None, 500000]),
    }
)


def key_of(name: str, row: Any) -> tuple[Any, ...]:
    """What makes a row of a table one of its kind within a lead."""
    names = [column.name for column in child_tables()[name].primary_key]
    return tuple(getattr(row, column) for column in names if column != "lead_id")


counts = st.fixed_dictionaries({name: st.integers(0, 3) for name in sorted(child_tables())})


@pytest.mark.feature("B5", "B6")
@pytest.mark.ask("AS14")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=people, second=people, ones=counts, twos=counts, other=st.sets(st.sampled_from(["name", "owner", "phone"]))
)
def test_a_merge_moves_every_row_and_its_undo_puts_every_row_back(
    tmp_path_factory: pytest.TempPathFactory, first: Any, second: Any, ones: Any, twos: Any, other: Any
) -> None:
    path = tmp_path_factory.mktemp("merge") / "leadbot.db"

    async def run() -> None:
        store = await opened(path)

        async def act(tx: Tx) -> None:
            one, two_ = await two(tx, {**first, "phone": "13800138000"}, {**second, "phone": "13900139000"})
            for name, table in child_tables().items():
                await put_rows(tx, table, one, ones[name], 100)
                await put_rows(tx, table, two_, twos[name], 200)
            before = await everything(tx)
            fact = await merge(tx, one, two_, ADMIN, other=other, rules=RULES, now=NOW + timedelta(days=1))
            assert (fact.lead_id, fact.other_id) == (one, two_)
            merged = await everything(tx)
            for name, rows in before.items():
                if CHILDREN.get(name) == "move":
                    assert len(merged[name]) == len(rows), name
                    own = {key_of(name, row) for row in merged[name] if row.lead_id == one}
                    left = [key_of(name, row) for row in merged[name] if row.lead_id != one]
                    assert set(left) <= own, f"{name}: only what the survivor has of the same key stays behind"
                elif name != "company_gram" and name != "lead":
                    assert merged[name] == rows, name
            assert [row.id for row in merged["lead"]] == [one]
            survivor = await get_lead(tx, two_)
            assert survivor.id == one and survivor.enquiries == 2
            reached = {survivor.phone, *(way[1] for way in survivor.also or [])}
            assert reached >= {"+8613800138000", "+8613900139000"}
            await unmerge(tx, two_, ADMIN, rules=RULES, now=NOW + timedelta(days=29))
            after = await everything(tx)
            for name, rows in before.items():
                assert after[name] == rows, name

        await store.transaction(act)
        await store.close()

    asyncio.run(run())


@pytest.fixture
async def pair(store: Store) -> tuple[Store, int, int]:
    """王建国 (王磊's, with a full company) and 王总 (李娜's)."""

    async def settle(tx: Tx) -> tuple[int, int]:
        for who in (ADMIN, CHEN, WANG, LI):
            await save_member(tx, Member(corp=tx.corp, id=who.id or "", name=who.name, role=who.role, team=who.team))
        first = Person(source="官网", name="王总", phone="13800138000", company="云栖")
        second = Person(
            source="展会", name="王建国", phone="13900139000", company="杭州云栖智能科技有限公司", title="总监"
        )
        one = await capture(tx, first, by=WANG, keep=True, rules=RULES, now=NOW)
        other = await capture(tx, second, by=LI, keep=True, rules=RULES, now=NOW + timedelta(hours=1))
        return one.lead_id, other.lead_id

    one, other = await store.transaction(settle)
    return store, one, other


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


@pytest.mark.feature("B5")
async def test_the_fuller_value_wins_and_the_older_number_stays(pair: tuple[Store, int, int]) -> None:
    store, one, other = pair
    fact = await store.transaction(lambda tx: merge(tx, other, one, CHEN, rules=RULES, now=later(hours=2)))
    async with store.read() as tx:
        lead = await get_lead(tx, other)
        assert lead.id == one == fact.lead_id
        assert (lead.name, lead.company, lead.title) == ("王建国", "杭州云栖智能科技有限公司", "总监")
        assert (lead.phone, lead.also) == ("+8613800138000", [["phone", "+8613900139000"]])
        assert (lead.owner_id, lead.source, lead.enquiries) == ("wang", "官网", 2)


@pytest.mark.feature("B5")
async def test_a_field_may_be_chosen_after_the_merge_and_the_undo_still_fits(pair: tuple[Store, int, int]) -> None:
    store, one, other = pair
    fact = await store.transaction(lambda tx: merge(tx, one, other, CHEN, rules=RULES, now=later(hours=2)))
    for name in ("name", "owner", "phone"):
        await store.transaction(
            lambda tx, name=name: keep_other(tx, fact.merge_id, name, CHEN, rules=RULES, now=later(hours=2))
        )
    async with store.read() as tx:
        lead = await get_lead(tx, one)
        assert (lead.name, lead.owner_id, lead.phone) == ("王总", "li", "+8613900139000")
        assert lead.also == [["phone", "+8613800138000"]]
    await store.transaction(lambda tx: unmerge(tx, other, CHEN, rules=RULES, now=later(days=3)))
    async with store.read() as tx:
        first, second = await get_lead(tx, one), await get_lead(tx, other)
        assert (first.name, first.owner_id, first.phone, first.also) == ("王总", "wang", "+8613800138000", None)
        assert (second.name, second.owner_id, second.phone) == ("王建国", "li", "+8613900139000")


@pytest.mark.feature("B6")
async def test_what_came_since_goes_to_the_side_it_came_through(pair: tuple[Store, int, int]) -> None:
    store, one, other = pair
    await store.transaction(lambda tx: merge(tx, one, other, CHEN, rules=RULES, now=later(hours=2)))

    async def since(tx: Tx) -> None:
        again = Person(source="百度", phone="13900139000", need="老号码又来问")
        assert (await capture(tx, again, rules=RULES, now=later(hours=3))).lead_id == one

    async def plain(tx: Tx) -> None:
        again = Person(source="抖音", phone="13800138000", need="新号码又来问")
        assert (await capture(tx, again, rules=RULES, now=later(hours=4))).lead_id == one

    async def noted(tx: Tx) -> None:
        lead_id = await merges.current(tx, other)
        fact = await log_followup(tx, lead_id, CHEN, "按老编号记的", channel="call", rules=RULES, now=later(hours=5))
        from store.timeline import record

        await record(
            tx, lead_id=lead_id, kind=fact.kind, at=fact.at, by=fact.by, text=fact.words, data=dict(fact.data())
        )

    for act in (since, plain, noted):
        await store.transaction(act)
    await store.transaction(lambda tx: unmerge(tx, other, CHEN, rules=RULES, now=later(days=2)))
    async with store.read() as tx:
        mine, theirs = await get_lead(tx, one), await get_lead(tx, other)
        assert (mine.owner_id, theirs.owner_id) == ("wang", "li")
        assert (mine.enquiries, theirs.enquiries) == (2, 2)
        assert mine.contacted_at is None and theirs.contacted_at == later(hours=5)
        table = METADATA.tables["enquiry"]
        asked = {row.source: row.lead_id for row in await tx.rows(select(table).where(table.c.corp == "acme"))}
        assert asked == {"官网": one, "展会": other, "百度": other, "抖音": one}
    known = await store.transaction(
        lambda tx: capture(tx, Person(source="官网", phone="13900139000"), rules=RULES, now=later(days=3))
    )
    assert known.lead_id == other


@pytest.mark.feature("B5", "B6")
async def test_who_may_and_what_is_refused(pair: tuple[Store, int, int]) -> None:
    store, one, other = pair

    async def refused(error: type[Exception], act: Any) -> str:
        with pytest.raises(error) as raised:
            await store.transaction(act)
        return str(raised.value)

    at = later(hours=2)
    told = await refused(NotFound, lambda tx: merge(tx, one, other, WANG, rules=RULES, now=at))
    assert f"L{other}" in told, "a rep does not even learn that the colleague's lead exists"
    assert "两个不同的编号" in await refused(Unusable, lambda tx: merge(tx, one, one, CHEN, rules=RULES, now=at))
    await refused(NotFound, lambda tx: merge(tx, one, 999, CHEN, rules=RULES, now=at))
    await refused(NothingToUndo, lambda tx: unmerge(tx, one, CHEN, rules=RULES, now=at))
    await store.transaction(lambda tx: merge(tx, one, other, CHEN, rules=RULES, now=at))
    told = await refused(AlreadyOne, lambda tx: merge(tx, one, other, CHEN, rules=RULES, now=at))
    assert f"早已合并成 L{one}" in told
    await refused(NothingToUndo, lambda tx: unmerge(tx, other, CHEN, rules=RULES, now=later(days=31)))
    await refused(NotFound, lambda tx: unmerge(tx, other, LI, rules=RULES, now=at))
    stranger = Who("zhao", "赵强", "manager", "华北")
    await refused((NotFound, NoRight), lambda tx: unmerge(tx, other, stranger, rules=RULES, now=at))  # type: ignore[arg-type]


async def test_a_chain_is_undone_from_its_end(pair: tuple[Store, int, int]) -> None:
    store, one, other = pair
    first = Person(source="电话", name="老王", phone="13700137000")
    third = (await store.transaction(lambda tx: capture(tx, first, rules=RULES, now=later(hours=2)))).lead_id
    await store.transaction(lambda tx: merge(tx, other, third, ADMIN, rules=RULES, now=later(hours=3)))
    await store.transaction(lambda tx: merge(tx, one, other, ADMIN, rules=RULES, now=later(hours=4)))
    async with store.read() as tx:
        assert (await get_lead(tx, third)).id == one
    with pytest.raises(Unusable) as raised:
        await store.transaction(lambda tx: unmerge(tx, third, ADMIN, rules=RULES, now=later(hours=5)))
    assert f"先发「撤销合并 L{other}」" in str(raised.value)
    await store.transaction(lambda tx: unmerge(tx, other, ADMIN, rules=RULES, now=later(hours=5)))
    await store.transaction(lambda tx: unmerge(tx, third, ADMIN, rules=RULES, now=later(hours=6)))
    async with store.read() as tx:
        found = [await find_lead(tx, lead_id) for lead_id in (one, other, third)]
        assert [lead and lead.name for lead in found] == ["王总", "王建国", "老王"]
