"""A lead travels: it sets out once, goes on step by step, rests while a colleague works with it, and arrives.

One transition is one transaction: from the step at which a run rests to the next such step, with all that happens in
between. Each step that is entered has a number of its own (`visit`), and everything it does is keyed by run and visit.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from config.journey import END, Journey
from config.rules import Rules
from leads.facts import BehaviourSeen, Fact, LeadNurtured, LeadWrote
from leads.identity_facts import LeadMerged
from leads.owner_facts import LeadRecycled, LeadReleased
from nurture.facts import JourneyBegan, JourneyEnded, JourneyPaused, JourneyResumed
from nurture.journey import (
    Way,
    asks_deeds,
    ending,
    entered,
    hindrance,
    mark_of,
    over,
    resumed,
    waits_for,
)  # fmt: skip
from nurture.steps import act
from store import due, journeys
from store.journey import JourneyRun
from store.leads import find_lead
from store.queues import Due
from store.tables import Lead
from store.tx import Tx

MICROSECOND = timedelta(microseconds=1)
REPLY = "reply"  # the behaviour as which an answer of the customer is booked


async def begin(
    tx: Tx, lead: Lead, name: str, journey: Journey, *, occasion: str = "", day: str = "", rules: Rules, now: datetime
) -> list[Fact]:
    """Let a lead set out, once for each occasion; [] when the journey is not for it, or it has set out before."""
    lead_id = lead.id or 0
    if not journey.active or ending(journey, lead) or hindrance(journey, lead, ""):
        return []
    if not await journeys.take_seat(tx, name, lead_id, occasion):
        return []
    mark = mark_of(journey)
    if await journeys.find_plan(tx, mark) is None:
        plan = journey.model_dump_json(exclude_defaults=True)
        await journeys.keep_plan(tx, mark=mark, journey=name, version=rules.version, plan=plan, now=now)
    run = JourneyRun(
        corp=tx.corp, lead_id=lead_id, journey=name, occasion=occasion, mark=mark, day=day, begun_at=now, step_at=now,
        run_at=now,
    )  # fmt: skip
    await tx.add(run)
    began = JourneyBegan(lead_id=lead_id, at=now, journey=name, label=journey.label)
    return [began, *await _go(tx, run, journey, journey.names[0], lead, rules=rules, now=now)]


async def go_on(tx: Tx, row: Due, *, rules: Rules, now: datetime) -> list[Fact]:
    """The time of the step at which a run rests is over. Nothing when the run has moved on, rests or has ended."""
    run = await journeys.find_run(tx, int(row.payload["run"]))
    if run is None or run.state != "running" or run.visit != int(row.payload["visit"]):
        return []
    journey = await plan_of(tx, run)
    lead = await find_lead(tx, run.lead_id)
    if how := ending(journey, lead, did=await _did(tx, run, journey)):
        return await _end(tx, run, journey, how, now=now)
    assert lead is not None  # noqa: S101 - whoever is not there has ended
    if cause := hindrance(journey, lead, run.holding):
        return await _pause(tx, run, journey, cause, now=now)
    onward = over(journey, run.step)
    await journeys.leave(tx, run, run.visit, onward)
    return await _go(tx, run, journey, onward, lead, rules=rules, now=now)


async def hear(tx: Tx, fact: Fact, *, rules: Rules, now: datetime) -> list[Fact]:
    """Something has happened to a lead: its runs end, rest, go on, or have seen what they waited for."""
    found: list[Fact] = []
    open_runs = await journeys.list_open(tx, fact.lead_id)
    for number, run in enumerate(open_runs):
        journey = await plan_of(tx, run)
        if isinstance(fact, LeadMerged) and any(run.journey == other.journey for other in open_runs[:number]):
            found += await _end(tx, run, journey, "merged", now=now)
            continue
        found += await _heard(tx, run, journey, fact, rules=rules, now=now)
    return found


async def _heard(tx: Tx, run: JourneyRun, journey: Journey, fact: Fact, *, rules: Rules, now: datetime) -> list[Fact]:
    lead = await find_lead(tx, run.lead_id)
    if how := ending(journey, lead, did=await _did(tx, run, journey)):
        return await _end(tx, run, journey, how, now=now)
    assert lead is not None  # noqa: S101 - whoever is not there has ended
    seen = fact.behaviour if isinstance(fact, BehaviourSeen) and not fact.machine else ""
    seen = REPLY if isinstance(fact, LeadWrote) else seen
    expected = run.state == "running" and bool(seen) and waits_for(journey, run.step, (seen,))
    holding = run.holding
    if seen == REPLY and not expected and not journey.owned:
        holding = "replied"
    if isinstance(fact, LeadNurtured | LeadReleased | LeadRecycled):
        holding = ""
    if holding != run.holding:
        await journeys.change(tx, run, run.visit, holding=holding)
        run.holding = holding
    return await _settle(tx, run, journey, lead, expected=expected, rules=rules, now=now)


async def _settle(
    tx: Tx, run: JourneyRun, journey: Journey, lead: Lead, *, expected: bool = False, rules: Rules, now: datetime
) -> list[Fact]:
    """Let a run rest or go on as things stand now."""
    if cause := hindrance(journey, lead, run.holding):
        return await _pause(tx, run, journey, cause, now=now)
    facts: list[Fact] = []
    if run.state == "paused":
        facts += await _resume(tx, run, journey, rules=rules, now=now)
        until = journey.find(run.step).until
        expected = bool(until) and bool(set(until) & await journeys.did_since(tx, run.lead_id, run.step_at))
    if expected:
        onward = journey.after(run.step)
        facts += await _leave(tx, run, journey, onward, lead, rules=rules, now=now)
    return facts


async def hold(tx: Tx, run: JourneyRun, *, now: datetime) -> list[Fact]:
    """A person lets a run rest until a person lets it go on."""
    await journeys.change(tx, run, run.visit, holding="hand")
    run.holding = "hand"
    return await _pause(tx, run, await plan_of(tx, run), "hand", now=now)


async def let_go(tx: Tx, run: JourneyRun, *, rules: Rules, now: datetime) -> list[Fact]:
    """A person lets a run go on; [] when something else still keeps it."""
    await journeys.change(tx, run, run.visit, holding="")
    run.holding = ""
    journey = await plan_of(tx, run)
    lead = await find_lead(tx, run.lead_id)
    if how := ending(journey, lead):
        return await _end(tx, run, journey, how, now=now)
    assert lead is not None  # noqa: S101 - whoever is not there has ended
    return await _settle(tx, run, journey, lead, rules=rules, now=now)


async def stop(tx: Tx, run: JourneyRun, *, now: datetime) -> list[Fact]:
    """A person ends a run."""
    return await _end(tx, run, await plan_of(tx, run), "hand", now=now)


async def plan_of(tx: Tx, run: JourneyRun) -> Journey:
    """The journey as it was when the run began. Raises LookupError."""
    plan = await journeys.find_plan(tx, run.mark)
    if plan is None:
        raise LookupError(f"run {run.id} has no plan {run.mark}")
    return _read(plan.plan)


@lru_cache(maxsize=256)
def _read(plan: str) -> Journey:
    return Journey.model_validate_json(plan)


async def _go(
    tx: Tx, run: JourneyRun, journey: Journey, name: str, lead: Lead, *, rules: Rules, now: datetime
) -> list[Fact]:
    """Enter a step, and every following one, until the run rests or is over."""
    before, visit = run.visit, run.visit
    facts: list[Fact] = []
    while name != END:
        visit += 1
        await journeys.come(tx, run, visit, name, now=now)
        done = await act(tx, run, journey, name, visit, lead, rules=rules, now=now)
        facts += done.facts
        if done.sent_at is not None:
            run.sent_at = done.sent_at
        lead = await find_lead(tx, run.lead_id) or lead
        way = Way(f"{run.journey}:{run.lead_id}:{run.occasion}", run.day, run.sent_at)
        did = await _did(tx, run, journey)
        if done.facts and (how := ending(journey, lead, did=did)):
            await journeys.leave(tx, run, visit, "stopped", note=done.note)
            return [*facts, await _close(tx, run, journey, before, how, visit=visit, now=now)]
        onward = entered(journey, name, lead, way, did=did, zone=rules.zone, now=now)
        if isinstance(onward, datetime):
            await journeys.change(
                tx, run, before, step=name, visit=visit, step_at=now, run_at=onward, sent_at=run.sent_at,
                variant=run.variant,
            )  # fmt: skip
            run.step, run.visit, run.step_at, run.run_at = name, visit, now, onward
            await _wait(tx, run)
            return facts
        if journey.find(name).kind == "split":
            run.variant = ",".join(part for part in (run.variant, f"{name}={onward}") if part)
        await journeys.leave(tx, run, visit, onward, note=done.note)
        name = onward
    return [*facts, await _close(tx, run, journey, before, "finished", visit=visit, now=now)]


async def _wait(tx: Tx, run: JourneyRun) -> None:
    """Keep the moment at which the step is over."""
    turn = "" if run.rest is None else f":{int(run.run_at.timestamp())}"
    await due.keep(
        tx, kind="journey", key=f"journey:{run.id}:{run.visit}{turn}", at=run.run_at, lead_id=run.lead_id,
        payload={"run": run.id, "visit": run.visit},
    )  # fmt: skip


async def _leave(
    tx: Tx, run: JourneyRun, journey: Journey, onward: str, lead: Lead, *, rules: Rules, now: datetime
) -> list[Fact]:
    await _forget(tx, run)
    await journeys.leave(tx, run, run.visit, onward)
    return await _go(tx, run, journey, onward, lead, rules=rules, now=now)


async def _pause(tx: Tx, run: JourneyRun, journey: Journey, cause: str, *, now: datetime) -> list[Fact]:
    """The run rests; what was left of its step's time is kept."""
    if run.state == "paused":
        if run.cause != cause:
            await journeys.change(tx, run, run.visit, cause=cause)
        return []
    rest = max(run.run_at - now, timedelta()) // MICROSECOND
    await journeys.change(tx, run, run.visit, state="paused", cause=cause, rest=rest)
    run.state, run.cause, run.rest = "paused", cause, rest
    await _forget(tx, run)
    return [JourneyPaused(lead_id=run.lead_id, at=now, journey=run.journey, label=journey.label, cause=cause)]


async def _resume(tx: Tx, run: JourneyRun, journey: Journey, *, rules: Rules, now: datetime) -> list[Fact]:
    """The run goes on; of its step's time as much is left as when it was paused."""
    rest = (run.rest or 0) * MICROSECOND
    at = resumed(journey, run.step, run_at=run.run_at, rest=rest, zone=rules.zone, now=now)
    await journeys.change(tx, run, run.visit, state="running", cause="", run_at=at, rest=None)
    run.state, run.cause, run.run_at = "running", "", at
    await _wait(tx, run)
    run.rest = None
    return [JourneyResumed(lead_id=run.lead_id, at=now, journey=run.journey, label=journey.label)]


async def _end(tx: Tx, run: JourneyRun, journey: Journey, how: str, *, now: datetime) -> list[Fact]:
    await _forget(tx, run)
    await journeys.leave(tx, run, run.visit, "stopped")
    return [await _close(tx, run, journey, run.visit, how, visit=run.visit, now=now)]


async def _close(
    tx: Tx, run: JourneyRun, journey: Journey, before: int, how: str, *, visit: int, now: datetime
) -> Fact:
    """The run is over; `before` is the visit at which it was kept so far, `visit` the last one that it came to."""
    run.state = how if how in ("finished", "goal") else "exited"
    await journeys.change(
        tx, run, before, state=run.state, step="", visit=visit, cause="" if how == "finished" else how, ended_at=now,
        rest=None, sent_at=run.sent_at, variant=run.variant,
    )  # fmt: skip
    return JourneyEnded(lead_id=run.lead_id, at=now, journey=run.journey, label=journey.label, how=how)


async def _forget(tx: Tx, run: JourneyRun) -> None:
    await due.cancel(tx, kind="journey", lead_id=run.lead_id, prefix=f"journey:{run.id}:")


async def _did(tx: Tx, run: JourneyRun, journey: Journey) -> frozenset[str]:
    return await journeys.did_since(tx, run.lead_id, run.begun_at) if asks_deeds(journey) else frozenset()
