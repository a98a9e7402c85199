"""Leads that sleep: each that was silent for long is in exactly one plan to wake it, or is left alone, and why."""

from datetime import datetime, timedelta

from config.journey import Journey
from config.rules import Rules
from leads.facts import BehaviourSeen, Fact
from nurture.enrolment import free_occasion
from nurture.facts import LeftAlone
from nurture.journey import ending, hindrance
from nurture.permit import permit
from nurture.running import begin
from store.dormant import SLICE, answer, keep_plan, list_silent
from store.tables import Lead
from store.tx import Tx

WAKING = ("behaved", "enquired", "wrote", "call_logged", "chat_logged")


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
            await keep_plan(tx, lead, plan=name, silent_since=since, now=now)
            return facts
        reason = "唤醒过了,没有回应"
    await keep_plan(tx, lead, plan="", reason=reason, silent_since=since, now=now)
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


async def wake(tx: Tx, fact: Fact, *, now: datetime) -> None:
    """Somebody who slept was heard of: their plan has its answer."""
    if fact.kind not in WAKING or (isinstance(fact, BehaviourSeen) and fact.machine):
        return
    await answer(tx, fact.lead_id, fact.kind, now=now)
