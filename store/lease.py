"""Taking work in hand: whoever takes a row holds it for a while, and a taker who died loses it to the next one.

The same few statements serve callbacks, messages, due instants and jobs, on SQLite and on PostgreSQL.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from store.columns import one_of
from store.queues import Due, Inbox, Job, Outbox
from store.tx import Tx, made

Work = TypeVar("Work", Inbox, Outbox, Due, Job)
LEASE = timedelta(seconds=60)


async def take(
    tx: Tx,
    table: type[Work],
    *,
    now: datetime,
    limit: int,
    state: str = "new",
    holding: tuple[str, ...] = ("new",),
    into: str | None = None,
    lanes: bool = True,
    lease: timedelta = LEASE,
) -> Sequence[Work]:
    """Take up to `limit` rows that are due, oldest first, and hold them until `now` + `lease`.

    With `lanes`, a row waits while an older row of its lane is in one of the `holding` states.
    `into` changes the state while taking. The rows come back with their new fencing number.
    """
    conditions = [
        col(table.corp) == tx.corp,
        one_of(table.state, (state,)),
        col(table.run_at) <= now,
        or_(col(table.lease_until).is_(None), col(table.lease_until) < now),
    ]
    if lanes:
        older = aliased(table)
        conditions.append(
            ~exists().where(
                and_(
                    col(older.corp) == tx.corp,
                    col(older.lane) == col(table.lane),
                    col(older.id) < col(table.id),
                    one_of(older.state, holding),
                )
            )
        )
    chosen = (
        select(col(table.id)).where(*conditions).order_by(col(table.id)).limit(limit).with_for_update(skip_locked=True)
    )
    changes: dict[str, Any] = {
        "lease_until": now + lease,
        "fence": col(table.fence) + 1,
        "attempts": col(table.attempts) + 1,
    }
    if into is not None:
        changes["state"] = into
    statement = update(table).where(col(table.id).in_(chosen)).values(**changes).returning(table)
    return sorted(made(table, await tx.execute(statement)), key=lambda row: row.id or 0)


async def settle(tx: Tx, row: Work, **changes: Any) -> bool:
    """Give the row back with its new state; False when somebody else has taken it since (then nothing is written)."""
    table = type(row)
    result = await tx.run(
        update(table)
        .where(col(table.corp) == tx.corp, col(table.id) == row.id, col(table.fence) == row.fence)
        .values(lease_until=None, **changes)
    )
    return result.rowcount == 1


async def release_dead(tx: Tx) -> int:
    """After a start of the only process of an embedded store: nobody holds anything any more. Returns how many."""
    count = 0
    for table, state in ((Inbox, "new"), (Due, "new"), (Job, "new"), (Outbox, "queued")):
        result = await tx.run(
            update(table)
            .where(col(table.corp) == tx.corp, col(table.state) == state, col(table.lease_until).is_not(None))
            .values(lease_until=None)
        )
        count += result.rowcount
    return count


def retry_at(attempts: int, *, now: datetime, most: int = 8) -> datetime | None:
    """When to try again after `attempts` failures: 1 s, 2 s, 4 s … at most 5 minutes apart; None after the last try."""
    if attempts >= most:
        return None
    return now + timedelta(seconds=min(2 ** (attempts - 1), 300))


async def hold(tx: Tx, row: Work, **changes: Any) -> bool:
    """Change a row that one holds, and go on holding it; False when somebody else has taken it since."""
    table = type(row)
    result = await tx.run(
        update(table)
        .where(col(table.corp) == tx.corp, col(table.id) == row.id, col(table.fence) == row.fence)
        .values(**changes)
    )
    return result.rowcount == 1
