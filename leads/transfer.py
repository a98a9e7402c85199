"""Handing a lead to a colleague: the owner changes, the story stays."""

from datetime import datetime

from config.rules import Rules
from config.words import ROLE_LABELS
from leads.errors import Unusable, WrongStage
from leads.lifecycle import MOVES, ended, way_back
from leads.owner_facts import LeadTransferred
from leads.rights import CLAIMERS, Who, can_act, get_visible, is_free, not_yours
from store import leads
from store.members import find_member, name_of
from store.tables import Member
from store.tx import Tx


def why_not_to(member: Member | None, to_id: str) -> str:
    """Why somebody cannot take a lead over, as a sentence."""
    if member is None:
        return f"没有找到同事「{to_id[:20]}」。"
    if member.state != "active":
        return f"{member.name}已经离职,不能接手。"
    return f"{member.name}是{ROLE_LABELS[member.role]},线索要转给销售或主管。"


async def transfer(
    tx: Tx, lead_id: int, who: Who, to_id: str, *, reason: str = "", rules: Rules, now: datetime
) -> LeadTransferred:
    """Give a lead another owner; managers and administrators may also give a free one.

    Raises NotFound, NotYours, WrongStage, Unusable (nobody of that id, or it is theirs already).
    """
    lead = await get_visible(tx, lead_id, who, rules=rules)
    giving = is_free(lead) and who.role in ("manager", "admin")
    if not giving and not await can_act(tx, lead, who):
        raise not_yours(lead, who, await name_of(tx, lead.owner_id))
    if lead.stage not in leads.CARED_STAGES:
        raise WrongStage(f"{lead.no} {ended(lead)},不能再转。{way_back(lead)}")
    taker = await find_member(tx, to_id)
    if taker is None or taker.state != "active" or taker.role not in CLAIMERS:
        raise Unusable(f"{why_not_to(taker, to_id)}发「转给 {lead.no}」可以从名单里选。")
    if lead.owner_id == taker.id:
        raise Unusable(f"{lead.no} 已经在{taker.name}手上了,不用再转。")
    values: dict[str, object] = {"owner_id": taker.id}
    if giving:
        values |= {"stage": MOVES["assign"].after, "owned_at": now}
    await leads.change(tx, lead_id, **values)
    return LeadTransferred(
        lead_id=lead_id, at=now, by=who.id, from_id=lead.owner_id, to_id=taker.id, reason=reason.strip()
    )
