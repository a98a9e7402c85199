"""Who works with the bot: what each member opened and did last, and which promises were kept after a reminder."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from store.office import AuditItem
from store.reached import during
from store.tables import Clock, TimelineItem
from store.tx import Tx


async def last_opened(tx: Tx, member_id: str) -> datetime | None:
    """When a member opened a lead last."""
    rows = await tx.rows(
        select(func.max(col(AuditItem.at))).where(
            col(AuditItem.corp) == tx.corp, col(AuditItem.by) == member_id, col(AuditItem.act) == "view"
        )
    )
    found: datetime | None = rows[0][0]
    return found


async def last_done(tx: Tx, member_id: str) -> tuple[str, datetime] | None:
    """(kind of fact, when) of what a member did last."""
    rows = await tx.rows(
        select(col(TimelineItem.kind), func.max(col(TimelineItem.at)))
        .where(col(TimelineItem.corp) == tx.corp, col(TimelineItem.by) == member_id)
        .group_by(col(TimelineItem.kind))
    )
    return max(((kind, at) for kind, at in rows), key=lambda one: one[1], default=None)


async def kept_after_a_reminder(tx: Tx, begin: datetime, end: datetime) -> tuple[int, int]:
    """(promises kept in [begin, end), those of them for which somebody had been reminded before)."""
    rows = await tx.rows(
        select(col(Clock.steps)).where(
            col(Clock.corp) == tx.corp,
            *during(tx, Clock.settled_at, begin, end),
            col(Clock.held) == 1,
        )
    )
    return len(rows), sum(any(step.get("tell") for step in row[0] or ()) for row in rows)
