"""The promises about time, as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col

from store.reached import TOUCH
from store.tables import Clock
from store.tx import Tx

_BY_ID = select(Clock).where(col(Clock.corp) == bindparam("corp"), col(Clock.id) == bindparam("clock_id"))


async def find_clock(tx: Tx, clock_id: int) -> Clock | None:
    """The clock with that id, or None."""
    return await tx.first(_BY_ID, clock_id=clock_id)


_OF_LEAD = (
    select(Clock)
    .where(col(Clock.corp) == bindparam("corp"), col(Clock.lead_id) == bindparam("lead_id"))
    .order_by(col(Clock.id))
)
_OF_LEAD_IN = _OF_LEAD.where(col(Clock.state).in_(bindparam("states", expanding=True)))
_CHANGE = update(Clock).where(
    col(Clock.corp) == bindparam("of_corp"),
    col(Clock.id) == bindparam("of_id"),
    col(Clock.state).in_(bindparam("states", expanding=True)),
)

_SETTLE = _CHANGE.values(**TOUCH)


async def list_of_lead(tx: Tx, lead_id: int, *, states: Sequence[str] | None = None) -> Sequence[Clock]:
    """A lead's clocks, oldest first."""
    if states is None:
        return await tx.all(_OF_LEAD, lead_id=lead_id)
    return await tx.all(_OF_LEAD_IN, lead_id=lead_id, states=tuple(states))


async def list_clocks(
    tx: Tx, *, state: str | None = None, lead_id: int | None = None, before: int | None = None, limit: int = 50
) -> Sequence[Clock]:
    """Clocks of the company, newest first."""
    query = select(Clock).where(col(Clock.corp) == tx.corp)
    if state is not None:
        query = query.where(col(Clock.state) == state)
    if lead_id is not None:
        query = query.where(col(Clock.lead_id) == lead_id)
    if before is not None:
        query = query.where(col(Clock.id) < before)
    return await tx.all(query.order_by(col(Clock.id).desc()).limit(limit))


async def list_late(tx: Tx, *, now: datetime, names: Sequence[str] | None = None, limit: int = 200) -> Sequence[Clock]:
    """Broken promises (of some names) that nobody has caught up on and that got no more time, the oldest first."""
    query = select(Clock).where(
        col(Clock.corp) == tx.corp, col(Clock.state) == "overdue", col(Clock.ended_at).is_(None),
        col(Clock.due_at) <= now,
    )  # fmt: skip
    if names is not None:
        query = query.where(col(Clock.name).in_(names))
    return await tx.all(query.order_by(col(Clock.due_at), col(Clock.id)).limit(limit))


async def change(tx: Tx, clock_id: int, states: Sequence[str], **values: Any) -> bool:
    """Change a clock if it is still in one of the states."""
    of = {"of_corp": tx.corp, "of_id": clock_id, "states": tuple(states)}
    return (await tx.execute(_CHANGE, {**of, **values})).rowcount == 1


async def settle(tx: Tx, clock_id: int, states: Sequence[str], **values: Any) -> bool:
    """The same when it was kept or broken: from now on it counts, for the source that first brought its lead."""
    of = {"of_corp": tx.corp, "of_id": clock_id, "states": tuple(states)}
    return (await tx.execute(_SETTLE, {**of, **values})).rowcount == 1


async def count_by_state(tx: Tx) -> dict[str, int]:
    """How many clocks are in each state."""
    rows = await tx.rows(
        select(col(Clock.state), func.count()).where(col(Clock.corp) == tx.corp).group_by(col(Clock.state))
    )
    return {row[0]: row[1] for row in rows}


async def oldest_unswept(tx: Tx, *, now: datetime) -> datetime | None:
    """The due time of the oldest running clock that should have been called overdue by now."""
    rows = await tx.rows(
        select(func.min(col(Clock.due_at))).where(
            col(Clock.corp) == tx.corp, col(Clock.state) == "running", col(Clock.due_at) <= now
        )
    )
    found: datetime | None = rows[0][0]
    return found
