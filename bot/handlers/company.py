"""公司, 角色, 联系人: a company's people and deals on one card, and who is what in a purchase."""

import re
from collections.abc import Sequence

from bot.context import Answer, Context
from bot.handlers.deal import meant_deal
from bot.handlers.words import lead_and_rest
from leads.duplicates import find_alike
from leads.errors import NotFound, Unusable
from leads.facts import Fact
from leads.firm import read_firm
from leads.people import ROLES, add_contact, role_in, set_role
from leads.rights import Who, can_see
from leads.undo import remember, snapshot_deals
from store.leads import find_lead
from store.merges import current
from store.tables import Lead
from store.talk import find_focus, set_focus
from store.tx import Tx

LOOKED_AT, LISTED = 50, 10
KNOWN = "、".join(ROLES.values())


async def on_company_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """公司 云栖智能: its people and deals, as far as the asker may see them."""
    if not rest:
        raise Unusable("看哪家公司?例如:公司 云栖智能")
    lead_id, more = lead_and_rest(rest, bare=False)
    words = rest
    if lead_id is not None and not more:
        lead = await find_lead(tx, await current(tx, lead_id))
        if lead is None or not lead.company or not await can_see(tx, lead, who, rules=ctx.rules):
            raise NotFound(f"L{lead_id} 的公司")
        words = lead.company
    matches = await find_alike(tx, words, limit=LOOKED_AT)
    found = [m.lead for m in matches if await can_see(tx, m.lead, who, rules=ctx.rules)]
    if not found:
        raise NotFound(f"公司「{words[:20]}」")
    return await _shown(tx, _house(found[0], found), who, ctx)


async def company_of(tx: Tx, words: str, found: Sequence[Lead], who: Who, ctx: Context) -> list[Fact | Answer] | None:
    """The card of the company that words name, when all that was found are people of one; None otherwise."""
    if len(found) < 2 or not all(words in lead.company for lead in found) or any(words in one.name for one in found):
        return None
    house = _house(found[0], found)
    return await _shown(tx, house, who, ctx) if len(house) == len(found) else None


def _house(first: Lead, found: Sequence[Lead]) -> list[Lead]:
    """Those of the same legal name as the first one."""
    firm = read_firm(first.company)
    if firm is None:
        return [lead for lead in found if lead.company == first.company]
    return [lead for lead in found if (other := read_firm(lead.company)) is not None and other.core == firm.core]


async def _shown(tx: Tx, house: Sequence[Lead], who: Who, ctx: Context) -> list[Fact | Answer]:
    ids = [lead.id or 0 for lead in sorted(house, key=lambda lead: lead.id or 0)][:LISTED]
    await set_focus(tx, who.id or "", listed=ids, asked="", now=ctx.now)
    return [Answer("company", params={"leads": ids, "more": max(len(house) - LISTED, 0)})]


async def on_role_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """角色 L1024 决策人; without a number it is the lead in focus."""
    if lead_id is None:
        focus = await find_focus(tx, who.id or "")
        lead_id = focus.lead_id if focus is not None else None
    role = role_in(rest)
    if lead_id is None or role is None:
        raise Unusable(f"谁是什么角色?例如:角色 L1024 决策人。可以是:{KNOWN}。")
    lead = await set_role(tx, lead_id, who, role, rules=ctx.rules, now=ctx.now)
    if not lead.company:
        return [Answer("lead", lead.id, {"said": f"{lead.no} 是{ROLES[role]},记下了"})]
    return await on_company_word(tx, lead.no, who, ctx)


async def on_contact_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """联系人 O88 L1030 决策人: one more person has a part in a deal."""
    deal, words = await meant_deal(tx, rest, who, ctx, bare=False, example="例如:联系人 O88 L1030 决策人")
    named = re.match(r"[Ll]?\s*(\d{1,12})\s*", words)
    if named is None:
        raise Unusable(f"加谁?先录入他,再发:联系人 {deal.no} L1030 决策人")
    said = words[named.end() :].strip()
    role = role_in(said) if said else ""
    if role is None:
        raise Unusable(f"没有叫「{said[:20]}」的角色。可以是:{KNOWN}。")
    person_id = await current(tx, int(named[1]))
    before = await snapshot_deals(tx, deal.lead_id)
    fact = await add_contact(tx, deal.id or 0, person_id, who, role, rules=ctx.rules, now=ctx.now)
    await remember(tx, who, "deal", deal.lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=deal.lead_id, asked="", now=ctx.now)
    return [fact, Answer(f"deal:{deal.id}", deal.lead_id, {"said": f"{deal.no} 加了{fact.words}"})]
