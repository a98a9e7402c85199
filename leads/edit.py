"""Correcting what is known of a lead: a person's word wins over anything found by a machine."""

from collections.abc import Mapping
from datetime import datetime

from config.rules import Rules
from leads.capture import rate
from leads.cleaning import flaw_of
from leads.duplicates import index_company
from leads.errors import Unusable
from leads.facts import BecameMql, Fact, LeadEdited, LeadScored
from leads.rights import Who, get_workable
from leads.understand.contact import normal_email, normal_wechat
from leads.understand.phone import normal_phone
from store import findings, leads
from store.tables import Lead
from store.tx import Tx

TEXTS = ("name", "company", "title", "city", "need")
FIELDS = (*TEXTS, "phone", "email", "wechat", "budget_min", "budget_max")


async def edit(
    tx: Tx, lead_id: int, who: Who, values: Mapping[str, object], *, rules: Rules, now: datetime
) -> tuple[Fact, ...]:
    """Change fields of a lead and rate it anew. Raises NotFound, NotYours, Unusable (a contact is somebody else's)."""
    lead = await get_workable(tx, lead_id, who, rules=rules)
    fresh = {name: value for name, value in values.items() if name in FIELDS and getattr(lead, name) != value}
    if not fresh:
        return ()
    pairs: list[tuple[str, str]] = []
    if "phone" in fresh:
        phone = normal_phone(str(fresh["phone"])) if fresh["phone"] else None
        flaw = "" if phone is not None and phone.valid else (phone.reason if phone else "不是电话号码")
        fresh["phone_flaw"] = flaw if fresh["phone"] else ""
        if phone is not None and phone.valid:
            fresh["phone"] = phone.key
            pairs.append(("phone", str(fresh["phone"])))
    if (email := normal_email(str(fresh.get("email") or ""))) is not None:
        pairs.append(("email", email))
    if (wechat := normal_wechat(str(fresh.get("wechat") or ""))) is not None:
        pairs.append(("wechat", wechat))
    for kind, value in pairs:
        await _refuse_others(tx, kind, value, lead_id)
    for kind, value in pairs:
        await leads.add_identity(tx, kind, value, lead_id)
    merged = Lead(**{**lead.model_dump(), **fresh})
    fresh["flaw"] = flaw_of(merged, known_outside=not lead.flaw and not lead.phone, rules=rules)
    merged.flaw = str(fresh["flaw"])
    await findings.forget(tx, lead_id, list(values))
    rated = rate(merged, rules=rules)
    usable = not merged.phone_flaw and not merged.flaw
    ready = rated.mql and usable and merged.owner_id is None and merged.stage in ("new", "nurturing")
    await leads.change(
        tx,
        lead_id,
        **fresh,
        stage="mql" if ready else lead.stage,
        score=rated.points,
        grade=rated.grade,
        temperature=rated.temperature,
        score_parts=[[part.points, part.why] for part in rated.parts],
        rules_version=rules.version,
    )
    await index_company(tx, lead_id, before=lead.company, after=merged.company)
    changed = tuple(name for name in fresh if name not in ("phone_flaw", "flaw"))
    facts: list[Fact] = [LeadEdited(lead_id=lead_id, at=now, by=who.id, fields=changed)]
    if (rated.points, rated.grade) != (lead.score, lead.grade):
        parts = tuple((part.points, part.why) for part in rated.parts)
        facts.append(
            LeadScored(
                lead_id=lead_id, at=now, score=rated.points, grade=rated.grade, parts=parts, rules_version=rules.version
            )
        )
    if ready:
        facts.append(BecameMql(lead_id=lead_id, at=now, pool=lead.pool, rules_version=rules.version))
    return tuple(facts)


async def _refuse_others(tx: Tx, kind: str, value: str, lead_id: int) -> None:
    known = await leads.find_by_identity(tx, kind, value)
    if known is not None and known != lead_id:
        raise Unusable(f"这个联系方式已经是 L{known} 的了,先查重再改。")
