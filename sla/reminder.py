"""The promised minute of a next step: one row per lead, moved when the promise moves."""

from datetime import datetime

from leads.facts import Fact, ReminderRang
from store import due, leads
from store.queues import Due
from store.tx import Tx


async def set_reminder(tx: Tx, lead_id: int) -> None:
    """Make the reminder agree with the lead's next step: none, or exactly one."""
    lead = await leads.get_lead(tx, lead_id)
    await due.cancel(tx, kind="remind", lead_id=lead_id)
    if lead.next_step_at is None or lead.owner_id is None or lead.stage not in leads.OPEN_STAGES:
        return
    at = lead.next_step_at
    await due.keep(
        tx,
        kind="remind",
        key=f"remind:{lead_id}:{at.isoformat()}",
        at=at,
        lead_id=lead_id,
        payload={"at": at.isoformat()},
    )


async def ring(tx: Tx, row: Due, *, now: datetime) -> list[Fact]:
    """The minute has come: nothing when the promise was kept, moved or given away meanwhile."""
    lead = await leads.find_lead(tx, row.lead_id or 0)
    if lead is None or lead.owner_id is None or lead.next_step_at is None or lead.stage not in leads.OPEN_STAGES:
        return []
    if lead.next_step_at.isoformat() != row.payload["at"]:
        return []
    return [ReminderRang(lead_id=row.lead_id or 0, at=now, owner_id=lead.owner_id, next_step_at=lead.next_step_at)]
