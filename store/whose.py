"""Whose a lead is: told in the row that reports count, so that a team's numbers need no look at the lead itself."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, bindparam, func, literal, select, update
from sqlmodel import col

from store import bulk
from store.reached import FREE, Reached
from store.tables import Lead
from store.tx import Tx


def whose(owner_id: str | None, pool: str) -> str:
    """The member who has a lead; of one that nobody has, its pool behind a colon."""
    return FREE + pool if owner_id is None else owner_id


_WHOSE: ColumnElement[str] = func.coalesce(col(Lead.owner_id), literal(FREE).concat(col(Lead.pool)))
_TOLD = select(_WHOSE).where(col(Lead.corp) == col(Reached.corp), col(Lead.id) == col(Reached.lead_id))
_TELL = (
    update(Reached)
    .where(col(Reached.corp) == bindparam("of_corp"), col(Reached.lead_id) == bindparam("of_id"))
    .values(whose=func.coalesce(_TOLD.scalar_subquery(), ""))
)
_OF_ONE = select(_WHOSE).where(col(Lead.corp) == bindparam("corp"), col(Lead.id) == bindparam("lead_id"))


async def tell_whose(tx: Tx, lead_id: int) -> None:
    """A lead has another owner or pool now: its row says so."""
    await tx.execute(_TELL, {"of_corp": tx.corp, "of_id": lead_id})


async def whose_is(tx: Tx, lead_id: int) -> str:
    """Whose a lead is now; "" when there is none."""
    return await tx.first(_OF_ONE, lead_id=lead_id) or ""


async def whose_each(tx: Tx, lead_ids: Collection[int]) -> dict[int, str]:
    """The same of many leads."""
    found: dict[int, str] = {}
    for some in bulk.in_slices(sorted(lead_ids)):
        query = select(col(Lead.id), _WHOSE).where(col(Lead.corp) == tx.corp, col(Lead.id).in_(some))
        found |= {row[0]: row[1] for row in await tx.rows(query)}
    return found
