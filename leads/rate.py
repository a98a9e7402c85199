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
    profile = LeadProfile(
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
    lately = parts_of(lead.heat, rules=rules, now=now) if lead.heat else ()
    return score(profile, rules=rules, lately=lately)


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
