"""What a lead is worth as it stands: its score and grade, written on it and told."""

from datetime import datetime

from config.rules import Rules, ScoreRule
from leads.facts import LeadScored
from leads.heat import parts_of
from leads.score import LeadProfile, Score, holds, score
from leads.validity import email_flaw
from store.tables import Lead

OWN = ("phone_valid", "email")  # what the rules see of these is not what the lead keeps


def rate(lead: Lead, *, rules: Rules, now: datetime) -> Score:
    """Score and grade of a lead as it stands; what its person did has faded until now."""
    lately = parts_of(lead.heat, rules=rules, now=now) if lead.heat else ()
    return score(_profile(lead), rules=rules, lately=lately)


def _profile(lead: Lead) -> LeadProfile:
    return LeadProfile(
        name=lead.name,
        title=lead.title,
        company=lead.company,
        city=lead.city,
        phone_valid=bool(_value(lead, "phone_valid")),
        email=str(_value(lead, "email")),
        wechat=lead.wechat,
        need=lead.need,
        budget_min=lead.budget_min,
        budget_max=lead.budget_max,
        source=lead.source,
        enquiries=lead.enquiries,
    )


class Rater:
    """Rates the people of a list: what the rules look at is alike in many of them, and is counted once."""

    def __init__(self, *, rules: Rules, now: datetime) -> None:
        self._rules, self._now = rules, now
        by_field: dict[str, list[tuple[int, ScoreRule]]] = {}
        for number, rule in enumerate(rules.scoring.rules):
            by_field.setdefault(rule.field, []).append((1 << number, rule))
        self._fields = [
            (name, asked, all(rule.present is not None for _, rule in asked), dict[object, int]())
            for name, asked in by_field.items()
        ]
        self._known: dict[int, Score] = {}  # by the rules that hold, each of which is a bit

    def rate(self, lead: Lead) -> Score:
        """The same as `rate`."""
        if lead.heat:
            return rate(lead, rules=self._rules, now=self._now)
        held = 0
        for name, asked, whether, seen in self._fields:
            value = _value(lead, name) if name in OWN else getattr(lead, name)
            if whether:
                value = bool(value)
            bits = seen.get(value)
            if bits is None:
                bits = seen[value] = sum(bit for bit, rule in asked if holds(rule, value))
            held |= bits
        known = self._known.get(held)
        if known is None:
            known = self._known[held] = score(_profile(lead), rules=self._rules)
        return known


def _value(lead: Lead, name: str) -> object:
    """What the rules see of a lead."""
    if name == "phone_valid":
        return bool(lead.phone) and not lead.phone_flaw
    if name == "email":
        return "" if email_flaw(lead.email) else lead.email
    return getattr(lead, name)


def book(lead: Lead, rated: Score, *, rules: Rules) -> None:
    """Write a score on its lead."""
    lead.score, lead.grade, lead.temperature = rated.points, rated.grade, rated.temperature
    lead.score_parts = [[part.points, part.why] for part in rated.parts]
    lead.rules_version = rules.version


def scored_fact(lead_id: int, rated: Score, *, rules: Rules, now: datetime) -> LeadScored:
    """The fact that a lead has this score now."""
    return LeadScored(
        lead_id=lead_id,
        at=now,
        score=rated.points,
        grade=rated.grade,
        parts=tuple((part.points, part.why) for part in rated.parts),
        rules_version=rules.version,
    )
