"""Many rows in few statements: what imports need to be fast without a second way of writing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import (
    JSON,
    Column,
    Dialect,
    Insert,
    LargeBinary,
    Table,
    Update,
    bindparam,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlmodel import col

from store.batch import ImportLead, ImportMark
from store.columns import Utc
from store.row import Row
from store.sealed import Keys, Sealed
from store.tables import Identity, Lead
from store.tx import Tx, insert_for

AT_ONCE = 900  # values in one IN (…)

Pair = tuple[str, str]
T = TypeVar("T")


def in_slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """A long list in pieces that one IN (…) takes."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def table_of(model: type[Row]) -> Table:
    """The model's table."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


async def reserve_ids(tx: Tx, model: type[Row], count: int) -> range | list[int]:
    """Ids for rows to come, never used before and never given to anybody else."""
    name = table_of(model).name
    if tx.dialect == "postgresql":
        sequence = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        found = await tx.execute(sequence, {"name": name, "count": count})
        return [int(row[0]) for row in found]
    last = await tx.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name})
    first = int(last.scalar() or 0) + 1
    return range(first, first + count)


async def insert_rows(tx: Tx, model: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns (every one that has no default of the database)."""
    if rows:
        await _execute_many(tx, _plainly, model, rows)


async def add_rows(tx: Tx, model: type[Row], rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> None:
    """Insert rows; one whose `keys` are there already is left as it is."""
    if rows:
        await _execute_many(tx, _unless_there, model, rows, tuple(keys))


async def add_lines(
    tx: Tx, model: type[Row], names: tuple[str, ...], lines: Sequence[tuple[Any, ...]], keys: tuple[str, ...]
) -> None:
    """The same for rows that are tuples already: the values of `names`, which come in the order of the table."""
    if lines:
        await _run_many(tx, _many(_unless_there, model, keys, names, tx.dialect_itself()), lines)


def _plainly(dialect: str, model: type[Row]) -> Insert:
    return insert(table_of(model))


def _unless_there(dialect: str, model: type[Row], *keys: str) -> Insert:
    return insert_for(dialect, model).on_conflict_do_nothing(index_elements=list(keys))


Values = Sequence[Any]  # the values of one column, row by row
Making = Callable[..., Insert | Update]  # a statement of a dialect's name, a table and the keys of its conflict


@dataclass(frozen=True)
class _Many:
    """A statement for many rows of one table: its words, the order of its values, and who turns which of them."""

    sql: str
    names: tuple[str, ...]
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    turns: tuple[tuple[int, Callable[[Keys, Values], Iterable[Any]]], ...]
    positional: bool


async def _execute_many(
    tx: Tx, making: Making, model: type[Row], rows: Sequence[Mapping[str, Any]], keys: tuple[str, ...] = ()
) -> None:
    """The driver's own executemany: the statement is made once for all slices, values are turned column by column.

    SQLAlchemy's way costs 30 microseconds for every row of a wide table, this one 4.
    """
    many = _many(making, model, keys, tuple(rows[0]), tx.dialect_itself())
    await _run_many(tx, many, list(map(many.pick, rows)))


async def _run_many(tx: Tx, many: _Many, lines: Sequence[tuple[Any, ...]]) -> None:
    values: Any = lines
    if many.turns:
        columns: list[Iterable[Any]] = list(zip(*lines, strict=True))
        for at, turn in many.turns:
            columns[at] = turn(tx.keys, cast(Values, columns[at]))
        values = list(zip(*columns, strict=True))
    if not many.positional:
        values = [dict(zip(many.names, one, strict=True)) for one in values]
    await tx.driver_many(many.sql, values)


@lru_cache(maxsize=64)
def _many(making: Making, model: type[Row], keys: tuple[str, ...], names: tuple[str, ...], dialect: Dialect) -> _Many:
    compiled = making(dialect.name, model, *keys).compile(dialect=dialect, column_keys=list(names))
    order = tuple((compiled.positiontup if compiled.positional else None) or names)
    columns = table_of(model).c
    turns = ((at, _turn(columns[name.removeprefix("of_")], dialect)) for at, name in enumerate(order))
    pick = itemgetter(*order)  # a tuple, because every table has two columns at least
    told = tuple((at, turn) for at, turn in turns if turn is not None)
    return _Many(str(compiled), order, pick, told, compiled.positional)


def _turn(column: Column[Any], dialect: Dialect) -> Callable[[Keys, Values], Iterable[Any]] | None:
    """How the values of a column are handed to the driver; None: as they are."""
    kind = column.type
    if isinstance(kind, Sealed):
        return partial(_sealed, kind.column)
    if type(kind) is LargeBinary and dialect.name == "sqlite":
        return None  # bytes are what the driver wants
    turn: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if turn is None:
        return None
    return partial(_each_once if isinstance(kind, Utc | JSON) else _one_by_one, turn)


def _sealed(name: str, keys: Keys, values: Values) -> Iterable[bytes]:
    return keys.seal_each([text.encode("utf-8", "surrogatepass") if text else b"" for text in values], name)


def _one_by_one(turn: Callable[[Any], Any], keys: Keys, values: Values) -> Iterable[Any]:
    return map(turn, values)


def _each_once(turn: Callable[[Any], Any], keys: Keys, values: Values) -> Iterable[Any]:
    """The rows of a slice share their instants, and most of their lists and objects: each is turned once."""
    first = values[0]
    if (not first or isinstance(first, datetime)) and values.count(first) == len(values):  # or none has one
        return [turn(first)] * len(values)
    turned = {id(value): turn(value) for value in {id(value): value for value in values}.values()}
    return [turned[id(value)] for value in values]


_KNOWN = select(col(Identity.hash), col(Identity.lead_id)).where(
    col(Identity.corp) == bindparam("corp"),
    col(Identity.kind) == bindparam("kind"),
    col(Identity.hash).in_(bindparam("marks", expanding=True)),
)


async def find_identities(tx: Tx, blinds: Mapping[Pair, bytes]) -> dict[Pair, int]:
    """(kind, normalised value) → lead, of those ways to know a person that are known; given with their keyed hashes."""
    found: dict[Pair, int] = {}
    by_kind: dict[str, dict[bytes, Pair]] = {}
    for pair, blind in blinds.items():
        by_kind.setdefault(pair[0], {})[blind] = pair
    for kind, pairs in by_kind.items():
        for some in in_slices(list(pairs)):
            for blind, lead_id in await tx.rows(_KNOWN, kind=kind, marks=some):
                found[pairs[bytes(blind)]] = lead_id
    return found


_WHOLE = select(table_of(Lead)).where(
    col(Lead.corp) == bindparam("corp"), col(Lead.id).in_(bindparam("ids", expanding=True))
)
_WHOLE_HELD = _WHOLE.with_for_update()


async def read_leads(tx: Tx, ids: Iterable[int], *, hold: bool = False) -> dict[int, dict[str, Any]]:
    """Leads as plain values by id; with `hold` nobody else changes them before this transaction ends."""
    found: dict[int, dict[str, Any]] = {}
    for some in in_slices(sorted(set(ids))):
        for row in await tx.rows(_WHOLE_HELD if hold else _WHOLE, ids=some):
            found[row.id] = dict(row._mapping)
    return found


async def write_leads(tx: Tx, leads: Sequence[Mapping[str, Any]]) -> None:
    """Write back whole leads that were read in this transaction."""
    if leads:
        rows = [{**lead, "of_corp": tx.corp, "of_id": lead["id"]} for lead in leads]
        for row in rows:
            del row["corp"], row["id"]
        await _execute_many(tx, _whole_again, Lead, rows)


def _whole_again(dialect: str, model: type[Row]) -> Update:
    table = table_of(model)
    return update(table).where(table.c.corp == bindparam("of_corp"), table.c.id == bindparam("of_id"))


async def delete_of_leads(tx: Tx, ids: Sequence[int], *, keep: Collection[str] = ()) -> None:
    """Delete leads with every row that hangs on them, in whatever table it stands; `keep` names tables to leave."""
    metadata = Lead.metadata
    for some in in_slices(ids):
        for table in metadata.sorted_tables:
            if "lead_id" in table.columns and "corp" in table.columns and table.name not in keep:
                await tx.run(table.delete().where(table.c.corp == tx.corp, table.c.lead_id.in_(some)))
        leads = table_of(Lead)
        await tx.run(leads.delete().where(leads.c.corp == tx.corp, leads.c.id.in_(some)))


async def delete_identities(tx: Tx, pairs: Collection[tuple[str, bytes]], lead_id: int) -> None:
    """Forget some ways to know a lead."""
    if pairs:
        table = table_of(Identity)
        await tx.run(
            table.delete().where(
                table.c.corp == tx.corp, table.c.lead_id == lead_id, tuple_(table.c.kind, table.c.hash).in_(list(pairs))
            )
        )


_MARKED = select(col(ImportMark.lead_id), col(ImportMark.mark)).where(
    col(ImportMark.corp) == bindparam("corp"), col(ImportMark.lead_id).in_(bindparam("ids", expanding=True))
)


async def find_marks(tx: Tx, ids: Iterable[int]) -> set[tuple[int, bytes]]:
    """(lead, mark) of the lines that imports have booked on these leads."""
    found = set[tuple[int, bytes]]()
    for some in in_slices(sorted(set(ids))):
        found |= {(lead_id, bytes(mark)) for lead_id, mark in await tx.rows(_MARKED, ids=some)}
    return found


async def note_leads(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remember what a batch made or changed; of a lead that it touched before, the oldest state counts."""
    if rows:
        await _execute_many(tx, _touched_again, ImportLead, rows)


def _touched_again(dialect: str, model: type[Row]) -> Insert:
    statement = insert_for(dialect, model)
    return statement.on_conflict_do_update(
        index_elements=["corp", "batch_id", "lead_id"],
        set_={"version_after": statement.excluded.version_after},
    )
