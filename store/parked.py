"""Work that was given up after its last try: seen with its cause, and put back to work once that is mended."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select, update
from sqlmodel import col

from store.queues import Due, Inbox
from store.tx import Tx

Work = TypeVar("Work", Inbox, Due)


async def list_parked(tx: Tx, table: type[Work], *, limit: int = 200) -> Sequence[Work]:
    """What was given up (Inbox: acknowledged callbacks, Due: instants), newest first."""
    return await tx.all(
        select(table)
        .where(col(table.corp) == tx.corp, col(table.state) == "parked")
        .order_by(col(table.id).desc())
        .limit(limit)
    )


async def rerun(tx: Tx, table: type[Work], row_id: int, *, now: datetime) -> bool:
    """Put a parked row back to work; False when it is not parked."""
    result = await tx.run(
        update(table)
        .where(col(table.corp) == tx.corp, col(table.id) == row_id, col(table.state) == "parked")
        .values(state="new", attempts=0, run_at=now, lease_until=None)
    )
    tx.wake("inbox" if table is Inbox else "due")
    return result.rowcount == 1
