"""Two colleagues and one customer: open disputes, and what the manager decided."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import col

from store.tables import TimelineItem
from store.twin import Dispute
from store.tx import Tx


async def find_dispute(tx: Tx, dispute_id: int) -> Dispute | None:
    """The dispute with that id."""
    return await tx.first(select(Dispute).where(col(Dispute.corp) == tx.corp, col(Dispute.id) == dispute_id))


async def find_open(tx: Tx, lead_id: int) -> Dispute | None:
    """The undecided dispute about a lead."""
    return await tx.first(
        select(Dispute).where(
            col(Dispute.corp) == tx.corp, col(Dispute.lead_id) == lead_id, col(Dispute.decided_at).is_(None)
        )
    )


async def decide(tx: Tx, dispute_id: int, *, winner_id: str, by: str | None, now: datetime) -> bool:
    """Write down who was right; False when it was decided before."""
    result = await tx.run(
        update(Dispute)
        .where(col(Dispute.corp) == tx.corp, col(Dispute.id) == dispute_id, col(Dispute.decided_at).is_(None))
        .values(winner_id=winner_id, decided_by=by, decided_at=now)
    )
    return result.rowcount == 1


async def touches(tx: Tx, lead_id: int, member_id: str) -> tuple[datetime | None, datetime | None, int]:
    """(first, last, how many) acts of a member on a lead: claims, entries, follow-ups."""
    rows = await tx.rows(
        select(func.min(col(TimelineItem.at)), func.max(col(TimelineItem.at)), func.count()).where(
            col(TimelineItem.corp) == tx.corp, col(TimelineItem.lead_id) == lead_id,
            col(TimelineItem.by) == member_id,
            col(TimelineItem.kind).in_(("captured", "enquired", "claimed", "assigned", "followup_logged")),
        )
    )  # fmt: skip
    first, last, count = rows[0]
    return first, last, int(count)
