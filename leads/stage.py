"""A lead is moved by hand: back to nurturing, to sleep, ready for sales, or by whichever verb leads to a stage."""

from datetime import datetime

from config.rules import Rules
from config.words import STAGE_LABELS
from leads.errors import Unusable, WrongStage
from leads.facts import BecameMql, Fact, LeadFellAsleep, LeadNurtured
from leads.lifecycle import require_move
from leads.qualify import disqualify, qualify
from leads.release import release
from leads.rights import Who, get_visible
from store import leads
from store.tx import Tx

BY_HAND = ("nurturing", "mql", "sql", "invalid", "dormant")  # the others follow from claims and opportunities


async def move_to(
    tx: Tx, lead_id: int, stage: str, who: Who, *, reason: str = "", rules: Rules, now: datetime
) -> tuple[str, Fact]:
    """Move a lead to a stage by the verb that leads there: (the move's name, what happened).

    Raises NotFound, NotYours, NoRight, WrongStage, FieldsMissing, Unusable (a reason is wanted).
    """
    lead = await get_visible(tx, lead_id, who, rules=rules)
    if stage == "nurturing":
        return "nurture", await nurture(tx, lead_id, who, reason, rules=rules, now=now)
    if stage == "dormant":
        return "sleep", await sleep(tx, lead_id, who, reason, rules=rules, now=now)
    if stage == "sql":
        return "qualify", await qualify(tx, lead_id, who, rules=rules, now=now)
    if stage == "invalid":
        return "disqualify", await disqualify(tx, lead_id, who, reason, rules=rules, now=now)
    if stage == "mql" and lead.owner_id is not None:
        return "release", await release(tx, lead_id, who, reason, rules=rules, now=now)
    if stage == "mql":
        return "ready", await call_ready(tx, lead_id, who, rules=rules, now=now)
    how = {"new": "再次咨询时自动变成", "sal": "领取或分配以后就是", "opportunity": "转商机以后就是"}
    how |= {"won": "商机赢单以后就是", "lost": "商机输单以后就是"}
    if stage not in how:
        known = "、".join(STAGE_LABELS[one] for one in BY_HAND)
        raise Unusable(f"没有叫「{stage[:20]}」的阶段。可以改成:{known}。")
    raise WrongStage(f"{lead.no} 不能直接改成「{STAGE_LABELS[stage]}」:{how[stage]}「{STAGE_LABELS[stage]}」。")


async def nurture(tx: Tx, lead_id: int, who: Who, reason: str, *, rules: Rules, now: datetime) -> LeadNurtured:
    """Give a lead that is not ready back to marketing. Raises NotFound, NotYours, NoRight, WrongStage."""
    lead = await get_visible(tx, lead_id, who, rules=rules)
    move = await require_move(tx, lead, who, "nurture", rules=rules)
    await leads.change(
        tx, lead_id, owner_id=None, stage=move.after, next_step_at=None, next_step="", owned_at=None, touched_at=now
    )
    return LeadNurtured(lead_id=lead_id, at=now, by=who.id, owner_id=lead.owner_id, reason=reason.strip()[:1000])


async def sleep(tx: Tx, lead_id: int, who: Who, reason: str, *, rules: Rules, now: datetime) -> LeadFellAsleep:
    """Nothing moves here for now; asking again wakes the lead. Raises NotFound, NotYours, NoRight, WrongStage."""
    lead = await get_visible(tx, lead_id, who, rules=rules)
    move = await require_move(tx, lead, who, "sleep", rules=rules)
    await leads.change(tx, lead_id, stage=move.after, next_step_at=None, next_step="", touched_at=now)
    return LeadFellAsleep(lead_id=lead_id, at=now, by=who.id, owner_id=lead.owner_id, reason=reason.strip()[:1000])


async def call_ready(tx: Tx, lead_id: int, who: Who, *, rules: Rules, now: datetime) -> BecameMql:
    """Marketing calls a free lead ready for sales. Raises NotFound, NoRight, WrongStage, FieldsMissing, Unusable."""
    lead = await get_visible(tx, lead_id, who, rules=rules)
    move = await require_move(tx, lead, who, "ready", rules=rules)
    if lead.flaw:
        raise Unusable(f"{lead.no} 还联系不上({lead.flaw}),先补上电话、邮箱或微信再转给销售。")
    await leads.change(tx, lead_id, stage=move.after, touched_at=now)
    return BecameMql(lead_id=lead_id, at=now, by=who.id, pool=lead.pool, rules_version=rules.version)
