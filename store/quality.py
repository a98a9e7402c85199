"""Leads by their first source, and which of them sales has called invalid in a period.

Who was erased because they asked for it tells nothing of their source.
"""

from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlmodel import col

from store.columns import one_of
from store.erasure import REASON
from store.reached import Reached
from store.tables import Lead, TimelineItem
from store.tx import Tx

_INVALID = and_(col(Lead.stage) == "invalid", col(Lead.closed_reason) != REASON)


async def captured(tx: Tx, begin: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """source → (leads captured in [begin, end), how many of them are invalid by now)."""
    its = and_(col(Lead.corp) == Reached.corp, col(Lead.id) == Reached.lead_id)
    rows = await tx.rows(
        select(col(Reached.source), func.count(), func.sum(case((_INVALID, 1), else_=0)))
        .join(Lead, its)
        .where(col(Reached.corp) == tx.corp, col(Reached.captured_at) >= begin, col(Reached.captured_at) < end)
        .group_by(col(Reached.source))
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
            col(Lead.corp) == tx.corp, _INVALID, col(Lead.id).in_(said)
        )
    )
    return [(source, reason) for source, reason in rows]
