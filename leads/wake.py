"""A sleeping lead shows interest: it wakes, its old owner has it first, and the pool gets it when they do not act."""

from datetime import datetime

from config.rules import Rules
from leads.facts import BecameMql, Fact
from leads.lifecycle import MOVES
from leads.owner_facts import LeadReleased
from leads.reach_facts import LeadWoke
from store import leads, timeline
from store.leads import find_lead
from store.members import find_member
from store.tables import Lead
from store.tx import Tx

SILENT = "醒来后没有人跟进"


async def wake(tx: Tx, lead: Lead, *, what: str, rules: Rules, now: datetime) -> tuple[Fact, ...]:
    """Wake a dormant lead; () for any other. `what` they did, as the card says it (打开「价格页」)."""
    if lead.stage not in MOVES["wake"].before or lead.id is None:
        return ()
    slept = await timeline.list_last(tx, lead.id, ("fell_asleep",), limit=1)
    since = slept[0].at if slept else lead.touched_at or lead.created_at
    owner = await find_member(tx, lead.owner_id) if lead.owner_id else None
    theirs = owner is not None and owner.state == "active"
    lead.stage = MOVES["assign"].after if theirs else MOVES["wake"].after
    changes = {"stage": lead.stage, "touched_at": now, "closed_reason": ""}
    if theirs:
        changes["owned_at"] = now
    else:
        lead.owner_id = None
        changes |= {"owner_id": None, "owned_at": None}
    await leads.change(tx, lead.id, **changes)
    woke = LeadWoke(
        lead_id=lead.id, at=now, days=(now - since).days, what=what, owner_id=lead.owner_id if theirs else None
    )
    if theirs:
        return (woke,)
    return (woke, BecameMql(lead_id=lead.id, at=now, pool=lead.pool, rules_version=rules.version))


async def leave_to_pool(tx: Tx, lead_id: int, *, owner_id: str, since: datetime, now: datetime) -> tuple[Fact, ...]:
    """The old owner's time is over: who has not contacted the customer since they woke has them no longer."""
    lead = await find_lead(tx, lead_id)
    if lead is None or lead.owner_id != owner_id or lead.stage != MOVES["assign"].after:
        return ()
    if lead.contacted_at is not None and lead.contacted_at >= since:
        return ()
    await leads.change(
        tx, lead_id, owner_id=None, stage=MOVES["release"].after, owned_at=None, next_step_at=None, next_step=""
    )
    return (LeadReleased(lead_id=lead_id, at=now, by=None, owner_id=owner_id, pool=lead.pool, reason=SILENT),)
