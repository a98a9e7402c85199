"""Giving a lead back to its pool: with a reason, so that the next owner knows what was tried."""

from datetime import datetime

from config.rules import Rules
from leads.errors import Unusable
from leads.lifecycle import require_move
from leads.owner_facts import LeadReleased
from leads.rights import Who, get_visible, not_yours
from store import leads
from store.tx import Tx


async def release(
    tx: Tx, lead_id: int, who: Who, reason: str, *, pool: str | None = None, rules: Rules, now: datetime
) -> LeadReleased:
    """Put an owned lead back into a pool (its own unless named). Raises NotFound, NotYours, WrongStage, Unusable."""
    lead = await get_visible(tx, lead_id, who, rules=rules)
    if lead.owner_id is None:
        raise not_yours(lead, who, None)
    move = await require_move(tx, lead, who, "release", rules=rules)
    reason = reason.strip()
    if not reason:
        raise Unusable(f"退回 {lead.no} 要说一句原因,下一位好接手。例如:退回 {lead.no} 打了三次没人接")
    target = pool or lead.pool
    if target not in rules.pools:
        raise Unusable(f"没有叫「{target}」的线索池。现有:{'、'.join(rules.pools)}。")
    await leads.change(
        tx, lead_id, owner_id=None, stage=move.after, pool=target, next_step_at=None, next_step="", owned_at=None
    )
    return LeadReleased(lead_id=lead_id, at=now, by=who.id, owner_id=lead.owner_id, pool=target, reason=reason)
