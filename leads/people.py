"""Who decides, uses or advises at a customer: people and what they are in a purchase."""

import re
from collections.abc import Mapping
from datetime import datetime

from config.rules import Rules
from leads.deal import get_workable_deal
from leads.deal_facts import OpportunityChanged
from leads.duplicates import find_alike
from leads.errors import Unusable
from leads.rights import Who, get_visible, get_workable
from store import contacts, deals, leads
from store.deal import Opportunity
from store.tables import Lead
from store.tx import Tx

ROLES: Mapping[str, str] = {
    "decider": "决策人", "user": "使用人", "influencer": "影响人", "buyer": "采购人", "finance": "财务",
}  # fmt: skip
SAID = {
    **{label: key for key, label in ROLES.items()},
    "决策者": "decider", "拍板的": "decider", "老板": "decider", "使用者": "user", "影响者": "influencer",
    "采购": "buyer",
}  # fmt: skip
HIMSELF = ("本人", "就是他", "就是她", "他自己", "她自己", "联系人本人")
LOOKED_AT = 50


def role_in(words: str) -> str | None:
    """The role that a word names, or None."""
    return SAID.get(words.strip()) or (words.strip() if words.strip() in ROLES else None)


async def set_role(tx: Tx, lead_id: int, who: Who, role: str, *, rules: Rules, now: datetime) -> Lead:
    """Say what a person is in all that their company buys. Raises NotFound, NotYours, Unusable (no such role)."""
    lead = await get_workable(tx, lead_id, who, rules=rules)
    if role not in ROLES:
        raise Unusable(f"没有叫「{role[:20]}」的角色。可以是:{'、'.join(ROLES.values())}。")
    await contacts.set_role(tx, lead.id or 0, 0, role, by=who.id, now=now)
    await leads.change(tx, lead.id or 0, touched_at=now)
    return lead


async def add_contact(
    tx: Tx, opportunity_id: int, lead_id: int, who: Who, role: str, *, rules: Rules, now: datetime
) -> OpportunityChanged:
    """One more person has a part in a deal. Raises NotFound, NotYours, Unusable (no such role)."""
    deal = await get_workable_deal(tx, opportunity_id, who, rules=rules)
    person = await get_visible(tx, lead_id, who, rules=rules)
    if role and role not in ROLES:
        raise Unusable(f"没有叫「{role[:20]}」的角色。可以是:{'、'.join(ROLES.values())}。")
    await contacts.set_role(tx, person.id or 0, opportunity_id, role, by=who.id, now=now)
    await deals.change_deal(tx, opportunity_id, touched_at=now)
    await leads.change(tx, deal.lead_id, touched_at=now)
    return OpportunityChanged(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, fields=("contacts",),
        words=f"联系人 {person.no}" + (f"({ROLES[role]})" if role else ""),
    )  # fmt: skip


async def name_decider(
    tx: Tx, deal: Opportunity, words: str, who: Who, *, rules: Rules, now: datetime
) -> list[OpportunityChanged]:
    """The answer to 决策人是谁: the contact themselves, a lead's number, or a name at the same company.

    Raises Unusable when nobody (or more than one) is meant.
    """
    text = words.strip()
    lead = await leads.get_lead(tx, deal.lead_id)
    found: Lead | None = None
    if text in HIMSELF or (lead.name and text == lead.name):
        found = lead
    elif number := re.fullmatch(r"[Ll]\s*(\d{1,12})", text):
        found = await get_visible(tx, int(number[1]), who, rules=rules)
    else:
        house = await find_alike(tx, lead.company, limit=LOOKED_AT) if lead.company else []
        named = [match.lead for match in house if match.verdict == "same" and text and match.lead.name == text]
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise Unusable(f"没有找到「{text[:20]}」。是联系人自己就回复「本人」,是别人先录入再回复他的编号,例如 L1030。")
    return [await add_contact(tx, deal.id or 0, found.id or 0, who, "decider", rules=rules, now=now)]
