"""A person asks: known or new, they are one lead; every asking is kept with its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.rules import Rules
from leads.assign import pool_for
from leads.cleaning import BY_NUMBER, Contacts, classify, flaw_of, guessed_city, read_contacts
from leads.crossed import bind
from leads.duplicates import index_company
from leads.errors import Unusable
from leads.facts import BecameMql, Fact, LeadCaptured, LeadEnquired
from leads.fading import keep_look
from leads.fuse import key_of
from leads.lifecycle import MOVES, is_ready
from leads.own import Own, read_own
from leads.owner_facts import LeadAssigned
from leads.rate import book, rate, scored_fact
from leads.rights import Who
from leads.understand.place import district_in
from store import campaigns, findings, leads, merges
from store.tables import Enquiry, Lead
from store.tx import Tx

LONGEST = {"name": 60, "company": 120, "title": 60, "city": 40, "need": 4000, "source": 60, "phone": 60}


@dataclass(frozen=True)
class Person:
    """What a channel knows of somebody who asks; everything but the source may be empty. Budgets are in yuan."""

    source: str
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    company: str = ""
    email: str = field(default="", repr=False)
    wechat: str = field(default="", repr=False)
    title: str = ""
    city: str = ""
    need: str = field(default="", repr=False)
    budget_min: int | None = None
    budget_max: int | None = None
    external_id: str = ""
    submission_id: str | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, object] = field(default_factory=dict, repr=False)  # the company's own fields, by key or label
    asked_at: datetime | None = None  # when the channel says that they asked; before now
    campaign_id: int | None = None  # without one, an utm campaign that we know is meant


@dataclass(frozen=True)
class Captured:
    """The lead that the person is, whether they were new, and what happened."""

    lead_id: int
    new: bool
    facts: tuple[Fact, ...]


async def capture(
    tx: Tx, person: Person, *, by: Who | None = None, keep: bool = False, rules: Rules, now: datetime
) -> Captured:
    """Book an enquiry; the same submission again changes nothing. With `keep`, `by` owns a new lead at once.

    Raises Unusable when there is nothing to know the person by (no name, no contact, no company), or for an own field
    that is not there or does not fit.
    """
    own = read_own(person.own, rules=rules, now=now)
    person = _trimmed(person)
    if person.submission_id:
        known = await leads.find_submission(tx, person.source, person.submission_id)
        if known is not None:
            return Captured(known, False, ())
    keys = _keys(person)
    if not keys.pairs and not (person.name or person.phone or person.company or person.email or person.wechat):
        raise Unusable("至少要有姓名、电话、邮箱、微信或公司中的一项,否则没法联系。")
    lead_id = await _find_known(tx, keys)
    if lead_id is None:
        return await _create(tx, person, keys, own, by=by, keep=keep, rules=rules, now=now)
    return await _enquire(tx, lead_id, person, keys, own, by=by, rules=rules, now=now)


def _trimmed(person: Person) -> Person:
    values = {
        name: "".join(c for c in getattr(person, name).strip() if c.isprintable() or c == "\n")[:most]
        for name, most in LONGEST.items()
    }
    return Person(
        **values,
        email=person.email.strip()[:120],
        wechat=person.wechat.strip()[:60],
        budget_min=person.budget_min,
        budget_max=person.budget_max,
        external_id=person.external_id,
        submission_id=(person.submission_id or "").strip()[:200] or None,
        utm={str(k)[:40]: str(v)[:200] for k, v in list(person.utm.items())[:20]},
        own=person.own,
        asked_at=person.asked_at,
        campaign_id=person.campaign_id,
    )


def _keys(person: Person) -> Contacts:
    return read_contacts(phone=person.phone, email=person.email, wechat=person.wechat, external_id=person.external_id)


async def _find_known(tx: Tx, keys: Contacts) -> int | None:
    for kind, value in keys.pairs:
        lead_id = await leads.find_by_identity(tx, kind, value)
        if lead_id is not None and await leads.find_lead(tx, lead_id) is None:
            await leads.free_identities(tx, lead_id)  # what was erased leaves only the hash
        elif lead_id is not None:
            await merges.came_through(tx, lead_id, kind, value)
            return lead_id
    return None


def shown_number(keys: Contacts, person: Person) -> str:
    """What is kept as the lead's number: the normal form when it is one, else what was typed."""
    return keys.number or person.phone


async def _create(
    tx: Tx, person: Person, keys: Contacts, own: Own, *, by: Who | None, keep: bool, rules: Rules, now: datetime
) -> Captured:
    lead = Lead(
        corp=tx.corp,
        name=person.name,
        company=person.company,
        title=person.title,
        city=person.city,
        district=district_in(person.city),
        phone=shown_number(keys, person),
        phone_flaw=keys.flaw,
        email=person.email,
        wechat=person.wechat,
        need=person.need,
        budget_min=person.budget_min,
        budget_max=person.budget_max,
        pool=rules.default_pool,
        source=person.source,
        enquiries=1,
        created_at=now,
        rules_version=rules.version,
    )
    for name, held in own.on(lead).items():
        setattr(lead, name, held)
    guess = "" if lead.city else guessed_city(keys)
    lead.city = lead.city or guess
    for name, value in classify(lead, rules=rules).items():
        setattr(lead, name, value)
    lead.flaw = flaw_of(lead, known_outside=bool(person.external_id), rules=rules)
    lead.pool = pool_for(lead, rules=rules)
    rated = rate(lead, rules=rules, now=now)
    book(lead, rated, rules=rules)
    owner = by.id if keep and by is not None and by.role in ("rep", "manager") else None
    ready = rated.mql and owner is None and is_ready(lead, rules=rules)
    if owner is not None:
        lead.owner_id, lead.owned_at, lead.stage = owner, now, MOVES["assign"].after
    elif ready:
        lead.stage = MOVES["ready"].after
    await tx.add(lead)
    lead_id = lead.id or 0
    for kind, value in keys.pairs:
        await leads.add_identity(tx, kind, value, lead_id)
    await index_company(tx, lead_id, before="", after=lead.company)
    if guess:
        await findings.note(tx, lead_id, {"city": guess}, source=BY_NUMBER, now=now)
    await _book_enquiry(tx, lead_id, person, now=now)
    actor = by.id if by is not None else None
    facts: list[Fact] = [
        LeadCaptured(
            lead_id=lead_id,
            at=now,
            by=actor,
            source=person.source,
            pool=lead.pool,
            need=person.need,
            asked_at=person.asked_at if person.asked_at is not None and person.asked_at <= now else None,
        ),
        scored_fact(lead_id, rated, rules=rules, now=now),
    ]
    if owner is not None:
        facts.append(LeadAssigned(lead_id=lead_id, at=now, by=actor, owner_id=owner, reason="自己录入"))
    elif ready:
        facts.append(BecameMql(lead_id=lead_id, at=now, pool=lead.pool, rules_version=rules.version))
    return Captured(lead_id, True, tuple(facts))


async def _enquire(
    tx: Tx, lead_id: int, person: Person, keys: Contacts, own: Own, *, by: Who | None, rules: Rules, now: datetime
) -> Captured:
    lead = await leads.get_lead(tx, lead_id)
    actor = by.id if by is not None else None
    crossed = await bind(tx, keys.pairs, lead_id, by=actor, now=now)
    await _book_enquiry(tx, lead_id, person, now=now)
    reopened = lead.stage in MOVES["reopen"].before
    fresh = _filled(lead, person, keys)
    fresh |= own.filling(lead)
    if person.city and person.city != lead.city and await findings.is_guessed(tx, lead_id, "city"):
        fresh |= {"city": person.city, "district": district_in(person.city)}
        await findings.forget(tx, lead_id, ["city"])
    before = (lead.score, lead.grade)
    merged = Lead(**{**lead.model_dump(), **fresh, "enquiries": lead.enquiries + 1})
    fresh |= classify(merged, rules=rules)
    fresh["flaw"] = flaw_of(merged, known_outside=bool(person.external_id) or not lead.flaw, rules=rules)
    merged = Lead(**{**merged.model_dump(), **fresh})
    rated = rate(merged, rules=rules, now=now)
    merged.stage = MOVES["reopen"].after if reopened else lead.stage
    merged.owner_id = None if reopened else lead.owner_id
    ready = rated.mql and is_ready(merged, rules=rules)
    await leads.change(
        tx,
        lead_id,
        **fresh,
        enquiries=merged.enquiries,
        stage=MOVES["ready"].after if ready else merged.stage,
        owner_id=merged.owner_id,
        closed_reason="" if reopened else lead.closed_reason,
        score=rated.points,
        grade=rated.grade,
        temperature=rated.temperature,
        score_parts=[[part.points, part.why] for part in rated.parts],
        rules_version=rules.version,
    )
    await keep_look(tx, lead_id, lead.heat, rated.temperature, rules=rules, now=now)
    await index_company(tx, lead_id, before=lead.company, after=merged.company)
    facts: list[Fact] = [
        LeadEnquired(
            lead_id=lead_id, at=now, by=actor, source=person.source, count=merged.enquiries, need=person.need
        ),
        *crossed,
    ]  # fmt: skip
    if (rated.points, rated.grade) != before:
        facts.append(scored_fact(lead_id, rated, rules=rules, now=now))
    if ready:
        facts.append(BecameMql(lead_id=lead_id, at=now, pool=lead.pool, rules_version=rules.version))
    return Captured(lead_id, False, tuple(facts))


def _filled(lead: Lead, person: Person, keys: Contacts) -> dict[str, object]:
    """What the new enquiry adds: blanks are filled, nothing that is known is overwritten."""
    fresh: dict[str, object] = {}
    for name in ("name", "company", "title", "city", "email", "wechat", "need"):
        if not getattr(lead, name) and getattr(person, name):
            fresh[name] = getattr(person, name)
    if person.phone and (not lead.phone or (lead.phone_flaw and not keys.flaw)):
        fresh |= {"phone": shown_number(keys, person), "phone_flaw": keys.flaw}
    fresh["also"] = _also(lead, keys, fresh)
    if lead.budget_min is None and lead.budget_max is None:
        fresh |= {"budget_min": person.budget_min, "budget_max": person.budget_max}
    return fresh


def _also(lead: Lead, keys: Contacts, fresh: Mapping[str, object]) -> list[list[str]] | None:
    """Further ways to reach the person: nothing that they ever left is lost."""
    first = {kind: fresh.get(kind, getattr(lead, kind)) for kind in ("phone", "email", "wechat")}
    known = [*(lead.also or [])]
    normal = {value for kind, way in first.items() if (value := key_of(kind, str(way))) is not None}
    more = [[kind, value] for kind, value in keys.pairs if kind in first and value not in normal]
    return [*known, *(way for way in more if way not in known)] or None


async def _book_enquiry(tx: Tx, lead_id: int, person: Person, *, now: datetime) -> None:
    campaign_id = person.campaign_id
    if campaign_id is None and (mark := person.utm.get("campaign", "")):
        campaign = await campaigns.find_by_mark(tx, mark)
        campaign_id = campaign.id if campaign is not None else None
    await tx.add(
        Enquiry(
            corp=tx.corp,
            lead_id=lead_id,
            source=person.source,
            submission_id=person.submission_id,
            need=person.need,
            utm=dict(person.utm),
            campaign_id=campaign_id,
            at=now,
        )
    )
