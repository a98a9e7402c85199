"""The promises of one lead, lived through again by given rules without touching the store: what would have been late?

The same rule as `sla/clock.py` keeps in rows; a test lets both live through the same days and compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.clock import ClockRule, Deed
from config.worktime import WorkCalendar, parse_span

NOTHING = timedelta(0)


@dataclass
class Promise:
    """One running clock: `spent` of its `length` were gone before `run_from`."""

    name: str
    rule: ClockRule
    started_at: datetime
    run_from: datetime
    due_at: datetime
    length: timedelta
    spent: timedelta = NOTHING
    paused: bool = False
    late: bool = False
    climbed: int = 100  # the highest share (per cent) whose step was taken


@dataclass(frozen=True)
class Reached:
    """A promise was broken (`deed` None), or the step that takes the lead away was reached."""

    at: datetime
    name: str
    deed: Deed | None = None


class Promises:
    """The clocks of one lead under one set of rules. Instants must be told in their order."""

    def __init__(self, rules: Mapping[str, ClockRule], calendar: WorkCalendar) -> None:
        self._rules = rules
        self.hours = calendar  # of whoever works on the lead
        self._open: dict[str, Promise] = {}

    def start(self, name: str, at: datetime) -> None:
        """Begin to promise, unless it is promised already."""
        if name in self._open:
            return
        rule = self._rules[name]
        due_at = self.hours.due(at, parse_span(rule.within))
        self._open[name] = Promise(name, rule, at, at, due_at, self._length(rule, at, due_at))

    def hear(self, kind: str, at: datetime) -> None:
        """A fact has happened: promises are met, pause, run on or begin anew."""
        for promise in list(self._open.values()):
            rule = promise.rule
            if kind in rule.stop:
                del self._open[promise.name]
            elif kind in rule.pause and not promise.paused and not promise.late:
                promise.spent += self.hours.worked(promise.run_from, at)
                promise.paused = True
            elif kind in rule.resume and promise.paused:
                promise.paused = False
                promise.run_from = at
                promise.due_at = self.hours.due(at, max(promise.length - promise.spent, NOTHING))
            elif kind in rule.restart and not promise.paused and not promise.late:
                self._restart(promise, at)

    def cancel(self) -> None:
        """The lead was closed or given back."""
        self._open.clear()

    @property
    def any_late(self) -> bool:
        """Whether a broken promise is still open."""
        return any(promise.late for promise in self._open.values())

    def next_at(self) -> datetime | None:
        """When something will be reached, if nothing happens before; None while nothing runs."""
        found = self._first()
        return found[0] if found is not None else None

    def reach(self, until: datetime) -> Reached | None:
        """The first thing that is reached up to an instant, or None; call it again until there is nothing more."""
        found = self._first()
        if found is None or found[0] > until:
            return None
        at, promise, share, deed = found
        if not promise.late:
            promise.late = True
            promise.climbed = 99 if deed is not None else 100  # a step at 100 follows the breach itself
            return Reached(at, promise.name)
        promise.climbed = share
        return Reached(at, promise.name, deed)

    def _first(self) -> tuple[datetime, Promise, int, Deed | None] | None:
        found: tuple[datetime, Promise, int, Deed | None] | None = None
        for promise in self._open.values():
            ahead = self._ahead(promise) if not promise.paused else None
            if ahead is None:
                continue
            share, deed = ahead
            at = promise.due_at if share == 100 else self._when(promise, share)
            if found is None or at < found[0]:
                found = (at, promise, share, deed)
        return found

    def _ahead(self, promise: Promise) -> tuple[int, Deed | None] | None:
        """The next share that matters: the breach, then each step that takes the lead away."""
        deeds: dict[int, Deed | None] = {step.at: step.do for step in promise.rule.steps if step.do is not None}
        if not promise.late:
            return 100, deeds.get(100)
        return min(((share, deed) for share, deed in deeds.items() if share > promise.climbed), default=None)

    def _when(self, promise: Promise, share: int) -> datetime:
        left = -(-promise.length * share // 100) - promise.spent
        return self.hours.due(promise.run_from, max(left, NOTHING))

    def _length(self, rule: ClockRule, at: datetime, due_at: datetime) -> timedelta:
        """How long it is in working time, where a later instant is counted from it."""
        if rule.pause or any(step.do is not None for step in rule.steps):
            return self.hours.worked(at, due_at)
        return NOTHING

    def _restart(self, promise: Promise, at: datetime) -> None:
        due_at = self.hours.due(at, parse_span(promise.rule.within))
        if promise.rule.longest is not None:
            due_at = min(due_at, self.hours.due(promise.started_at, parse_span(promise.rule.longest)))
        if due_at > promise.due_at:
            promise.due_at, promise.run_from, promise.spent = due_at, at, NOTHING
            promise.length = self._length(promise.rule, at, due_at)
