"""Who sets out: what has happened to a lead, or the day that it is, lets it begin a journey, once for each occasion."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from config.journey import Journey, lasting
from config.rules import Rules
from leads.attendance import CAME
from leads.facts import BehaviourSeen, Fact, LeadCaptured, LeadEdited, LeadEnquired, LeadScored
from nurture.journey import has_own
from nurture.running import begin
from store import attendances, journeys
from store.leads import find_lead
from store.tables import Lead
from store.tx import Tx

STAGING = (
    "captured", "enquired", "mql", "claimed", "assigned", "released", "recycled", "nurtured", "qualified",
    "disqualified", "fell_asleep", "undone", "opportunity_opened", "opportunity_won", "opportunity_lost",
)  # fmt: skip  # the facts by which a lead may have come to another stage


async def enrol(tx: Tx, fact: Fact, *, rules: Rules, now: datetime) -> list[Fact]:
    """Let a lead begin every journey that this fact opens."""
    found: list[Fact] = []
    lead: Lead | None = None
    for name, journey in rules.journeys.items():
        if not journey.active or not may_open(journey, fact):
            continue
        lead = lead or await find_lead(tx, fact.lead_id)
        if lead is None or not opens(journey, fact, lead):
            continue
        async for occasion, day in _occasions(tx, name, journey, lead, rules.zone, now):
            found += await begin(tx, lead, name, journey, occasion=occasion, day=day, rules=rules, now=now)
    return found


def may_open(journey: Journey, fact: Fact) -> bool:
    """Whether a fact of this kind can let anybody begin it: asked before the lead is read."""
    start = journey.start
    if start.kind == "stage":
        return fact.kind in STAGING
    if start.kind == "score_at_least":
        return isinstance(fact, LeadScored | LeadCaptured)
    if start.kind == "own":
        return isinstance(fact, LeadEdited | LeadCaptured | LeadEnquired)
    if start.kind == "source":
        return isinstance(fact, LeadCaptured | LeadEnquired) and fact.source in start.source
    if start.kind == "behaviour":
        return isinstance(fact, BehaviourSeen) and not fact.machine and fact.behaviour in start.behaviour
    if start.event == "registered":
        return isinstance(fact, LeadCaptured | LeadEnquired)
    return start.event == "came" and isinstance(fact, BehaviourSeen) and fact.behaviour == CAME


def opens(journey: Journey, fact: Fact, lead: Lead) -> bool:
    """Whether what the journey asks for is true of the lead now; the rest was told by the fact."""
    start = journey.start
    if start.kind == "stage":
        return lead.stage in start.stage
    if start.score_at_least is not None:
        return lead.score >= start.score_at_least
    return has_own(start.own, lead) if start.kind == "own" else True


async def _occasions(
    tx: Tx, name: str, journey: Journey, lead: Lead, zone: ZoneInfo, now: datetime
) -> AsyncIterator[tuple[str, str]]:
    """The occasions, with their days, on which the lead may set out now."""
    if journey.start.event is not None:
        today = f"{now.astimezone(zone):%Y-%m-%d}"
        for event_id, day in await attendances.events_of(tx, lead.id or 0, came=journey.start.event == "came"):
            if journey.start.event == "came" or day >= today:
                yield f"C{event_id}", day or today
        return
    if (occasion := await free_occasion(tx, name, journey, lead.id or 0, now=now)) is not None:
        yield occasion, ""


async def free_occasion(tx: Tx, name: str, journey: Journey, lead_id: int, *, now: datetime) -> str | None:
    """Empty for the first time, again:2 … after the pause that it asks for; None when it is not (yet) allowed."""
    runs = [run for run in await journeys.list_of_lead(tx, lead_id) if run.journey == name]
    if not runs:
        return ""
    ended = runs[-1].ended_at
    if journey.again is None or ended is None or ended + lasting(journey.again) > now:
        return None
    return f"again:{len(runs) + 1}"
