"""Which lead went into which, which rows changed hands, and how they go back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, and_, bindparam, delete, insert, select, true, update
from sqlmodel import col

from store.columns import Utc
from store.row import Row
from store.tables import Lead
from store.twin import Merge, MergeTrace
from store.tx import Tx

Key = dict[str, Any]
Frozen = dict[str, Any]

# What a merge does with each table that has a lead_id. A new table must be named here (tests/store/test_merges.py).
# move: the rows go over to the survivor, unless it has one of the same key; stay: they go on naming the old number,
# which leads to the survivor; derived: they are made anew from the lead itself.
CHILDREN: Mapping[str, str] = {
    "act": "move",
    "approval": "move",
    "attachment": "move",
    "attendance": "move",
    "behaviour": "move",
    "card_place": "stay",
    "clock": "move",
    "company_gram": "derived",
    "consent": "move",
    "deal_contact": "move",
    "deal_group": "move",
    "contract": "move",
    "credit": "move",
    "contact_stop": "move",
    "dispute": "move",
    "draft": "move",
    "due": "move",
    "enquiry": "move",
    "finding": "move",
    "focus": "move",
    "follower": "move",
    "friend": "move",
    "handed": "move",
    "help": "move",
    "identity": "move",
    "inheritance": "move",
    "import_kept": "move",
    "import_lead": "stay",
    "import_mark": "move",
    "dormant_plan": "move",
    "journey_run": "move",
    "journey_seat": "move",
    "kf_talk": "move",
    "link": "move",
    "opportunity": "move",
    "outbox": "stay",
    "page_view": "move",
    "reached": "derived",
    "quote": "move",
    "sales_order": "move",
    "timeline": "move",
    "webhook_delivery": "stay",
}


def child_tables() -> dict[str, Table]:
    """Every table with rows about a lead, by name."""
    return {name: table for name, table in Row.metadata.tables.items() if "lead_id" in table.c}


_SURVIVOR = (
    select(col(Merge.survivor_id))
    .where(
        col(Merge.corp) == bindparam("corp"),
        col(Merge.loser_id) == bindparam("loser_id"),
        col(Merge.undone_at).is_(None),
    )
    .limit(1)
)


async def current(tx: Tx, lead_id: int) -> int:
    """The number under which a lead goes on: its own, or the survivor's of its merge; remembers that it was used."""
    at = lead_id
    for _ in range(20):
        survivor_id = await tx.first(_SURVIVOR, loser_id=at)
        if survivor_id is None:
            break
        at = survivor_id
    if at != lead_id:
        tx.through[at] = lead_id
    return at


async def find_merge(tx: Tx, merge_id: int) -> Merge | None:
    """The merge with that id."""
    return await tx.first(select(Merge).where(col(Merge.corp) == tx.corp, col(Merge.id) == merge_id))


async def find_standing(tx: Tx, loser_id: int) -> Merge | None:
    """The merge by which this lead went into another, if it stands."""
    return await tx.first(
        select(Merge).where(col(Merge.corp) == tx.corp, col(Merge.loser_id) == loser_id, col(Merge.undone_at).is_(None))
    )


_INTO = (
    select(Merge)
    .where(
        col(Merge.corp) == bindparam("corp"),
        col(Merge.survivor_id) == bindparam("survivor_id"),
        col(Merge.undone_at).is_(None),
    )
    .order_by(col(Merge.id).desc())
)


async def list_into(tx: Tx, survivor_id: int) -> Sequence[Merge]:
    """The merges that brought others into this lead and stand, the latest first."""
    return await tx.all(_INTO, survivor_id=survivor_id)


async def came_through(tx: Tx, lead_id: int, kind: str, value: str) -> None:
    """Somebody was known by this contact: when it is that of a merged lead, what follows is remembered as theirs."""
    mark = tx.keys.blind(kind, value).hex()
    for merge in await list_into(tx, lead_id):
        if {"kind": kind, "hash": mark} in (merge.moved or {}).get("identity", []):
            tx.through[lead_id] = merge.loser_id
            return


async def move_children(tx: Tx, loser_id: int, survivor_id: int) -> dict[str, list[Key]]:
    """Hand every row of the loser to the survivor; returns the keys of those that went."""
    moved: dict[str, list[Key]] = {}
    for name, table in sorted(child_tables().items()):
        if CHILDREN.get(name, "move") != "move":
            continue
        keys = await _keys_of(tx, table, loser_id)
        if "lead_id" in table.primary_key.columns:
            taken = await _keys_of(tx, table, survivor_id)
            keys = [key for key in keys if key not in taken]
        if keys:
            await point(tx, name, keys, loser_id, survivor_id)
            moved[name] = keys
    return moved


async def _keys_of(tx: Tx, table: Table, lead_id: int) -> list[Key]:
    columns = [column for column in table.primary_key.columns if column.name not in ("corp", "lead_id")]
    names = [column.name for column in columns]
    asked = select(table.c.corp, *columns)  # a table with one row for each lead has no further key
    rows = await tx.rows(asked.where(table.c.corp == tx.corp, table.c.lead_id == lead_id))
    plain = [[value.hex() if isinstance(value, bytes) else value for value in row[1:]] for row in rows]
    return [dict(zip(names, row, strict=True)) for row in plain]


async def point(tx: Tx, name: str, keys: Iterable[Key], before: int, after: int) -> None:
    """Let rows that still name the lead `before` name the lead `after`."""
    table = Row.metadata.tables[name]
    listed = list(keys)
    simple = [key["id"] for key in listed if set(key) == {"id"}]
    conditions: list[ColumnElement[bool]] = [
        col(table.c.id).in_(simple[at : at + 500]) for at in range(0, len(simple), 500)
    ]
    conditions += [_is(table, key) for key in listed if set(key) != {"id"}]
    for condition in conditions:
        await tx.run(
            update(table).where(table.c.corp == tx.corp, table.c.lead_id == before, condition).values(lead_id=after)
        )


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    def value(name: str) -> Any:
        return bytes.fromhex(key[name]) if isinstance(table.c[name].type, LargeBinary) else key[name]

    return and_(true(), *(table.c[name] == value(name) for name in key))


async def take_trace(tx: Tx, loser_id: int) -> dict[str, list[int]]:
    """{table: ids} of rows that came through a merged lead's number or contacts since; they are forgotten as such."""
    traces = await tx.all(
        select(MergeTrace).where(col(MergeTrace.corp) == tx.corp, col(MergeTrace.loser_id) == loser_id)
    )
    found: dict[str, list[int]] = {}
    for trace in traces:
        found.setdefault(trace.name, []).append(trace.key)
    await tx.run(delete(MergeTrace).where(col(MergeTrace.corp) == tx.corp, col(MergeTrace.loser_id) == loser_id))
    return found


def frozen(lead: Lead) -> Frozen:
    """A lead's row as JSON."""
    plain = lead.model_dump()
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in plain.items()}


def thawed(values: Frozen) -> dict[str, Any]:
    """The row again; columns that came later keep their defaults."""
    table = Row.metadata.tables["lead"]
    known = {name: value for name, value in values.items() if name in table.c}
    return {
        name: datetime.fromisoformat(value) if value and isinstance(table.c[name].type, Utc) else value
        for name, value in known.items()
    }


async def take_out(tx: Tx, lead_id: int) -> None:
    """The loser's row goes; its number leads to the survivor."""
    await tx.run(delete(Lead).where(col(Lead.corp) == tx.corp, col(Lead.id) == lead_id))


async def put_back(tx: Tx, values: Mapping[str, Any]) -> None:
    """The loser's row comes back under its old number."""
    await tx.run(insert(Lead).values(**values))


async def forget_old(tx: Tx, *, before: datetime, limit: int = 500) -> int:
    """What a merge was made of goes once it cannot be undone any more; the way from old to new number stays."""
    old = (
        select(col(Merge.id))
        .where(col(Merge.corp) == tx.corp, col(Merge.at) < before, col(Merge.loser).is_not(None))
        .limit(limit)
    )
    result = await tx.run(
        update(Merge)
        .where(col(Merge.corp) == tx.corp, col(Merge.id).in_(old))
        .values(loser=None, survivor=None, after=None, moved=None, changed=None)
    )
    return result.rowcount
