"""Callbacks that were acknowledged: stored once each before the platform hears "ok"."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlmodel import col

from store.queues import Inbox
from store.tx import Tx


async def store_event(tx: Tx, *, platform: str, key: str, lane: str, body: bytes, now: datetime) -> bool:
    """Keep a callback's body; False when this event is here already (a repeated delivery)."""
    result = await tx.run(
        tx.insert(Inbox)
        .values(
            corp=tx.corp, platform=platform, key=key, lane=lane, body=body, received_at=now, run_at=now, state="new",
            attempts=0, fence=0, error="",
        )
        .on_conflict_do_nothing(index_elements=["corp", "key"])
    )  # fmt: skip
    tx.wake("inbox")
    return result.rowcount == 1


async def count_open(tx: Tx) -> tuple[int, datetime | None]:
    """How many events wait, and since when the oldest does."""
    row = (
        await tx.rows(
            select(func.count(), func.min(col(Inbox.received_at))).where(
                col(Inbox.corp) == tx.corp, col(Inbox.state) == "new"
            )
        )
    )[0]
    return row[0], row[1]


async def purge(tx: Tx, *, before: datetime, limit: int = 5000) -> int:
    """Forget handled bodies older than `before`; returns how many."""
    old = (
        select(col(Inbox.id))
        .where(col(Inbox.corp) == tx.corp, col(Inbox.state) == "done", col(Inbox.received_at) < before)
        .limit(limit)
    )
    result = await tx.run(delete(Inbox).where(col(Inbox.id).in_(old)))
    return result.rowcount
