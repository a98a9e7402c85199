"""A deal goes on: to another stage when what that stage wants is known, and its usual steps are ticked off."""

from datetime import datetime

from config.pipeline import DealStage, Pipeline
from config.rules import Rules
from config.words import FIELD_LABELS
from leads.convert import reached
from leads.deal import get_workable_deal, require_open, stage_of, way_of
from leads.deal_facts import OpportunityChanged, OpportunityMoved
from leads.errors import Unusable, WrongStage
from leads.facts import Fact
from leads.rights import Who
from leads.wanted import missing_of
from store import contacts, deals, leads
from store.deal import Opportunity
from store.tables import Lead
from store.tx import Tx

DEAL_LABELS = {
    "product": "产品", "amount": "金额", "expected_on": "预计成交日", "competitor": "竞争对手", "decider": "决策人",
}  # fmt: skip


class DealFieldsMissing(WrongStage):
    """The stage wants more to be known of the deal; `missing` are (key, label)."""

    code = "fields_missing"

    def __init__(self, deal: Opportunity, stage: str, missing: list[tuple[str, str]]) -> None:
        names = "、".join(f"「{label}」" for _, label in missing)
        super().__init__(f"{deal.no} 进「{stage}」还差{names}。补上就行,例如:商机 {deal.no} {missing[0][1]}=…")
        self.deal = deal
        self.stage = stage
        self.missing = tuple(missing)

    def details(self) -> dict[str, object]:
        return {"missing": [{"field": key, "label": label} for key, label in self.missing]}


async def advance(tx: Tx, opportunity_id: int, who: Who, stage: str, *, rules: Rules, now: datetime) -> list[Fact]:
    """Move a deal to the stage that these words name, forwards or back.

    Raises NotFound, NotYours, WrongStage (closed, or there already), Unusable (no such stage), DealFieldsMissing.
    """
    deal = await get_workable_deal(tx, opportunity_id, who, rules=rules)
    require_open(deal)
    way = way_of(deal, rules=rules)
    target = named_stage(way, stage)
    if target.name == deal.stage:
        raise WrongStage(f"{deal.no} 已经在「{target.name}」了。发「商机 {deal.no}」看看接下来做什么。")
    lead = await leads.get_lead(tx, deal.lead_id)
    if _is_forward(way, deal.stage, target) and (wanted := await lacking(tx, deal, lead, target, rules=rules)):
        raise DealFieldsMissing(deal, target.name, wanted)
    await deals.change_deal(tx, opportunity_id, stage=target.name, stage_at=now, touched_at=now)
    await leads.change(tx, deal.lead_id, touched_at=now)
    moved = OpportunityMoved(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, before=deal.stage, after=target.name
    )
    return [moved, *reached(deal, target.node, who.id, rules=rules, now=now)]


def named_stage(way: Pipeline, words: str) -> DealStage:
    """The stage that words name: its name, a part of it that no other has, or its number. Raises Unusable."""
    text = words.strip()
    found = way.find(text)
    if found is None and text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= len(way.stages):
        found = way.stages[int(text[:3]) - 1]
    near = [stage for stage in way.stages if text and text in stage.name]
    if found is None and len(near) == 1:
        found = near[0]
    if found is None:
        known = "、".join(stage.name for stage in way.stages)
        raise Unusable(f"没有叫「{text[:20]}」的商机阶段。可以是:{known}。")
    return found


def _is_forward(way: Pipeline, before: str, target: DealStage) -> bool:
    names = [stage.name for stage in way.stages]
    return before not in names or names.index(target.name) > names.index(before)


async def lacking(tx: Tx, deal: Opportunity, lead: Lead, target: DealStage, *, rules: Rules) -> list[tuple[str, str]]:
    """(key, label) of what a stage wants to know, and those before it, that nobody knows: in the order of the rules."""
    way = way_of(deal, rules=rules)
    names = [stage.name for stage in way.stages]
    reached_by = way.stages[: names.index(target.name) + 1]
    wanted = dict.fromkeys(name for stage in reached_by for name in stage.require)
    found: list[tuple[str, str]] = []
    for name in wanted:
        if name == "decider":
            if not await contacts.has_role(tx, deal, "decider"):
                found.append((name, DEAL_LABELS[name]))
        elif name in DEAL_LABELS:
            if not getattr(deal, name):
                found.append((name, DEAL_LABELS[name]))
        elif missing_of(lead, name, rules=rules):
            found.append((name, rules.fields[name].label if name in rules.fields else FIELD_LABELS[name]))
    return found


async def tick(
    tx: Tx, opportunity_id: int, who: Who, number: int, *, rules: Rules, now: datetime
) -> OpportunityChanged:
    """Tick a step of the stage's playbook (from 1), or take its tick back.

    Raises NotFound, NotYours, WrongStage, Unusable (no such step).
    """
    deal = await get_workable_deal(tx, opportunity_id, who, rules=rules)
    require_open(deal)
    stage = stage_of(deal, rules=rules)
    steps = stage.playbook if stage is not None else ()
    if not 1 <= number <= len(steps):
        told = f"只有第 1 到第 {len(steps)} 步" if steps else "没有要打勾的动作"
        raise Unusable(f"{deal.no} 在「{deal.stage}」{told}。发「商机 {deal.no}」看看。")
    mark = f"{deal.stage}/{steps[number - 1].do}"
    done = mark not in deal.ticked
    ticked = [*deal.ticked, mark] if done else [one for one in deal.ticked if one != mark]
    await deals.change_deal(tx, opportunity_id, ticked=ticked, touched_at=now)
    await leads.change(tx, deal.lead_id, touched_at=now)
    return OpportunityChanged(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, fields=("ticked",),
        words=f"{'☑' if done else '☐'} {steps[number - 1].do}",
    )  # fmt: skip
