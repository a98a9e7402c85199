"""Callbacks that were acknowledged: stored once each before the platform hears "ok"."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import col

from store.columns import instant_text, one_of
from store.queues import Inbox
from store.tx import Tx, insert_for

BODY = "inbox.body"  # as which bodies are sealed
PLAIN = (
    "INSERT INTO inbox (corp, platform, key, lane, body, received_at, run_at, state, attempts, fence, error) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, 'new', 0, 0, '') ON CONFLICT (corp, key) DO NOTHING"
)


@dataclass(frozen=True)
class Arrived:
    """A verified callback: `key` makes a repeated delivery the same event, `lane` keeps a sender's events in order."""

    platform: str
    key: str
    lane: str
    body: bytes = field(repr=False)
    at: datetime


async def store_events(tx: Tx, arrived: Sequence[Arrived]) -> list[bool]:
    """Keep the bodies of callbacks; False for an event that is here already (a repeated delivery)."""
    new = tx.each(PLAIN, (_plain(tx, one) for one in arrived))
    if new is None:
        new = await _store_by_names(tx, arrived)
    tx.wake("inbox")
    return new


def _plain(tx: Tx, one: Arrived) -> tuple[Any, ...]:
    at = instant_text(one.at)
    return tx.corp, one.platform, one.key, one.lane, tx.keys.seal(one.body, BODY), at, at


async def _store_by_names(tx: Tx, arrived: Sequence[Arrived]) -> list[bool]:
    rows = [
        {
            "corp": tx.corp, "platform": one.platform, "key": one.key, "lane": one.lane, "body": one.body,
            "received_at": one.at, "run_at": one.at, "state": "new", "attempts": 0, "fence": 0, "error": "",
        }
        for one in arrived
    ]  # fmt: skip
    new = set((await tx.execute(_storing(tx.dialect), rows)).scalars())
    found = []
    for one in arrived:
        found.append(one.key in new)
        new.discard(one.key)
    return found


@cache
def _storing(dialect: str) -> ReturningInsert[str]:
    statement = insert_for(dialect, Inbox).on_conflict_do_nothing(index_elements=["corp", "key"])
    return statement.returning(col(Inbox.key))


async def is_open(tx: Tx, key: str) -> bool:
    """Whether the event of this key still waits to be handled."""
    found = await tx.first(
        select(col(Inbox.id)).where(col(Inbox.corp) == tx.corp, col(Inbox.key) == key, col(Inbox.state) == "new")
    )
    return found is not None


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


async def oldest_open(tx: Tx, *, now: datetime) -> datetime | None:
    """Since when the oldest event that could be handled now waits; one that waits for its next try holds its lane."""
    first = (
        select(func.min(col(Inbox.id)))
        .where(col(Inbox.corp) == tx.corp, one_of(Inbox.state, ("new",)))
        .group_by(col(Inbox.lane))
    )
    rows = await tx.rows(
        select(func.min(col(Inbox.received_at))).where(
            col(Inbox.corp) == tx.corp, col(Inbox.id).in_(first), col(Inbox.run_at) <= now
        )
    )
    found: datetime | None = rows[0][0]
    return found


async def purge(tx: Tx, *, before: datetime, limit: int = 5000) -> int:
    """Forget handled bodies older than `before`; returns how many."""
    # the newest row stays: its number names messages, and SQLite would give it again
    newest = select(func.max(col(Inbox.id))).where(col(Inbox.corp) == tx.corp).scalar_subquery()
    old = (
        select(col(Inbox.id))
        .where(
            col(Inbox.corp) == tx.corp,
            col(Inbox.state) == "done",
            col(Inbox.received_at) < before,
            col(Inbox.id) < newest,
        )
        .limit(limit)
    )
    result = await tx.run(delete(Inbox).where(col(Inbox.id).in_(old)))
    return result.rowcount
