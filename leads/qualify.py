"""What sales says of a lead: it can become a deal, or it is worth nothing."""

from datetime import datetime

from config.rules import Rules
from leads.errors import Unusable
from leads.facts import LeadDisqualified, LeadQualified
from leads.lifecycle import require_move
from leads.rights import Who, get_visible
from store import leads
from store.tx import Tx


async def qualify(tx: Tx, lead_id: int, who: Who, *, rules: Rules, now: datetime) -> LeadQualified:
    """Move an owned lead to SQL. Raises NotFound, NotYours, WrongStage, FieldsMissing."""
    lead = await get_visible(tx, lead_id, who, rules=rules)
    move = await require_move(tx, lead, who, "qualify", rules=rules)
    await leads.change(tx, lead_id, stage=move.after, touched_at=now)
    return LeadQualified(lead_id=lead_id, at=now, by=who.id, owner_id=lead.owner_id)


async def disqualify(tx: Tx, lead_id: int, who: Who, reason: str, *, rules: Rules, now: datetime) -> LeadDisqualified:
    """Close a lead as invalid, with the reason for its source.

    Raises NotFound, NotYours, NoRight, WrongStage, Unusable (no reason).
    """
    lead = await get_visible(tx, lead_id, who, rules=rules)
    move = await require_move(tx, lead, who, "disqualify", rules=rules)
    reason = reason.strip()
    if not reason:
        raise Unusable(f"无效要说一句原因,市场好改进。例如:无效 {lead.no} 空号")
    await leads.change(
        tx, lead_id, stage=move.after, closed_reason=reason[:100], next_step_at=None, next_step="", touched_at=now
    )
    return LeadDisqualified(lead_id=lead_id, at=now, by=who.id, reason=reason[:1000], source=lead.source)
