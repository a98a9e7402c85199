"""Giving a lead to somebody by rule: the first rule that fits, whose turn it is, and why the others did not get it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col

from config.assignment import AssignmentRule, When
from config.hours import Calendars
from config.rules import Rules
from leads.candidates import Candidate, Limits, choose, why_not
from leads.duplicates import find_alike
from leads.facts import Fact
from leads.lifecycle import MOVES
from leads.owner_facts import LeadAssigned, LeadPlaced
from leads.region import lies_in
from store import duty, leads
from store.duty import Absence
from store.members import list_members
from store.tables import Lead, Member
from store.tx import Tx

COMPANY_HOURS = Calendars()  # everybody works as the company does
ALIKE = 50  # leads of one company that are looked at
STICKY_COMPANY, STICKY_PREVIOUS = "同一家公司", "原负责人"


@dataclass(frozen=True)
class Decision:
    """What rules say about a lead: the rule (number from 1; 0: none), whom it chose, and everybody considered."""

    number: int
    rule: str
    pool: str
    chosen: Candidate | None = None
    considered: tuple[Candidate, ...] = ()
    credit: Mapping[str, int] | None = None
    offers: bool = True  # nobody was chosen: the lead is offered to whoever may claim from its pool
    matched: bool = True

    def reason(self) -> str:
        """Why this owner, for the card: 因规则 3「渝西片区」."""
        return f"因规则 {self.number}「{self.rule}」" if self.number else f"因为{self.rule}"


def fits(when: When, lead: Lead, *, rules: Rules) -> bool:
    """Whether a lead meets a rule's conditions."""
    if when.region and not lies_in(lead.city, lead.district, when.region, regions=rules.regions):
        return False
    if when.industry and not _says(when.industry, (lead.industry, lead.company)):
        return False
    if when.product and not _says(when.product, (lead.product, lead.need)):
        return False
    if when.source and lead.source not in when.source:
        return False
    return when.budget_at_least is None or (lead.budget_max or lead.budget_min or 0) >= when.budget_at_least


def _says(words: Sequence[str], texts: Sequence[str]) -> bool:
    return any(word in text for word in words for text in texts)


def matching(lead: Lead, *, rules: Rules) -> tuple[int, AssignmentRule] | None:
    """The first rule that fits, with its number from 1."""
    for number, rule in enumerate(rules.assignment.rules, 1):
        if fits(rule.when, lead, rules=rules):
            return number, rule
    return None


def pool_for(lead: Lead, *, rules: Rules) -> str:
    """Where a lead waits until somebody owns it."""
    found = matching(lead, rules=rules)
    return (found[1].pool if found else None) or rules.default_pool


async def decide(
    tx: Tx, lead: Lead, *, without: str | None = None, others: Calendars = COMPANY_HOURS, rules: Rules, now: datetime
) -> Decision:
    """Who gets a free lead now; changes nothing. `without` is somebody who just gave it back.

    `others`: the hours of those whose hours differ from the company's; who is off shift gets none.
    """
    sticky = await _sticky(tx, lead, without=without, others=others, rules=rules, now=now)
    if sticky is not None:
        return sticky
    found = matching(lead, rules=rules)
    if found is None:
        return Decision(0, "没有规则适用", rules.default_pool, matched=not rules.assignment.rules)
    number, rule = found
    pool = rule.pool or rules.default_pool
    if rule.by == "claim":
        return Decision(number, rule.name, pool)
    people = [m for m in await list_members(tx) if meant(m, rule) and m.id != without]
    considered = await _candidates(tx, lead, rule.name, people, others=others, rules=rules, now=now)
    chosen, credit = choose(considered, rule.by)
    return Decision(number, rule.name, pool, chosen, tuple(considered), credit, offers=chosen is None)


def meant(member: Member, rule: AssignmentRule) -> bool:
    """Whether a rule gives to this member."""
    if rule.members:
        return member.id in rule.members
    return member.team == rule.team and member.role == "rep"


async def company_owners(tx: Tx, lead: Lead) -> list[str]:
    """Who owns leads of the same company, however its name is written; whoever got one last comes first."""
    found = [
        match.lead
        for match in await find_alike(tx, lead.company, limit=ALIKE)
        if match.verdict == "same" and match.lead.id != lead.id
    ]
    owned = [one for one in found if one.owner_id is not None and one.stage in (*leads.OPEN_STAGES, "won")]
    owned.sort(key=lambda one: one.owned_at or one.created_at, reverse=True)
    return list(dict.fromkeys(one.owner_id or "" for one in owned))


async def _sticky(
    tx: Tx, lead: Lead, *, without: str | None, others: Calendars, rules: Rules, now: datetime
) -> Decision | None:
    """Who has a right to this lead before all rules, if they can take it now."""
    owners: list[tuple[str, str | None]] = []
    if rules.assignment.sticky.previous_owner:
        owners.append((STICKY_PREVIOUS, await duty.previous_owner(tx, lead.id or 0)))
    if rules.assignment.sticky.same_company:
        owners += [(STICKY_COMPANY, owner_id) for owner_id in await company_owners(tx, lead)]
    for name, owner_id in owners:
        if owner_id is None or owner_id == without:
            continue
        people = [m for m in await list_members(tx) if m.id == owner_id and m.role in ("rep", "manager")]
        considered = await _candidates(tx, lead, name, people, others=others, rules=rules, now=now)
        able = next((one for one in considered if not one.refused), None)
        if able is not None:
            return Decision(0, name, lead.pool, able, tuple(considered), offers=False)
    return None


async def _candidates(
    tx: Tx, lead: Lead, rule: str, people: Sequence[Member], *, others: Calendars, rules: Rules, now: datetime
) -> list[Candidate]:
    ids = [member.id for member in people]
    await duty.lock_members(tx, ids)
    midnight = now.astimezone(rules.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    away = await duty.list_away(tx, now=now)
    loads, overdue = await duty.open_leads(tx, ids), await duty.overdue_leads(tx, ids)
    today = await duty.got_since(tx, ids, since=midnight)
    ledger = {entry.member_id: entry for entry in await duty.list_ledger(tx, rule)}
    limits = Limits(rules.claims.holding, rules.assignment.skip_overdue, rules.assignment.per_day)
    found = []
    for member in people:
        entry = ledger.get(member.id)
        refused = why_not(
            away_until=_until(away.get(member.id), rules=rules),
            off_shift=(own := others.of(member.id, member.team)) is not None and not own.is_open(now),
            load=loads.get(member.id, 0),
            overdue=overdue.get(member.id, 0),
            today=today.get(member.id, 0),
            capacity=member.capacity,
            foreign=foreign(member, lead, rules=rules),
            limits=limits,
        )
        found.append(
            Candidate(
                member.id, member.name, member.weight, entry.credit if entry else 0, entry.given if entry else 0,
                loads.get(member.id, 0), refused,
            )
        )  # fmt: skip
    return found


def _until(absence: Absence | None, *, rules: Rules) -> str:
    if absence is None:
        return ""
    return f"{absence.until.astimezone(rules.zone):%m-%d %H:%M}"


def foreign(member: Member, lead: Lead, *, rules: Rules) -> str:
    """What of this lead is not this member's business, by their own regions, industries and products; "" is fine."""
    here = lead.district or lead.city
    if member.regions and here and not lies_in(lead.city, lead.district, member.regions, regions=rules.regions):
        return f"不负责{here}"
    if member.industries and lead.industry and lead.industry not in member.industries:
        return f"不做{lead.industry}行业"
    if member.products and lead.product and lead.product not in member.products:
        return f"不卖{lead.product}"
    return ""


async def carry_out(tx: Tx, lead: Lead, decision: Decision, *, rules: Rules, now: datetime) -> list[Fact]:
    """Do what was decided, in the transaction that decided it; returns LeadPlaced and LeadAssigned as they apply."""
    facts: list[Fact] = []
    lead_id = lead.id or 0
    if decision.pool != lead.pool:
        await leads.change(tx, lead_id, pool=decision.pool)
        facts.append(
            LeadPlaced(
                lead_id=lead_id, at=now, pool=decision.pool, rule=decision.rule, number=decision.number,
                rules_version=rules.version,
            )
        )  # fmt: skip
    chosen = decision.chosen
    if chosen is None:
        return facts
    taken = await leads.change(
        tx, lead_id, col(Lead.owner_id).is_(None), owner_id=chosen.member_id, stage=MOVES["assign"].after,
        owned_at=now, touched_at=now,
    )  # fmt: skip
    if not taken:
        return facts
    for member_id, credit in (decision.credit or {}).items():
        given = next(one.given for one in decision.considered if one.member_id == member_id)
        mine = member_id == chosen.member_id
        await duty.write_ledger(
            tx, decision.rule, member_id, credit=credit, given=given + mine, last_at=now if mine else None
        )
    facts.append(
        LeadAssigned(
            lead_id=lead_id, at=now, owner_id=chosen.member_id, reason=decision.reason(), rule=decision.rule,
            rules_version=rules.version, considered=explained(decision),
        )
    )  # fmt: skip
    return facts


def explained(decision: Decision) -> tuple[dict[str, Any], ...]:
    """Everybody who was considered and why not, as it is kept in the story (ids and words, no personal data)."""
    return tuple({"member": one.member_id, "why_not": one.refused} for one in decision.considered)
