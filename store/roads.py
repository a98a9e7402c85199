"""How much a road to customers has carried lately, and by which of them somebody waits; the rows are the truth."""

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, literal_column, or_, select, update
from sqlmodel import col

from config.nurture import CHANNELS
from store.columns import Utc, one_of
from store.messages import get_message
from store.queues import Outbox
from store.tx import Tx

LONGEST_CALL = timedelta(minutes=5)  # between the note that a message is on its way and the note of its end

# written out: SQLite uses a partial index only where it reads the index's own condition
_reach: ColumnElement[str] = literal_column("'reach'")
_queued: ColumnElement[str] = literal_column("'queued'")

_WAITING = (
    select(col(Outbox.platform))
    .where(
        col(Outbox.corp) == bindparam("corp"),
        col(Outbox.platform).in_(CHANNELS),
        col(Outbox.purpose) == _reach,
        col(Outbox.state) == _queued,
        col(Outbox.run_at) <= bindparam("now", type_=Utc),
    )
    .group_by(col(Outbox.platform))
)
_SPENT = select(func.count()).where(
    col(Outbox.corp) == bindparam("corp"),
    col(Outbox.platform) == bindparam("road"),
    col(Outbox.purpose) == _reach,
    col(Outbox.state) != _queued,
    col(Outbox.state) != "stopped",
    col(Outbox.run_at) > bindparam("begun", type_=Utc),
    or_(
        one_of(Outbox.state, ("sending",)),
        func.coalesce(col(Outbox.sent_at), col(Outbox.run_at)) > bindparam("since", type_=Utc),
    ),
)


async def list_waiting(tx: Tx, *, now: datetime) -> list[str]:
    """The roads by which a message is due."""
    return [row[0] for row in await tx.rows(_WAITING, now=now)]


async def count_spent(tx: Tx, road: str, *, since: datetime) -> int:
    """How many messages went by a road since then, by whichever server; what is under way counts as just now."""
    rows = await tx.rows(_SPENT, road=road, since=since, begun=since - LONGEST_CALL)
    return int(rows[0][0])


async def count_unsure(tx: Tx) -> list[tuple[str, int]]:
    """(road, how many) of the messages to customers of which nobody knows whether they arrived."""
    rows = await tx.rows(
        select(col(Outbox.platform), func.count())
        .where(col(Outbox.corp) == tx.corp, col(Outbox.purpose) == _reach, one_of(Outbox.state, ("unknown",)))
        .group_by(col(Outbox.platform))
        .order_by(col(Outbox.platform))
    )
    return [(road, count) for road, count in rows]


async def count_failed(tx: Tx, *, since: datetime) -> list[tuple[str, int]]:
    """(road, how many) of the messages to customers that have not arrived since then, and will not."""
    rows = await tx.rows(
        select(col(Outbox.platform), func.count())
        .where(
            col(Outbox.corp) == tx.corp, col(Outbox.platform).in_(CHANNELS), col(Outbox.purpose) == _reach,
            col(Outbox.state) != _queued,
            one_of(Outbox.state, ("failed",)), col(Outbox.run_at) > since,
        )
        .group_by(col(Outbox.platform))
        .order_by(col(Outbox.platform))
    )  # fmt: skip
    return [(road, count) for road, count in rows]


async def decide_unsure(tx: Tx, roads: Collection[str], *, again: bool, now: datetime) -> int:
    """A person has decided about all of them: send them once more, or leave them as they are; returns how many."""
    changes = (
        {"state": "queued", "attempts": 0, "run_at": now, "body": None, "error": ""}
        if again
        else {"state": "sent", "error": "不知道送没送到,有人决定不再发"}
    )
    result = await tx.run(
        update(Outbox)
        .where(
            col(Outbox.corp) == tx.corp, col(Outbox.purpose) == _reach, one_of(Outbox.state, ("unknown",)),
            col(Outbox.platform).in_(roads),
        )
        .values(lease_until=None, **changes)
    )  # fmt: skip
    tx.wake("reach")
    return result.rowcount


_BY_NUMBER = (
    select(Outbox)
    .where(
        col(Outbox.corp) == bindparam("corp"),
        col(Outbox.platform) == bindparam("road"),
        col(Outbox.purpose) == _reach,
        col(Outbox.platform_id) == bindparam("number"),
        col(Outbox.platform_id) != literal_column("''"),
    )
    .limit(1)
)


async def find_by_number(tx: Tx, road: str, number: str) -> Outbox | None:
    """The message that a provider knows by that number, or None."""
    return await tx.first(_BY_NUMBER, road=road, number=number)


async def note_returned(tx: Tx, row: Outbox, *, cause: str) -> bool:
    """A message that had gone out, or may have, did not arrive; False when that is known already."""
    result = await tx.run(
        update(Outbox)
        .where(col(Outbox.corp) == tx.corp, col(Outbox.id) == row.id, col(Outbox.state).in_(("sent", "unknown")))
        .values(state="failed", error=f"退回来了({cause})" if cause else "退回来了", lease_until=None)
    )
    return result.rowcount == 1


def ref_of(tx: Tx, row: Outbox) -> str:
    """What the world may know of a message: its number, and a mark that only we can make."""
    return f"m{row.id}-{tx.keys.blind('reach', row.key).hex()[:24]}"


async def find_by_ref(tx: Tx, ref: str) -> Outbox | None:
    """The message that went out under that name, or None for one that somebody made up."""
    number = ref[1:].partition("-")[0]
    row = await get_message(tx, int(number)) if number.isdecimal() and len(number) < 18 else None
    return row if row is not None and hmac.compare_digest(ref_of(tx, row).encode(), ref.encode()) else None
