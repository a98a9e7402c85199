"""Leads by their first source, and which of them sales has called invalid in a period."""

from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import col

from store.columns import one_of
from store.tables import Lead, TimelineItem
from store.tx import Tx


async def captured(tx: Tx, begin: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """source → (leads captured in [begin, end), how many of them are invalid by now)."""
    rows = await tx.rows(
        select(col(Lead.source), func.count(), func.sum(case((col(Lead.stage) == "invalid", 1), else_=0)))
        .where(col(Lead.corp) == tx.corp, col(Lead.created_at) >= begin, col(Lead.created_at) < end)
        .group_by(col(Lead.source))
    )
    return {source: (int(count), int(gone or 0)) for source, count, gone in rows}


async def called_invalid(tx: Tx, begin: datetime, end: datetime) -> list[tuple[str, str]]:
    """(source, reason) of every lead that is invalid because of what was said in [begin, end)."""
    said = (
        select(col(TimelineItem.lead_id))
        .where(
            col(TimelineItem.corp) == tx.corp, one_of(TimelineItem.kind, ("disqualified",)),
            col(TimelineItem.at) >= begin, col(TimelineItem.at) < end,
        )
    )  # fmt: skip
    rows = await tx.rows(
        select(col(Lead.source), col(Lead.closed_reason)).where(
            col(Lead.corp) == tx.corp, col(Lead.stage) == "invalid", col(Lead.id).in_(said)
        )
    )
    return [(source, reason) for source, reason in rows]
