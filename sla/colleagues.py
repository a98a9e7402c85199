"""Whose turn it would have been under other rules: turns, leads in hand and broken promises, as a rehearsal counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.assignment import AssignmentRule
from config.hours import Calendars
from config.rules import Rules
from config.worktime import WorkCalendar
from leads.assign import foreign, meant
from leads.candidates import Candidate, Limits, choose, why_not
from leads.rights import Who, pools_of
from store.tables import Lead, Member


@dataclass
class _Shares:
    """How a rule has given so far: credit and count by member."""

    credit: dict[str, int] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)


class Colleagues:
    """Who gets a lead under given rules, and how many they hold; turns are counted from the first lead on."""

    def __init__(
        self,
        rules: Rules,
        calendar: WorkCalendar,
        others: Calendars,
        members: Sequence[Member],
        away: Mapping[str, Sequence[tuple[datetime, datetime]]],
    ) -> None:
        self.rules = rules
        self._calendar = calendar
        self._others = others
        self._members = {member.id: member for member in members}
        self._people: dict[str, list[Member]] = {
            rule.name: [member for member in members if meant(member, rule)] for rule in rules.assignment.rules
        }
        self._away = away
        self._shares: dict[str, _Shares] = defaultdict(_Shares)
        self._today: dict[tuple[str, str], int] = defaultdict(int)
        self._limits = Limits(rules.claims.holding, rules.assignment.skip_overdue, rules.assignment.per_day)
        self.held: dict[str, set[int]] = defaultdict(set)  # open leads by owner
        self.late: dict[str, set[int]] = defaultdict(set)  # of them, those with a broken promise

    def hours_of(self, member_id: str | None) -> WorkCalendar:
        """By whose hours promises are counted."""
        member = self._members.get(member_id or "")
        own = self._others.of(member.id, member.team) if member is not None else None
        return own or self._calendar

    def team_of(self, member_id: str | None) -> str:
        """The team of a member; "" for nobody."""
        member = self._members.get(member_id or "")
        return member.team if member is not None else ""

    def may_claim(self, member_id: str | None, pool: str) -> bool:
        """Whether a member takes leads from this pool; somebody who is not known any more could then."""
        member = self._members.get(member_id or "")
        return member is None or pool in pools_of(Who.of(member), rules=self.rules)

    def opens_at(self, at: datetime) -> datetime:
        """When a lead that came at an instant is given."""
        return at if self._calendar.is_open(at) else self._calendar.next_open(at)

    def choose(self, lead: Lead, rule: AssignmentRule, at: datetime, without: str | None) -> str | None:
        """Whose turn it is, counted; None when nobody can."""
        shares = self._shares[rule.name]
        day = str(at.astimezone(self.rules.zone).date())
        candidates = [
            Candidate(
                one.id, one.name, one.weight, shares.credit.get(one.id, 0), shares.given.get(one.id, 0),
                len(self.held[one.id]), self._refused(one, lead, at, today=self._today[one.id, day]),
            )
            for one in self._people[rule.name]
            if one.id != without
        ]  # fmt: skip
        chosen, credit = choose(candidates, rule.by)
        if chosen is None:
            return None
        shares.credit |= credit
        shares.given[chosen.member_id] = shares.given.get(chosen.member_id, 0) + 1
        self._today[chosen.member_id, day] += 1
        return chosen.member_id

    def _refused(self, member: Member, lead: Lead, at: datetime, *, today: int) -> str:
        own = self._others.of(member.id, member.team)
        away = next((end for begin, end in self._away.get(member.id, ()) if begin <= at < end), None)
        return why_not(
            away_until=str(away or ""),
            off_shift=own is not None and not own.is_open(at),
            load=len(self.held[member.id]),
            overdue=len(self.late[member.id]),
            today=today,
            capacity=member.capacity,
            foreign=foreign(member, lead, rules=self.rules),
            limits=self._limits,
        )
