"""Taking work in hand: whoever takes a row holds it for a while, and a taker who died loses it to the next one.

The same few statements serve callbacks, messages, due instants and jobs, on SQLite and on PostgreSQL.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, TypeVar

from sqlalchemy import ColumnElement, Update, and_, bindparam, exists, func, literal_column, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col

from store.batch import ImportBatch
from store.columns import Utc, one_of
from store.queues import ConnectorCall, Due, Inbox, Job, Outbox, Photo
from store.tx import TAKEOVER, Tx, made
from store.webhook import WebhookDelivery

Work = TypeVar("Work", Inbox, Outbox, Due, Job, Photo, ImportBatch, ConnectorCall, WebhookDelivery)
LEASE = TAKEOVER
FAST = "welcome"  # the card that has seconds: other messages never stand before it
# welcome: what has seconds; chat: all else that goes to colleagues; told: both; reach: what customers hear from us
Messages = Literal["welcome", "chat", "told", "reach"]


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
    of: Messages | None = None,
    platform: str = "",
) -> Sequence[Work]:
    """Take up to `limit` rows that are due, oldest first, and hold them until `now` + `tx.takeover`.

    With `lanes`, a row waits while an older row of its lane is in one of the `holding` states. Without, the oldest is
    the one that has been due longest: a million rows that wait for their day are not looked through.
    `of`: which messages are meant (of those to customers, the one that has been due longest comes first); with
    `platform` only those that go by it.
    `into` changes the state while taking. The rows come back with their new fencing number.
    """
    statement = _taking(table, state, holding, into, lanes, of, bool(platform), tx.dialect)
    values = {"of_corp": tx.corp, "now": now, "until": now + tx.takeover, "most": limit}
    taken = await tx.execute(statement, {**values, "of_platform": platform} if platform else values)
    return sorted(made(table, taken), key=lambda row: row.id or 0)


@cache
def _taking(
    table: type[Work],
    state: str,
    holding: tuple[str, ...],
    into: str | None,
    lanes: bool,
    of: Messages | None,
    by: bool,
    dialect: str,
) -> ReturningUpdate[Any]:
    now = bindparam("now", type_=Utc)
    conditions = [
        col(table.corp) == bindparam("of_corp"),
        one_of(table.state, (state,)),
        col(table.run_at) <= now,
        or_(col(table.lease_until).is_(None), col(table.lease_until) < now),
    ]
    if of is not None:  # written out: SQLite uses a partial index only where it reads the index's own condition
        reach: ColumnElement[str] = literal_column("'reach'")
        conditions.append((col(Outbox.purpose) == reach) if of == "reach" else (col(Outbox.purpose) != reach))
    if by:
        conditions.append(col(Outbox.platform) == bindparam("of_platform"))
    if of in ("welcome", "chat"):
        conditions.append((col(Outbox.card) == FAST) if of == "welcome" else (col(Outbox.card) != FAST))
    if lanes:
        other = aliased(table)
        holds = and_(col(other.corp) == bindparam("of_corp"), one_of(other.state, holding))
        older = and_(holds, col(other.lane) == col(table.lane), col(other.id) < col(table.id))
        firsts = func.any(
            func.array(select(func.min(other.id)).where(holds).group_by(col(other.lane)).scalar_subquery())
        )
        # SQLite looks at one row after the other until it has enough; PostgreSQL, where its figures are older than a
        # flood, would look for an older row of each among all that wait
        at_once = dialect == "postgresql" and state in holding
        conditions.append(col(table.id) == firsts if at_once else ~exists().where(older))
    chosen = (
        select(col(table.id))
        .where(*conditions)
        .order_by(*([col(table.id)] if lanes else [col(table.run_at), col(table.id)]))
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("chosen")  # chosen once: PostgreSQL might otherwise look again while it changes, and take more
    )
    changes: dict[str, Any] = {
        "lease_until": bindparam("until", type_=Utc),
        "fence": col(table.fence) + 1,
        "attempts": col(table.attempts) + 1,
    }
    if into is not None:
        changes["state"] = into
    return update(table).where(col(table.id).in_(select(chosen.c.id))).values(**changes).returning(table)


async def settle(tx: Tx, row: Work, **changes: Any) -> bool:
    """Give the row back with its new state; False when somebody else has taken it since (then nothing is written)."""
    return await hold(tx, row, lease_until=None, **changes)


async def release_dead(tx: Tx) -> int:
    """After a start of the only process of an embedded store: nobody holds anything any more. Returns how many."""
    count = 0
    for table, state in (
        (Inbox, "new"),
        (Due, "new"),
        (Job, "new"),
        (Photo, "new"),
        (ConnectorCall, "new"),
        (WebhookDelivery, "new"),
        (Outbox, "queued"),
        (ImportBatch, "checking"),
        (ImportBatch, "running"),
        (ImportBatch, "undoing"),
    ):
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
    held = {"of_corp": tx.corp, "of_id": row.id, "of_fence": row.fence}
    return (await tx.execute(_held(type(row)), {**held, **changes})).rowcount == 1


@cache
def _held(table: type[Work]) -> Update:
    return update(table).where(
        col(table.corp) == bindparam("of_corp"),
        col(table.id) == bindparam("of_id"),
        col(table.fence) == bindparam("of_fence"),
    )
