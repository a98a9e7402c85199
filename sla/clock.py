"""One promise on one lead: it starts with a fact, may pause or begin anew, climbs its ladder, ends met or overdue.

Of its length in working time a part was spent before it began to run; every step is due when its share has gone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from config.clock import ClockRule
from config.rules import Rules
from config.worktime import WorkCalendar, parse_span
from leads.facts import Fact
from sla.facts import (
    ClockEscalated,
    ClockMet,
    ClockMoved,
    ClockOverdue,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockWarned,
)  # fmt: skip
from store import clocks, due
from store.queues import Due
from store.tables import Clock
from store.tx import Tx

OPEN = ("running", "paused", "overdue")
SAME_MOMENT = timedelta(minutes=1)  # two channels that deliver one person at once move no promise
MICROSECOND = timedelta(microseconds=1)


async def start(
    tx: Tx, lead_id: int, name: str, rule: ClockRule, *, calendar: WorkCalendar, rules: Rules, now: datetime
) -> list[Fact]:
    """Start a promise unless it runs already; its steps become due rows one after the other."""
    if any(clock.name == name for clock in await _open(tx, lead_id)):
        return []
    due_at = calendar.due(now, parse_span(rule.within))
    clock = Clock(
        corp=tx.corp,
        lead_id=lead_id,
        name=name,
        state="running",
        started_at=now,
        run_from=now,
        due_at=due_at,
        length=calendar.worked(now, due_at) // MICROSECOND,
        rule=rule.model_dump(mode="json"),
        rules_version=rules.version,
    )
    await tx.add(clock)
    await _keep_step(tx, clock, 0, calendar=calendar)
    return [ClockStarted(lead_id=lead_id, at=now, clock_id=clock.id or 0, clock=name, due_at=due_at)]


async def _open(tx: Tx, lead_id: int) -> list[Clock]:
    """The promises on a lead that nobody has kept yet."""
    found = await clocks.list_of_lead(tx, lead_id, states=OPEN)
    return [clock for clock in found if clock.ended_at is None]


def _when(clock: Clock, share: int, *, calendar: WorkCalendar) -> datetime:
    """The instant at which a share (per cent) of the promised time has gone, if the clock runs on."""
    if share == 100:
        return clock.due_at
    run_from = clock.run_from or clock.started_at
    length = clock.length or calendar.worked(clock.started_at, clock.due_at) // MICROSECOND
    left = -(-length * share // 100) - clock.spent
    return calendar.due(run_from, max(left, 0) * MICROSECOND)


async def _keep_step(tx: Tx, clock: Clock, index: int, *, calendar: WorkCalendar, also: Sequence[str] = ()) -> None:
    """Keep a step's instant; `also` are people of earlier steps who were not told yet."""
    steps = steps_of(clock)
    if index >= len(steps):
        return
    await due.keep(
        tx,
        kind="clock",
        key=f"clock:{clock.id}:{clock.turn}:{index}" if clock.turn else f"clock:{clock.id}:{index}",
        at=_when(clock, int(steps[index]["at"]), calendar=calendar),
        lead_id=clock.lead_id,
        payload={"clock": clock.id, "step": index, "turn": clock.turn, "also": list(also)},
    )


def steps_of(clock: Clock) -> list[dict[str, Any]]:
    """The ladder in order of time ({"at", "tell", "do"}); being overdue is always one of its steps."""
    steps = {int(step["at"]): step for step in clock.rule["steps"]}
    steps.setdefault(100, {"at": 100, "tell": [], "do": None})
    return [steps[at] for at in sorted(steps)]


async def step(tx: Tx, row: Due, *, calendar: WorkCalendar, now: datetime) -> list[Fact]:
    """Take the step that is due: warn, call the promise overdue, or climb on. Nothing when the promise has ended.

    When the step after a warning is due as well (we did not run for a while, or the clock was set), that one tells the
    people of both: everybody hears once how things stand.
    """
    clock = await clocks.find_clock(tx, int(row.payload["clock"]))
    if clock is None or clock.ended_at is not None or clock.state not in ("running", "overdue"):
        return []
    if int(row.payload.get("turn", 0)) != clock.turn:
        return []
    index = int(row.payload["step"])
    steps = steps_of(clock)
    reached = steps[index]
    share, deed = int(reached["at"]), reached.get("do")
    tell = (*reached["tell"], *(word for word in row.payload.get("also", ()) if word not in reached["tell"]))
    done = {"at": now.isoformat(), "share": share, "tell": list(tell)} | ({"do": deed} if deed else {})
    done |= {"turn": clock.turn} if clock.turn else {}
    taken = [*clock.steps, done]
    broken = share >= 100
    if broken:
        settled_at = clock.settled_at or clock.due_at
        await clocks.settle(
            tx, clock.id or 0, (clock.state,), steps=taken, state="overdue", settled_at=settled_at, held=0
        )
    else:
        await clocks.change(tx, clock.id or 0, (clock.state,), steps=taken)
    passed = share < 100 and _when(clock, int(steps[index + 1]["at"]), calendar=calendar) <= now
    await _keep_step(tx, clock, index + 1, calendar=calendar, also=tell if passed else ())
    tell = () if passed else tell
    told: dict[str, Any] = {
        "lead_id": clock.lead_id, "at": now, "clock_id": clock.id or 0, "clock": clock.name, "share": share,
        "tell": tell, "do": deed, "turn": clock.turn, "morning": bool(reached.get("morning")),
    }  # fmt: skip
    if share < 100:
        return [ClockWarned(**told)]
    if share == 100:
        return [ClockOverdue(**told, rules_version=clock.rules_version)]
    return [ClockEscalated(**told)]


async def hear(
    tx: Tx, lead_id: int, kind: str, *, by: str | None = None, calendar: WorkCalendar, now: datetime
) -> list[Fact]:
    """A fact of this kind has happened: by the rule that each open promise began with, it is met (`by` a member),
    pauses, runs on or begins anew."""
    facts: list[Fact] = []
    for clock in await _open(tx, lead_id):
        if kind in clock.rule["stop"]:
            facts.append(await _meet(tx, clock, by, now=now))
        elif kind in clock.rule.get("pause", ()) and clock.state == "running":
            facts.append(await _pause(tx, clock, because=kind, calendar=calendar, now=now))
        elif kind in clock.rule.get("resume", ()) and clock.state == "paused":
            facts.append(await _resume(tx, clock, calendar=calendar, now=now))
        elif kind in clock.rule.get("restart", ()) and clock.state == "running":
            facts += await _restart(tx, clock, because=kind, calendar=calendar, now=now)
    return facts


async def _meet(tx: Tx, clock: Clock, by: str | None, *, now: datetime) -> Fact:
    """What was promised has happened: a running promise is met, an overdue one is caught up late."""
    late = clock.state == "overdue" or (clock.state == "running" and now > clock.due_at)
    settled_at = clock.settled_at or (clock.due_at if late else now)
    await clocks.settle(
        tx, clock.id or 0, OPEN, state="overdue" if late else "met", ended_at=now, settled_at=settled_at,
        held=0 if late else 1, met_by=by,
    )  # fmt: skip
    await _forget_steps(tx, clock)
    return ClockMet(lead_id=clock.lead_id, at=now, clock=clock.name, late=late)


async def cancel(tx: Tx, lead_id: int, *, now: datetime) -> None:
    """The promises have lost their sense (the lead was closed or given back): nobody is told any more."""
    for clock in await _open(tx, lead_id):
        state = "overdue" if clock.state == "overdue" else "cancelled"
        await clocks.change(tx, clock.id or 0, OPEN, state=state, ended_at=now)
        await _forget_steps(tx, clock)


async def _pause(tx: Tx, clock: Clock, *, because: str, calendar: WorkCalendar, now: datetime) -> Fact:
    """The time stands still; what has gone of it stays gone."""
    spent = clock.spent + calendar.worked(clock.run_from or clock.started_at, now) // MICROSECOND
    await clocks.change(tx, clock.id or 0, ("running",), state="paused", spent=spent)
    await _forget_steps(tx, clock)
    return ClockPaused(lead_id=clock.lead_id, at=now, clock=clock.name, because=because)


async def _resume(tx: Tx, clock: Clock, *, calendar: WorkCalendar, now: datetime) -> Fact:
    """The time runs on from where it stood."""
    left = max(clock.length - clock.spent, 0) * MICROSECOND
    await _run(tx, clock, calendar.due(now, left), spent=clock.spent, calendar=calendar, now=now)
    return ClockResumed(lead_id=clock.lead_id, at=now, clock=clock.name, due_at=clock.due_at)


async def _restart(tx: Tx, clock: Clock, *, because: str, calendar: WorkCalendar, now: datetime) -> list[Fact]:
    """The time begins anew, but ends at the rule's longest at the latest, and never earlier than before.

    A promise that is broken already never comes here: whoever asks again cannot make the breach undone.
    """
    due_at = calendar.due(now, parse_span(clock.rule["within"]))
    if (latest := longest(clock, calendar=calendar)) is not None:
        due_at = min(due_at, latest)
    if due_at - clock.due_at < SAME_MOMENT:
        return []
    return [await extend(tx, clock, due_at, because=because, calendar=calendar, now=now)]


async def extend(
    tx: Tx, clock: Clock, due_at: datetime, *, because: str, calendar: WorkCalendar, now: datetime
) -> Fact:
    """More time, until an instant; a promise that was broken stays on record as broken."""
    await _run(tx, clock, due_at, spent=0, calendar=calendar, now=now)
    return ClockMoved(lead_id=clock.lead_id, at=now, clock=clock.name, due_at=due_at, because=because)


async def move(
    tx: Tx, lead_id: int, *, because: str, before: WorkCalendar, calendar: WorkCalendar, now: datetime
) -> list[Fact]:
    """What is left of the running promises is counted by other hours from now on; `before` were the hours so far."""
    facts: list[Fact] = []
    if before == calendar:
        return facts
    for clock in await _open(tx, lead_id):
        spent = clock.spent + before.worked(clock.run_from or clock.started_at, now) // MICROSECOND
        if clock.state != "running" or spent >= clock.length:
            continue
        due_at, was = calendar.due(now, (clock.length - spent) * MICROSECOND), clock.due_at
        await _run(tx, clock, due_at, spent=spent, calendar=calendar, now=now)
        if due_at != was:
            facts.append(ClockMoved(lead_id=lead_id, at=now, clock=clock.name, due_at=due_at, because=because))
    return facts


async def _run(tx: Tx, clock: Clock, due_at: datetime, *, spent: int, calendar: WorkCalendar, now: datetime) -> None:
    """Let the clock run from now to `due_at`; the steps that lie ahead are kept anew."""
    await _forget_steps(tx, clock)
    clock.due_at, clock.run_from, clock.spent, clock.turn = due_at, now, spent, clock.turn + 1
    clock.length = spent + calendar.worked(now, due_at) // MICROSECOND
    state = "running" if clock.state == "paused" else clock.state
    await clocks.change(
        tx, clock.id or 0, OPEN, state=state, due_at=due_at, run_from=now, spent=spent, turn=clock.turn,
        length=clock.length,
    )  # fmt: skip
    reached = int(100 * spent / clock.length) if clock.length else 0
    ahead = next((n for n, one in enumerate(steps_of(clock)) if int(one["at"]) > reached), None)
    if ahead is not None:
        await _keep_step(tx, clock, ahead, calendar=calendar)


async def _forget_steps(tx: Tx, clock: Clock) -> None:
    await due.cancel(tx, kind="clock", lead_id=clock.lead_id, prefix=f"clock:{clock.id}:")


def keeps(clock: Clock) -> bool:
    """Whether it says how long an owner may keep a lead without a contact: every contact lets it begin anew."""
    return "followup_logged" in clock.rule.get("restart", ())


def longest(clock: Clock, *, calendar: WorkCalendar) -> datetime | None:
    """The instant beyond which beginning anew does not reach; None when the rule names none."""
    most = clock.rule.get("longest")
    return calendar.due(clock.started_at, parse_span(most)) if most else None
