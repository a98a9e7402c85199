"""Pictures that wait to be read: whose they are, how many, and when they are forgotten."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlmodel import col

from store.queues import Photo
from store.tx import Tx


async def keep_photo(tx: Tx, member_id: str, *, platform: str, media_id: str, key: str, now: datetime) -> bool:
    """Have a member's picture read, once per key."""
    result = await tx.run(
        tx.insert(Photo)
        .values(
            corp=tx.corp, platform=platform, key=key, lane=member_id, media_id=media_id, received_at=now, run_at=now,
            state="new", attempts=0, fence=0, error="",
        )
        .on_conflict_do_nothing(index_elements=["corp", "key"])
    )  # fmt: skip
    tx.wake("photos")
    return result.rowcount == 1


async def count_waiting(tx: Tx, member_id: str) -> int:
    """How many pictures of a member are not read yet."""
    rows = await tx.rows(
        select(func.count()).where(col(Photo.corp) == tx.corp, col(Photo.lane) == member_id, col(Photo.state) == "new")
    )
    return int(rows[0][0])


async def forget_old(tx: Tx, *, before: datetime, limit: int) -> int:
    """Forget pictures that were read long ago; returns how many."""
    old = (
        select(col(Photo.id))
        .where(col(Photo.corp) == tx.corp, col(Photo.state) == "done", col(Photo.received_at) < before)
        .limit(limit)
    )
    return (await tx.run(delete(Photo).where(col(Photo.id).in_(old)))).rowcount
