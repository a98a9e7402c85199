"""A lead that nobody works on goes back: its owner loses it, the story stays, somebody else gets the chance."""

from datetime import datetime

from sqlmodel import col

from leads.lifecycle import MOVES
from leads.owner_facts import LeadRecycled
from store import leads
from store.tables import Lead
from store.tx import Tx


async def recycle(
    tx: Tx, lead_id: int, *, clock: str, label: str, onward: bool, rules_version: int, now: datetime
) -> LeadRecycled | None:
    """Take a lead from its owner because of a broken promise; None when nobody owns it, or it has become a deal."""
    lead = await leads.get_lead(tx, lead_id)
    if lead.owner_id is None or lead.stage not in MOVES["recycle"].before:
        return None
    await leads.change(
        tx, lead_id, col(Lead.owner_id) == lead.owner_id, owner_id=None, stage=MOVES["recycle"].after,
        next_step_at=None, next_step="", owned_at=None,
    )  # fmt: skip
    return LeadRecycled(
        lead_id=lead_id, at=now, owner_id=lead.owner_id, pool=lead.pool, clock=clock, label=label, onward=onward,
        rules_version=rules_version,
    )  # fmt: skip
