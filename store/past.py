"""What happened to leads in a period, read to be lived through again by other rules; nothing here changes anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from store.tables import BehaviourRow, Lead, TimelineItem
from store.tx import Tx

# What people and customers did; what rules did (mql, assigned by a rule, recycled …) is worked out anew.
DONE = (
    "enquired", "mql", "claimed", "assigned", "transferred", "released", "followup_logged", "node_reached",
    "next_step_set", "reminded",
    "qualified", "nurtured", "fell_asleep", "disqualified", "opportunity_opened", "opportunity_won",
    "opportunity_lost", "opportunity_reopened",
)  # fmt: skip


@dataclass(frozen=True)
class Deed:
    """A behaviour, as it was counted."""

    kind: str
    weight: float
    at: datetime


@dataclass(frozen=True)
class Happened:
    """A fact that somebody (`by`) brought about; `owner` is who had the lead afterwards, where it tells."""

    kind: str
    at: datetime
    owner: str | None = None
    by: str | None = None
    node: str = ""
    stage: str = ""  # in which it left the lead, where it tells


@dataclass
class Life:
    """A lead with all that happened to it."""

    lead: Lead
    deeds: list[Deed] = field(default_factory=list)
    facts: list[Happened] = field(default_factory=list)


async def list_lives(tx: Tx, begin: datetime, end: datetime, *, after: int, limit: int) -> list[Life]:
    """Leads that came in [begin, end) with what happened to them, in order of their numbers, those after an id."""
    found = await tx.all(
        select(Lead)
        .where(
            col(Lead.corp) == tx.corp, col(Lead.id) > after, col(Lead.created_at) >= begin, col(Lead.created_at) < end
        )
        .order_by(col(Lead.id))
        .limit(limit)
    )
    return await _lives(tx, found)


async def list_last_lives(tx: Tx, *, limit: int) -> list[Life]:
    """The last leads, oldest first, with what happened to them."""
    found = await tx.all(select(Lead).where(col(Lead.corp) == tx.corp).order_by(col(Lead.id).desc()).limit(limit))
    return await _lives(tx, found[::-1])


async def _lives(tx: Tx, found: Sequence[Lead]) -> list[Life]:
    lives = {lead.id or 0: Life(lead) for lead in found}
    for first in range(0, len(found), 500):
        ids = [lead.id or 0 for lead in found[first : first + 500]]
        for lead_id, kind, at, by, data in await tx.rows(
            select(
                col(TimelineItem.lead_id), col(TimelineItem.kind), col(TimelineItem.at), col(TimelineItem.by),
                col(TimelineItem.data),
            )
            .where(
                col(TimelineItem.corp) == tx.corp, col(TimelineItem.lead_id).in_(ids), col(TimelineItem.kind).in_(DONE)
            )
            .order_by(col(TimelineItem.lead_id), col(TimelineItem.id))
        ):  # fmt: skip
            if (kind == "mql" and by is None) or (kind == "assigned" and data.get("rule")):
                continue
            if kind == "followup_logged" and not data.get("contact", True):
                continue
            lives[lead_id].facts.append(
                Happened(
                    kind, at, data.get("to") or data.get("owner"), by, data.get("node", ""), data.get("lead_stage", "")
                )
            )
        for lead_id, kind, weight, at in await tx.rows(
            select(col(BehaviourRow.lead_id), col(BehaviourRow.kind), col(BehaviourRow.weight), col(BehaviourRow.at))
            .where(col(BehaviourRow.corp) == tx.corp, col(BehaviourRow.lead_id).in_(ids))
            .order_by(col(BehaviourRow.lead_id), col(BehaviourRow.at), col(BehaviourRow.id))
        ):
            lives[lead_id].deeds.append(Deed(kind, weight, at))
    return list(lives.values())
