"""What sales says of a lead: it can become a deal, or it is worth nothing."""

from datetime import datetime

from config.rules import Rules
from leads.errors import Unusable, WrongStage
from leads.facts import LeadDisqualified, LeadQualified
from leads.rights import Who, get_workable
from store import leads
from store.tx import Tx


async def qualify(tx: Tx, lead_id: int, who: Who, *, rules: Rules, now: datetime) -> LeadQualified:
    """Move an owned lead to SQL. Raises NotFound, NotYours, WrongStage."""
    lead = await get_workable(tx, lead_id, who, rules=rules)
    if lead.stage in ("sql", "opportunity", "won"):
        raise WrongStage(f"{lead.no} 已经是合格线索了,接着跟进就好。")
    if lead.stage not in ("new", "nurturing", "mql", "sal", "dormant"):
        raise WrongStage(f"{lead.no} 已经结束了({lead.closed_reason or lead.stage}),不能再转合格。")
    await leads.change(tx, lead_id, stage="sql", touched_at=now)
    return LeadQualified(lead_id=lead_id, at=now, by=who.id, owner_id=lead.owner_id)


async def disqualify(tx: Tx, lead_id: int, who: Who, reason: str, *, rules: Rules, now: datetime) -> LeadDisqualified:
    """Close a lead as invalid, with the reason for its source. Raises NotFound, NotYours, WrongStage, Unusable."""
    lead = await get_workable(tx, lead_id, who, rules=rules)
    reason = reason.strip()
    if not reason:
        raise Unusable(f"无效要说一句原因,市场好改进。例如:无效 {lead.no} 空号")
    if lead.stage not in leads.OPEN_STAGES:
        raise WrongStage(f"{lead.no} 已经结束了({lead.closed_reason or lead.stage})。")
    await leads.change(
        tx, lead_id, stage="invalid", closed_reason=reason[:100], next_step_at=None, next_step="", touched_at=now
    )
    return LeadDisqualified(lead_id=lead_id, at=now, by=who.id, reason=reason[:1000], source=lead.source)
