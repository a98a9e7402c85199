"""One lead as it would have lived under other rules: when an MQL, whose, which promises were broken."""

from dataclasses import dataclass, field
from datetime import datetime

from leads.assign import matching
from leads.heat import warmed
from leads.lifecycle import MOVES
from leads.rate import rate
from leads.wanted import missing
from sla.colleagues import Colleagues
from sla.replay import Promises
from store.past import Deed, Happened, Life
from store.tables import Lead

NO_RULE = "(no rule)"
CLOSES = ("nurtured", "fell_asleep", "disqualified")
AFTER = {  # the stage in which a fact leaves a lead; what happens to deals tells the stage itself
    "mql": MOVES["ready"].after, "claimed": MOVES["claim"].after, "assigned": MOVES["assign"].after,
    "qualified": MOVES["qualify"].after, "released": MOVES["release"].after, "recycled": MOVES["recycle"].after,
    "nurtured": MOVES["nurture"].after, "fell_asleep": MOVES["sleep"].after, "disqualified": MOVES["disqualify"].after,
}  # fmt: skip
DEALS = ("opportunity", "won", "lost")
OF_DEALS = ("opportunity_opened", "opportunity_won", "opportunity_lost", "opportunity_reopened")
ENTERS = ("claimed", "assigned", "transferred")


@dataclass
class Course:
    """What became of one lead. `given_to`: by a rule; `broken`: (promise, who owned it); `recycled`: how often."""

    lead: Lead
    rule: str
    pool: str
    mql_at: datetime | None = None
    given_to: str | None = None
    broken: list[tuple[str, str | None]] = field(default_factory=list)
    recycled: int = 0


@dataclass(frozen=True)
class _Give:
    """It is time to give the lead to somebody other than `without`."""

    without: str | None = None


@dataclass(frozen=True)
class _Wake:
    """A promise has something to say."""


What = Happened | Deed | _Give | _Wake | None  # None: the lead comes


class Living:
    """One lead on its way through the rules."""

    def __init__(self, by: Colleagues, life: Life) -> None:
        self._by = by
        self._rules = by.rules
        lead = self._lead = life.lead
        matched = matching(lead, rules=self._rules)
        self._rule = matched[1] if matched else None
        pool = (self._rule.pool if self._rule else None) or self._rules.default_pool
        self.course = Course(lead, self._rule.name if self._rule else NO_RULE, pool)
        self._blocked = bool(lead.phone_flaw or lead.flaw) or bool(missing(lead, "mql", rules=self._rules))
        self._promises = Promises(self._rules.clocks, by.hours_of(None))
        self._next: list[tuple[datetime, What]] = []
        self._woken: datetime | None = None
        lead.heat, lead.enquiries = {}, 1
        self._grade = "D"
        # a list may have brought it in as a deal, without saying since when: then it was one all along
        told = any(one.kind in OF_DEALS for one in life.facts)
        self._stage = "opportunity" if lead.stage in DEALS and not told else "new"
        self._owner: str | None = None
        self._booked: str | None = None
        self._closed = False
        self._contacted = False

    def begins(self, life: Life) -> list[tuple[datetime, What]]:
        """Its coming, and what customers and colleagues did."""
        done: list[Happened | Deed] = [*life.facts, *life.deeds]
        return [(self._lead.created_at, None), *((one.at, one) for one in done)]

    def take(self, at: datetime, what: What) -> list[tuple[datetime, What]]:
        """Something happens; returns what follows from it later."""
        self._next = []
        self._wait(at)
        if what is None:
            self._happens("captured", at)
            self._look(at)
        elif isinstance(what, Deed):
            self._does(what)
        elif isinstance(what, Happened):
            self._meets(what)
        elif isinstance(what, _Give):
            self._give(at, what.without)
        wake = self._promises.next_at()
        if wake is not None and wake != self._woken:
            self._next.append((wake, _Wake()))
        self._woken = wake
        self._book()
        return self._next

    def _book(self) -> None:
        """What its owner has in hand."""
        if self._booked not in (None, self._owner):
            self._by.held[self._booked or ""].discard(self._lead.id or 0)
            self._by.late[self._booked or ""].discard(self._lead.id or 0)
        self._booked = self._owner
        if self._owner is not None:
            for leads, held in ((self._by.held, not self._closed), (self._by.late, self._promises.any_late)):
                (leads[self._owner].add if held else leads[self._owner].discard)(self._lead.id or 0)

    def _wait(self, until: datetime) -> None:
        """Time has passed: promises were broken, and the last step of a ladder took the lead away."""
        while (reached := self._promises.reach(until)) is not None:
            if reached.deed is None:
                self.course.broken.append((reached.name, self._owner))
            elif self._owner is not None and self._stage in MOVES["recycle"].before:
                last, self._owner, self._contacted = self._owner, None, False
                self.course.recycled += 1
                self._promises.cancel()
                self._happens("recycled", reached.at)
                if reached.deed == "next":
                    self._later(reached.at, without=last)

    def _does(self, deed: Deed) -> None:
        if deed.weight and deed.kind in self._rules.scoring.behaviours:
            self._lead.heat = warmed(self._lead.heat, deed.kind, deed.weight, deed.at, rules=self._rules)
            self._look(deed.at)

    def _meets(self, fact: Happened) -> None:
        """Something that a customer or a colleague did."""
        if fact.kind == "enquired":
            self._lead.enquiries += 1
            self._happens(fact.kind, fact.at, fact)
            self._look(fact.at)
        elif fact.kind == "mql":
            self._ready(fact.at)
        elif fact.kind in ENTERS:
            if fact.kind != "transferred" and self._owner is not None:
                return  # somebody else has it by these rules
            if fact.kind == "claimed" and not self._by.may_claim(fact.owner, self.course.pool):
                return
            self._owner, self._contacted = fact.owner, False
            self._happens(fact.kind, fact.at)
        elif fact.kind in OF_DEALS:
            self._deals(fact)
        elif fact.kind in CLOSES:
            self._promises.cancel()
            self._stage = AFTER[fact.kind]
            self._closed = fact.kind == "disqualified"
            self._owner = self._owner if fact.kind != "nurtured" else None
        elif fact.kind == "released":
            if self._owner is not None:
                self._owner = None
                self._promises.cancel()
                self._happens(fact.kind, fact.at)
        elif self._owner is not None:
            self._contacted = self._contacted or fact.kind == "followup_logged"
            self._happens(fact.kind, fact.at, fact)

    def _deals(self, fact: Happened) -> None:
        """A deal begins, ends or goes on: its lead's stage follows; with the last one nothing is promised any more."""
        self._stage = fact.stage or "opportunity"
        self._closed = self._stage != "opportunity"
        if self._closed:
            self._promises.cancel()
        elif self._owner is not None:
            self._happens(fact.kind, fact.at, fact)

    def _look(self, at: datetime) -> None:
        """Rate it anew: it may have become an MQL."""
        rated = rate(self._lead, rules=self._rules, now=at)
        self._grade = rated.grade
        if rated.mql and not self._blocked and self._owner is None:
            self._ready(at)

    def _ready(self, at: datetime) -> None:
        if self.course.mql_at is not None:
            return
        self.course.mql_at = at
        self._happens("mql", at)
        self._later(self._by.opens_at(at), without=None)

    def _later(self, at: datetime, *, without: str | None) -> None:
        if self._rules.assignment.gives:
            self._next.append((at, _Give(without)))

    def _give(self, at: datetime, without: str | None) -> None:
        """A rule gives it to somebody, or it waits in its pool."""
        if self._owner is not None or self._rule is None or self._rule.by == "claim":
            return
        chosen = self._by.choose(self._lead, self._rule, at, without)
        if chosen is not None:
            self._owner = self.course.given_to = chosen
            self._happens("assigned", at)

    def _happens(self, kind: str, at: datetime, fact: Happened | None = None) -> None:
        """Promises hear of it, and begin with it; `fact` is what somebody did, None what rules did."""
        if self._stage not in DEALS:
            self._stage = AFTER.get(kind, self._stage)
        self._promises.hours = self._by.hours_of(self._owner)
        self._promises.hear(kind, at)
        for name, rule in self._rules.clocks.items():
            if kind in rule.start and self._is_for(name, fact):
                self._promises.start(name, at)

    def _is_for(self, name: str, fact: Happened | None) -> bool:
        rule, lead = self._rules.clocks[name], self._lead
        if rule.needs_phone and (lead.phone_flaw or lead.flaw):
            return False
        asks = fact is not None and fact.kind == "enquired"
        if asks and name == "first_contact" and fact is not None and fact.by == self._owner:
            return False  # the owner brought that enquiry in
        if name == "first_contact" and (self._owner is None or (self._contacted and not asks)):
            return False
        if fact is not None and fact.kind == "node_reached" and rule.only.node and fact.node not in rule.only.node:
            return False
        if rule.only.team and self._by.team_of(self._owner) not in rule.only.team:
            return False
        wanted = (
            (rule.only.grade, self._grade), (rule.only.pool, self.course.pool), (rule.only.source, lead.source),
            (rule.only.stage, self._stage),
        )  # fmt: skip
        return all(not words or value in words for words, value in wanted)
