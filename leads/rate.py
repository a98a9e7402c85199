"""What a lead is worth as it stands: its score and grade, written on it and told."""

from datetime import datetime

from config.rules import Rules
from leads.facts import LeadScored
from leads.heat import parts_of
from leads.score import LeadProfile, Score, score
from leads.validity import email_flaw
from store.tables import Lead


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
        phone_valid=bool(lead.phone) and not lead.phone_flaw,
        email="" if email_flaw(lead.email) else lead.email,
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
        asked = rules.scoring.rules
        own = ("phone_valid", "email")
        self._read = sorted({rule.field for rule in asked if rule.present is None}.difference(own))
        self._seen = sorted({rule.field for rule in asked if rule.present is not None}.difference(own, self._read))
        self._mail = any(rule.field == "email" and rule.present is None for rule in asked)
        self._rules, self._now = rules, now
        self._known: dict[tuple[object, ...], Score] = {}

    def rate(self, lead: Lead) -> Score:
        """The same as `rate`."""
        if lead.heat:
            return rate(lead, rules=self._rules, now=self._now)
        mail = lead.email if lead.email and not email_flaw(lead.email) else ""
        read = [getattr(lead, name) for name in self._read]
        seen = [bool(getattr(lead, name)) for name in self._seen]
        alike = (bool(lead.phone), lead.phone_flaw, mail if self._mail else bool(mail), *read, *seen)
        known = self._known.get(alike)
        if known is None:
            known = self._known[alike] = score(_profile(lead), rules=self._rules)
        return known


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
