"""Who registered for which event, and who came."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, select, update
from sqlmodel import col

from store.origin import Attendance, Campaign
from store.tx import Tx


async def note(
    tx: Tx, campaign_id: int, lead_id: int, *, registered_at: datetime | None = None, came_at: datetime | None = None,
    way: str = "",
) -> bool:  # fmt: skip
    """Note a registration or an arrival, the first one only; False when it was noted before."""
    row = {"corp": tx.corp, "campaign_id": campaign_id, "lead_id": lead_id, "registered_at": None, "came_at": None}
    await tx.run(
        tx.insert(Attendance)
        .values(**row, way="")
        .on_conflict_do_nothing(index_elements=["corp", "campaign_id", "lead_id"])
    )
    column = col(Attendance.came_at) if came_at is not None else col(Attendance.registered_at)
    values = {"came_at": came_at, "way": way} if came_at is not None else {"registered_at": registered_at}
    changed = await tx.run(
        update(Attendance)
        .where(
            col(Attendance.corp) == tx.corp,
            col(Attendance.campaign_id) == campaign_id,
            col(Attendance.lead_id) == lead_id,
            column.is_(None),
        )
        .values(**values)
    )
    return changed.rowcount == 1


async def came_since(tx: Tx, campaign_id: int, since: datetime) -> Sequence[int]:
    """The leads who came to an event from an instant on, in the order in which they came."""
    return await tx.all(
        select(col(Attendance.lead_id))
        .where(
            col(Attendance.corp) == tx.corp,
            col(Attendance.campaign_id) == campaign_id,
            col(Attendance.came_at) >= since,
        )
        .order_by(col(Attendance.came_at), col(Attendance.lead_id))
    )


async def count(tx: Tx, campaign_id: int) -> tuple[int, int]:
    """How many registered, how many came."""
    rows = await tx.rows(
        select(func.count(col(Attendance.registered_at)), func.count(col(Attendance.came_at))).where(
            col(Attendance.corp) == tx.corp, col(Attendance.campaign_id) == campaign_id
        )
    )
    return int(rows[0][0]), int(rows[0][1])


async def events_of(tx: Tx, lead_id: int, *, came: bool) -> Sequence[tuple[int, str]]:
    """(event, its first day or "") of what a lead has registered for, or (`came`) has been at."""
    column = Attendance.came_at if came else Attendance.registered_at
    rows = await tx.rows(
        select(col(Attendance.campaign_id), col(Campaign.starts_on))
        .join(
            Campaign, and_(col(Campaign.corp) == col(Attendance.corp), col(Campaign.id) == col(Attendance.campaign_id))
        )
        .where(col(Attendance.corp) == tx.corp, col(Attendance.lead_id) == lead_id, col(column).is_not(None))
        .order_by(col(Attendance.campaign_id))
    )
    return [(row[0], row[1]) for row in rows]
