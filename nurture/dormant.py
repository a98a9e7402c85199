"""Leads that sleep: each that was silent for long is in exactly one plan to wake it, or is left alone, and why."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select, update
from sqlmodel import col

from config.journey import Journey
from config.rules import Rules
from leads.facts import BehaviourSeen, Fact
from nurture.enrolment import free_occasion
from nurture.facts import LeftAlone
from nurture.journey import ending, hindrance
from nurture.permit import permit
from nurture.running import begin
from store.journey import DormantPlan
from store.tables import BehaviourRow, Enquiry, Lead
from store.tx import Tx

SLICE = 500
ASLEEP = ("new", "nurturing", "mql")  # without an owner; and dormant, whoever has it
WAKING = ("behaved", "enquired", "wrote", "call_logged")


def plans_of(rules: Rules) -> dict[str, Journey]:
    """The active journeys that wake the silent, in their order."""
    found = rules.journeys.items()
    return {name: one for name, one in found if one.active and one.start.silent_days is not None}


async def reconcile(tx: Tx, *, after: int, rules: Rules, now: datetime) -> tuple[list[Fact], int | None]:
    """Give the next slice of silent leads their plan; (facts, the last lead looked at, None when there are no more)."""
    plans = plans_of(rules)
    if not plans:
        return [], None
    least = min(one.start.silent_days or 0 for one in plans.values())
    rows = await list_silent(tx, before=now - timedelta(days=least), after=after)
    facts: list[Fact] = []
    for lead, since in rows:
        facts += await _plan(tx, lead, since, plans, rules=rules, now=now)
    return facts, (rows[-1][0].id if len(rows) == SLICE else None)


async def list_silent(tx: Tx, *, before: datetime, after: int) -> Sequence[tuple[Lead, datetime]]:
    """The next leads of whom nothing was heard since an instant and that are in no plan, with when they fell silent."""
    last = [col(Lead.created_at), col(Lead.touched_at), col(Lead.contacted_at)]
    silent = [or_(column.is_(None), column < before) for column in last]
    deed = exists().where(
        col(BehaviourRow.corp) == tx.corp, col(BehaviourRow.lead_id) == col(Lead.id), col(BehaviourRow.at) >= before,
        col(BehaviourRow.weight) > 0,
    )  # fmt: skip
    asked = exists().where(
        col(Enquiry.corp) == tx.corp, col(Enquiry.lead_id) == col(Lead.id), col(Enquiry.at) >= before
    )
    planned = exists().where(
        col(DormantPlan.corp) == tx.corp,
        col(DormantPlan.lead_id) == col(Lead.id),
        or_(col(DormantPlan.answered_at).is_(None), col(DormantPlan.answered_at) >= before),
    )
    query = (
        select(Lead)
        .where(
            col(Lead.corp) == tx.corp,
            col(Lead.id) > after,
            or_(col(Lead.stage) == "dormant", and_(col(Lead.stage).in_(ASLEEP), col(Lead.owner_id).is_(None))),
            *silent, ~deed, ~asked, ~planned,
        )
        .order_by(col(Lead.id))
        .limit(SLICE)
    )  # fmt: skip
    found = await tx.all(query)
    return [(one, max(at for at in (one.created_at, one.touched_at, one.contacted_at) if at)) for one in found]


async def _plan(
    tx: Tx, lead: Lead, since: datetime, plans: dict[str, Journey], *, rules: Rules, now: datetime
) -> list[Fact]:
    """The first plan that is for the lead and that it has not been through; without one it is left alone."""
    reason = "没有适合的唤醒旅程"
    for name, journey in plans.items():
        if since > now - timedelta(days=journey.start.silent_days or 0):
            continue
        if ending(journey, lead) or hindrance(journey, lead, ""):
            continue
        if refused := await _refused(tx, lead, journey, rules=rules, now=now):
            reason = refused
            continue
        occasion = await free_occasion(tx, name, journey, lead.id or 0, now=now)
        facts = (
            await begin(tx, lead, name, journey, occasion=occasion, rules=rules, now=now)
            if occasion is not None
            else []
        )
        if facts:
            await _write(tx, lead, name, "", since, now)
            return facts
        reason = "唤醒过了,没有回应"
    await _write(tx, lead, "", reason, since, now)
    return [LeftAlone(lead_id=lead.id or 0, at=now, reason=reason)]


async def _refused(tx: Tx, lead: Lead, journey: Journey, *, rules: Rules, now: datetime) -> str:
    """Why no message of a journey could reach the lead; "" when one can, or when it sends none."""
    why = ""
    for step in journey.steps:
        for channel in step.send:
            topic = rules.nurture.topic_called(step.topic) or step.topic
            asked = await permit(tx, lead.id or 0, channel=channel, topic=topic, rules=rules, now=now)
            if asked.allowed or asked.until is not None:
                return ""
            why = why or asked.why
    return why


async def _write(tx: Tx, lead: Lead, plan: str, reason: str, since: datetime, now: datetime) -> None:
    row = {
        "corp": tx.corp, "lead_id": lead.id, "plan": plan, "reason": reason[:200], "silent_since": since,
        "planned_at": now, "answered_at": None, "answer": "",
    }  # fmt: skip
    changes = {name: value for name, value in row.items() if name not in ("corp", "lead_id")}
    await tx.run(
        tx.insert(DormantPlan).values(**row).on_conflict_do_update(index_elements=["corp", "lead_id"], set_=changes)
    )


async def wake(tx: Tx, fact: Fact, *, now: datetime) -> None:
    """Somebody who slept was heard of: their plan has its answer."""
    if fact.kind not in WAKING or (isinstance(fact, BehaviourSeen) and fact.machine):
        return
    await tx.run(
        update(DormantPlan)
        .where(
            col(DormantPlan.corp) == tx.corp,
            col(DormantPlan.lead_id) == fact.lead_id,
            col(DormantPlan.answered_at).is_(None),
        )
        .values(answered_at=now, answer=fact.kind)
    )
