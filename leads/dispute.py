"""撞单: two reps say that a customer is theirs; the evidence is laid side by side, and their manager decides."""

from datetime import datetime

from config.rules import Rules
from leads.errors import NoRight, NotFound, Unusable
from leads.facts import Fact
from leads.identity_facts import DisputeDecided, DisputeOpened
from leads.rights import Who, leads_owner
from leads.transfer import transfer
from store import disputes, leads
from store.members import name_of
from store.twin import Dispute
from store.tx import Tx


async def open_dispute(tx: Tx, lead_id: int, who: Who, *, now: datetime) -> DisputeOpened:
    """Say that a colleague's customer is one's own. Raises NotFound, NoRight, Unusable (free, one's own, running)."""
    lead = await leads.find_lead(tx, lead_id)
    if lead is None:
        raise NotFound(f"L{lead_id}")
    if who.id is None or who.role not in ("rep", "manager"):
        raise NoRight("撞单由销售提出,主管来定。")
    if lead.owner_id is None:
        raise Unusable(f"{lead.no} 现在没有人负责,不用撞单。发「领取 {lead.no}」。")
    if lead.owner_id == who.id:
        raise Unusable(f"{lead.no} 本来就是你的,不用撞单。")
    if await disputes.find_open(tx, lead.id or 0) is not None:
        raise Unusable(f"{lead.no} 的撞单已经提给主管了,等主管来定。")
    row = Dispute(corp=tx.corp, lead_id=lead.id or 0, holder_id=lead.owner_id, claimant_id=who.id, opened_at=now)
    await tx.add(row)
    return DisputeOpened(
        lead_id=lead.id or 0, at=now, by=who.id, dispute_id=row.id or 0, holder_id=lead.owner_id, claimant_id=who.id
    )


async def decide_dispute(
    tx: Tx, dispute_id: int, winner_id: str, who: Who, *, rules: Rules, now: datetime
) -> list[Fact]:
    """The manager's word: the lead stays, or goes to the other. Raises NotFound, NoRight, Unusable (decided)."""
    row = await disputes.find_dispute(tx, dispute_id)
    lead = await leads.find_lead(tx, row.lead_id) if row is not None else None
    if row is None or lead is None or winner_id not in (row.holder_id, row.claimant_id):
        raise NotFound("这次撞单")
    if who.role != "admin" and (who.id in (row.holder_id, row.claimant_id) or not await leads_owner(tx, lead, who)):
        raise NoRight("撞单由负责人的主管来定。")
    if row.decided_at is not None:
        raise Unusable(f"{lead.no} 的撞单已经定了:归{await name_of(tx, row.winner_id)}。")
    facts: list[Fact] = []
    if lead.owner_id != winner_id:
        facts.append(await transfer(tx, lead.id or 0, who, winner_id, reason="撞单裁决", rules=rules, now=now))
    await disputes.decide(tx, dispute_id, winner_id=winner_id, by=who.id, now=now)
    decided = DisputeDecided(
        lead_id=lead.id or 0, at=now, by=who.id, dispute_id=dispute_id, winner_id=winner_id,
        loser_id=row.holder_id if winner_id == row.claimant_id else row.claimant_id,
    )  # fmt: skip
    return [*facts, decided]
