"""What people did, each deed once: the rows from which a lead's warmth can always be counted again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col

from store.tables import BehaviourRow
from store.tx import Tx


async def add(tx: Tx, lead_id: int, *, kind: str, at: datetime, weight: float, key: str) -> bool:
    """Write a deed down; False when one with this key stands there already."""
    if key:
        known = select(col(BehaviourRow.id)).where(col(BehaviourRow.corp) == tx.corp, col(BehaviourRow.key) == key)
        if await tx.first(known.limit(1)) is not None:
            return False
    await tx.add(BehaviourRow(corp=tx.corp, lead_id=lead_id, kind=kind, at=at, weight=weight, key=key or None))
    return True


_OF_LEAD = (
    select(col(BehaviourRow.kind), col(BehaviourRow.weight), col(BehaviourRow.at))
    .where(col(BehaviourRow.corp) == bindparam("corp"), col(BehaviourRow.lead_id) == bindparam("lead_id"))
    .order_by(col(BehaviourRow.at), col(BehaviourRow.id))
)


async def list_of_lead(tx: Tx, lead_id: int) -> Sequence[tuple[str, float, datetime]]:
    """(kind, weight, at) of a lead's deeds, oldest first."""
    rows = await tx.rows(_OF_LEAD, lead_id=lead_id)
    return [(kind, weight, at) for kind, weight, at in rows]


_OF_KINDS = (
    select(col(BehaviourRow.kind), func.count(), func.max(col(BehaviourRow.at)))
    .where(
        col(BehaviourRow.corp) == bindparam("corp"), col(BehaviourRow.lead_id) == bindparam("lead_id"),
        col(BehaviourRow.weight) > 0,
    )
    .group_by(col(BehaviourRow.kind))
    .order_by(func.count().desc(), col(BehaviourRow.kind))
)  # fmt: skip


async def count_of_kinds(tx: Tx, lead_id: int) -> Sequence[tuple[str, int, datetime]]:
    """(kind, how often, when last) of what a person, no machine, did; the most frequent first."""
    rows = await tx.rows(_OF_KINDS, lead_id=lead_id)
    return [(kind, int(times), at) for kind, times, at in rows]


async def last_at(tx: Tx, lead_id: int) -> datetime | None:
    """When a person, no machine, was last seen doing something."""
    rows = await tx.rows(
        select(func.max(col(BehaviourRow.at))).where(
            col(BehaviourRow.corp) == tx.corp, col(BehaviourRow.lead_id) == lead_id, col(BehaviourRow.weight) > 0
        )
    )
    found: datetime | None = rows[0][0]
    return found


async def last_of(tx: Tx, lead_id: int, kind: str) -> datetime | None:
    """When a person was last seen doing one kind of thing."""
    rows = await tx.rows(
        select(func.max(col(BehaviourRow.at))).where(
            col(BehaviourRow.corp) == tx.corp, col(BehaviourRow.lead_id) == lead_id, col(BehaviourRow.kind) == kind,
            col(BehaviourRow.weight) > 0,
        )
    )  # fmt: skip
    found: datetime | None = rows[0][0]
    return found


async def belie(tx: Tx, keys: Sequence[str]) -> int:
    """These deeds were a program's: they weigh nothing; returns how many had a weight."""
    result = await tx.run(
        update(BehaviourRow)
        .where(col(BehaviourRow.corp) == tx.corp, col(BehaviourRow.key).in_(keys), col(BehaviourRow.weight) > 0)
        .values(weight=0.0)
    )
    return result.rowcount
