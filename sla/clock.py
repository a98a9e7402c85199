"""One promise on one lead: it starts with a fact, keeps the rule it started with, and ends met or overdue."""

from collections.abc import Sequence
from datetime import datetime

from config.rules import ClockRule, Rules
from config.worktime import WorkCalendar, parse_span
from leads.facts import ClockMet, ClockOverdue, ClockStarted, ClockWarned, Fact
from store import clocks, due
from store.queues import Due
from store.tables import Clock
from store.tx import Tx


async def start(
    tx: Tx, lead_id: int, name: str, rule: ClockRule, *, calendar: WorkCalendar, rules: Rules, now: datetime
) -> list[Fact]:
    """Start a promise unless it runs already; its steps become due rows one after the other."""
    running = await clocks.list_of_lead(tx, lead_id, states=("running", "overdue"))
    if any(clock.name == name and clock.ended_at is None for clock in running):
        return []
    due_at = calendar.due(now, parse_span(rule.within))
    clock = Clock(
        corp=tx.corp,
        lead_id=lead_id,
        name=name,
        state="running",
        started_at=now,
        due_at=due_at,
        rule=rule.model_dump(mode="json"),
        rules_version=rules.version,
    )
    await tx.add(clock)
    await _keep_step(tx, clock, 0, calendar=calendar)
    return [ClockStarted(lead_id=lead_id, at=now, clock_id=clock.id or 0, clock=name, due_at=due_at)]


async def _keep_step(tx: Tx, clock: Clock, index: int, *, calendar: WorkCalendar) -> None:
    steps = steps_of(clock)
    if index >= len(steps):
        return
    share, _ = steps[index]
    at = clock.due_at if share >= 100 else calendar.share(clock.started_at, clock.due_at, share / 100)
    await due.keep(
        tx,
        kind="clock",
        key=f"clock:{clock.id}:{index}",
        at=at,
        lead_id=clock.lead_id,
        payload={"clock": clock.id, "step": index},
    )


def steps_of(clock: Clock) -> list[tuple[int, tuple[str, ...]]]:
    """(per cent of the time, whom to tell), in order; being overdue is always one of them."""
    shares = {int(step["at"]): tuple(step["tell"]) for step in clock.rule["steps"]}
    shares.setdefault(100, ())
    return sorted(shares.items())


async def step(tx: Tx, row: Due, *, calendar: WorkCalendar, now: datetime) -> list[Fact]:
    """Take the step that is due: warn, or call the promise overdue. Nothing when the promise has ended."""
    clock = await clocks.find_clock(tx, int(row.payload["clock"]))
    if clock is None or clock.state != "running":
        return []
    index = int(row.payload["step"])
    share, tell = steps_of(clock)[index]
    taken = [*clock.steps, {"at": now.isoformat(), "share": share, "tell": list(tell)}]
    if share < 100:
        await clocks.change(tx, clock.id or 0, ("running",), steps=taken)
        await _keep_step(tx, clock, index + 1, calendar=calendar)
        return [
            ClockWarned(lead_id=clock.lead_id, at=now, clock_id=clock.id or 0, clock=clock.name, share=share, tell=tell)
        ]
    await clocks.change(tx, clock.id or 0, ("running",), state="overdue", steps=taken)
    return [
        ClockOverdue(
            lead_id=clock.lead_id,
            at=now,
            clock_id=clock.id or 0,
            clock=clock.name,
            tell=tell,
            rules_version=clock.rules_version,
        )
    ]


async def stop(tx: Tx, lead_id: int, names: Sequence[str], *, now: datetime) -> list[Fact]:
    """What was promised has happened: running promises are met, overdue ones are caught up late."""
    facts: list[Fact] = []
    for clock in await clocks.list_of_lead(tx, lead_id, states=("running", "overdue")):
        if clock.name not in names or (clock.state == "overdue" and clock.ended_at is not None):
            continue
        late = clock.state == "overdue" or now > clock.due_at
        await clocks.change(tx, clock.id or 0, ("running", "overdue"), state="overdue" if late else "met", ended_at=now)
        await due.cancel(tx, kind="clock", lead_id=lead_id, prefix=f"clock:{clock.id}:")
        facts.append(ClockMet(lead_id=lead_id, at=now, clock=clock.name, late=late))
    return facts


async def cancel(tx: Tx, lead_id: int, names: Sequence[str] | None, *, now: datetime) -> None:
    """The promise has lost its sense (the lead was closed or given back): nobody is told any more."""
    for clock in await clocks.list_of_lead(tx, lead_id, states=("running", "overdue")):
        if names is not None and clock.name not in names:
            continue
        if clock.state == "running":
            await clocks.change(tx, clock.id or 0, ("running",), state="cancelled", ended_at=now)
        elif clock.ended_at is None:
            await clocks.change(tx, clock.id or 0, ("overdue",), ended_at=now)
        await due.cancel(tx, kind="clock", lead_id=lead_id, prefix=f"clock:{clock.id}:")
