"""Messages to send and those that went, looked at: by state, by person, counted.

What people look through leaves out what a room to practise in was told (see store/practice.py): it is about nobody.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import (
    bindparam,
    exists,
    func,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from store.columns import Utc, one_of
from store.outbox import OLDEST, arrived
from store.queues import Outbox
from store.tx import Tx


async def list_by_state(tx: Tx, state: str | None, *, before: int | None = None, limit: int = 50) -> Sequence[Outbox]:
    """Messages in one state (or all), newest first, older than the id `before`."""
    query = select(Outbox).where(col(Outbox.corp) == tx.corp, col(Outbox.room) == "")
    if state is not None:
        query = query.where(col(Outbox.state) == state)
    if before is not None:
        query = query.where(col(Outbox.id) < before)
    return await tx.all(query.order_by(col(Outbox.id).desc()).limit(limit))


async def get_message(tx: Tx, message_id: int) -> Outbox | None:
    """One message of this company, or None."""
    return await tx.first(select(Outbox).where(col(Outbox.corp) == tx.corp, col(Outbox.id) == message_id))


async def list_undelivered(tx: Tx, *, limit: int = 10) -> Sequence[Outbox]:
    """What did not reach its person and waits for somebody to look: failed and unknown, newest first."""
    found: list[Outbox] = []
    for state in ("failed", "unknown"):  # each in the order of its index
        found += await tx.all(
            select(Outbox)
            .where(
                col(Outbox.corp) == tx.corp, col(Outbox.state) == state, col(Outbox.purpose) != "refresh",
                col(Outbox.room) == "",
            )
            .order_by(col(Outbox.id).desc())
            .limit(limit)
        )  # fmt: skip
    return sorted(found, key=lambda row: row.id or 0, reverse=True)[:limit]


async def list_reached(tx: Tx, lead_id: int, *, limit: int = 20) -> Sequence[Outbox]:
    """What a customer was, or will be, sent by us: the latest first."""
    found = await tx.all(
        select(Outbox).where(
            col(Outbox.corp) == tx.corp, col(Outbox.lead_id) == lead_id, one_of(Outbox.purpose, ("reach",))
        )
    )
    return sorted(found, key=lambda row: row.id or 0, reverse=True)[:limit]


async def count_waiting(tx: Tx, lane: str, card: str) -> int:
    """How many new messages of one card wait for a place."""
    rows = await tx.rows(
        select(func.count()).where(
            col(Outbox.corp) == tx.corp,
            col(Outbox.lane) == lane,
            col(Outbox.card) == card,
            col(Outbox.state) == "queued",
            col(Outbox.purpose) == "ring",
        )
    )
    return int(rows[0][0])


_ASKED_SINCE = (
    select(col(Outbox.lane), func.count())
    .where(
        col(Outbox.corp) == bindparam("corp"),
        col(Outbox.lane).in_(bindparam("lanes", expanding=True)),
        col(Outbox.card) == bindparam("card"),
        col(Outbox.purpose) == "ring",
        col(Outbox.created_at) >= bindparam("since"),
    )
    .group_by(col(Outbox.lane))
)


async def shown_last(tx: Tx, lane: str, *, without: Sequence[str]) -> tuple[str, int | None] | None:
    """(card, its lead) of the newest message to a place, those of some cards aside."""
    query = (
        select(col(Outbox.created_at), col(Outbox.id), col(Outbox.card), col(Outbox.lead_id))
        .where(
            col(Outbox.corp) == tx.corp, col(Outbox.lane) == lane, col(Outbox.purpose) == "ring",
            col(Outbox.card).not_in(tuple(without)),
        )
        .order_by(col(Outbox.created_at).desc())
        .limit(8)
    )  # fmt: skip
    found = max(await tx.rows(query), key=lambda row: (row[0], row[1]), default=None)
    return (found[2], found[3]) if found is not None else None


async def count_asked_since(tx: Tx, lane: str, card: str, since: datetime) -> int:
    """How many new messages of one card a place was to get since an instant."""
    return (await count_each_asked_since(tx, [lane], card, since)).get(lane, 0)


async def count_each_asked_since(tx: Tx, lanes: Sequence[str], card: str, since: datetime) -> dict[str, int]:
    """The same for many places: those that were to get one."""
    rows = await tx.rows(_ASKED_SINCE, lanes=tuple(lanes), card=card, since=since)
    return {row[0]: row[1] for row in rows}


async def count_clocks_since(tx: Tx, lane: str, since: datetime) -> int:
    """How many cards of promises a place was to get since an instant."""
    rows = await tx.rows(
        select(func.count()).where(
            col(Outbox.corp) == tx.corp,
            col(Outbox.lane) == lane,
            col(Outbox.created_at) >= since,
            col(Outbox.purpose) == "ring",
            col(Outbox.card).startswith("clock:"),
        )
    )
    return int(rows[0][0])


async def count_by_state(tx: Tx) -> dict[str, int]:
    """How many messages are in each state; of those that are over, what a practice was told is counted as well."""
    over = (
        select(col(Outbox.state), func.count())
        .where(col(Outbox.corp) == tx.corp, col(Outbox.state).in_(("sent", "stopped")))
        .group_by(col(Outbox.state))
    )
    return {row[0]: row[1] for row in await tx.rows(over)} | await count_open(tx)


async def count_open(tx: Tx) -> dict[str, int]:
    """How many messages are in each state in which something is still to be done; what arrived is not counted."""
    rows = await tx.rows(
        select(col(Outbox.state), func.count())
        .where(
            col(Outbox.corp) == tx.corp, col(Outbox.state).in_(("failed", "unknown", "queued", "sending")),
            col(Outbox.room) == "",
        )
        .group_by(col(Outbox.state))
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


async def oldest_waiting(tx: Tx) -> datetime | None:
    """Since when the oldest message waits to be sent; one to a customer waits for its day."""
    rows = await tx.rows(
        select(func.min(col(Outbox.created_at))).where(
            col(Outbox.corp) == tx.corp, col(Outbox.state).in_(("queued", "sending")), col(Outbox.purpose) != "reach",
            col(Outbox.room) == "",
        )
    )  # fmt: skip
    found: datetime | None = rows[0][0]
    return found


async def oldest_sendable(tx: Tx, *, now: datetime) -> datetime | None:
    """Since when the oldest message that could be sent now waits; one that waits for its next try holds its lane."""
    older = aliased(Outbox)
    rows = await tx.rows(
        select(func.min(col(Outbox.run_at))).where(
            col(Outbox.corp) == tx.corp,
            one_of(Outbox.state, ("queued",)),
            col(Outbox.run_at) <= now,
            ~exists().where(
                col(older.corp) == tx.corp,
                col(older.lane) == col(Outbox.lane),
                col(older.id) < col(Outbox.id),
                col(older.state).in_(("queued", "sending")),
            ),
        )
    )
    found: datetime | None = rows[0][0]
    return found


async def sent_instants(tx: Tx, *, now: datetime, since: datetime) -> Sequence[tuple[str, datetime]]:
    """(lane, instant) of the new messages sent since then: what the limiter starts from."""
    rows = await tx.rows(
        select(col(Outbox.lane), type_coerce(arrived(now), Utc)).where(
            col(Outbox.corp) == tx.corp, col(Outbox.first_sent_at) >= since, col(Outbox.updating).is_(False)
        )
    )
    return [(lane, at) for lane, at in rows]


async def sent_to(tx: Tx, lanes: Collection[str], *, now: datetime, since: datetime) -> Sequence[tuple[str, datetime]]:
    """(lane, instant) of the new messages sent to some places since then."""
    rows = await tx.rows(
        select(col(Outbox.lane), type_coerce(arrived(now), Utc)).where(
            col(Outbox.corp) == tx.corp,
            col(Outbox.lane).in_(lanes),
            col(Outbox.created_at) >= now - OLDEST,
            col(Outbox.first_sent_at) >= since,
            col(Outbox.updating).is_(False),
        )
    )
    return [(lane, at) for lane, at in rows]
