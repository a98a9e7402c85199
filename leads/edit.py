"""Correcting what is known of a lead: a person's word wins over anything found by a machine."""

from collections.abc import Mapping
from datetime import datetime

from config.rules import Rules
from config.words import FIELD_LABELS
from leads.capture import LONGEST
from leads.cleaning import flaw_of
from leads.duplicates import index_company
from leads.errors import Unusable
from leads.facts import BecameMql, Fact, LeadEdited, LeadScored
from leads.fading import keep_look
from leads.lifecycle import MOVES, is_ready
from leads.own import read_own, values_of
from leads.rate import rate
from leads.rights import Who, get_tended
from leads.understand.contact import normal_email, normal_wechat
from leads.understand.money import read_budget
from leads.understand.phone import normal_phone
from store import findings, leads
from store.tables import Lead
from store.tx import Tx

TEXTS = ("name", "company", "title", "city", "need")
FIELDS = (*TEXTS, "phone", "email", "wechat", "budget_min", "budget_max")
OWN = ("own", "own_sealed")


async def edit(
    tx: Tx, lead_id: int, who: Who, values: Mapping[str, object], *, rules: Rules, now: datetime
) -> tuple[Fact, ...]:
    """Change fields of a lead and rate it anew; `own` are the company's own fields, by key or label.

    Raises NotFound, NotYours, Unusable (a contact is somebody else's, a value does not fit its field).
    """
    lead = await get_tended(tx, lead_id, who, rules=rules)
    given = values.get("own")
    own = read_own(given if isinstance(given, Mapping) else {}, rules=rules, now=now)
    held = values_of(lead)
    told = [f"fields.{key}" for side in (own.plain, own.sealed) for key, v in side.items() if held.get(key) != v]
    fresh = {name: value for name, value in values.items() if name in FIELDS and getattr(lead, name) != value}
    fresh |= dict(own.on(lead)) if told else {}
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
    rated = rate(merged, rules=rules, now=now)
    ready = rated.mql and is_ready(merged, rules=rules)
    await leads.change(
        tx,
        lead_id,
        **fresh,
        stage=MOVES["ready"].after if ready else lead.stage,
        score=rated.points,
        grade=rated.grade,
        temperature=rated.temperature,
        score_parts=[[part.points, part.why] for part in rated.parts],
        rules_version=rules.version,
    )
    await keep_look(tx, lead_id, lead.heat, rated.temperature, rules=rules, now=now)
    await index_company(tx, lead_id, before=lead.company, after=merged.company)
    changed = (*(name for name in fresh if name not in ("phone_flaw", "flaw", *OWN)), *told)
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


def typed_values(given: Mapping[str, str], *, rules: Rules) -> dict[str, object]:
    """What a person typed, by key, as `edit` takes it; raises Unusable for a budget that is no sum, or an empty one."""
    values: dict[str, object] = {}
    own: dict[str, object] = {}
    for key, words in given.items():
        text = words.strip()
        if not text:
            raise Unusable(f"「{label_of(key, rules=rules)}」后面要写上内容。")
        if key in rules.fields:
            own[key] = text
        elif key == "budget":
            read = read_budget(text)
            if read is None:
                raise Unusable(f"「{text[:20]}」看不出是多少钱。预算可以写 50万、10-20万 或 300000。")
            values |= {"budget_min": read[0], "budget_max": read[1]}
        elif key == "phone" and ((phone := normal_phone(text)) is None or not phone.valid):
            raise Unusable(f"「{text[:20]}」打不通:{phone.reason if phone else '不是电话号码'}。请核对后再发。")
        else:
            values[key] = text[: LONGEST.get(key, 120)]
    return values | ({"own": own} if own else {})


def label_of(key: str, *, rules: Rules) -> str:
    """What people call a field."""
    return rules.fields[key].label if key in rules.fields else FIELD_LABELS.get(key, key)


async def _refuse_others(tx: Tx, kind: str, value: str, lead_id: int) -> None:
    known = await leads.find_by_identity(tx, kind, value)
    if known is not None and known != lead_id:
        raise Unusable(f"这个联系方式已经是 L{known} 的了,先查重再改。")
