"""What holds for every deal: the lead's stage follows from its deals, who may see and change one, how likely it is."""

from collections.abc import Sequence
from datetime import datetime

from config.pipeline import DealStage, Pipeline
from config.rules import Rules
from leads.errors import NotFound, NotYours, WrongStage
from leads.rights import Who, can_act, can_see
from store import deals, leads
from store.deal import Opportunity
from store.members import find_member, name_of
from store.tables import Lead
from store.tx import Tx

RESULT_STAGES = ("opportunity", "won", "lost")
RESULTS = {"open": "进行中", "won": "赢单", "lost": "输单"}


def followed(results: Sequence[str]) -> str:
    """A lead's stage by what became of its deals: one is open, else one was won, else all were lost."""
    return "opportunity" if "open" in results else "won" if "won" in results else "lost"


def pipeline_for(product: str, *, rules: Rules) -> tuple[str, Pipeline]:
    """The way that deals of a product go: (its key, the pipeline); the usual one where none names the product."""
    named = [(key, way) for key, way in rules.ways.items() if product and product in way.products]
    return named[0] if named else next(iter(rules.ways.items()))


def way_named(pipeline: str, *, rules: Rules) -> Pipeline:
    """The pipeline of that key; the usual one when it is not declared any more."""
    return rules.ways.get(pipeline) or next(iter(rules.ways.values()))


def way_of(deal: Opportunity, *, rules: Rules) -> Pipeline:
    """The pipeline that a deal is in; the usual one when its own is not declared any more."""
    return way_named(deal.pipeline, rules=rules)


def stage_of(deal: Opportunity, *, rules: Rules) -> DealStage | None:
    """The stage that a deal is in, None when the rules do not know it any more."""
    return way_of(deal, rules=rules).find(deal.stage)


def probability_of(deal: Opportunity, *, rules: Rules) -> int:
    """How likely a deal wins by its stage, per cent: 100 and 0 once it is closed."""
    if deal.result != "open":
        return 100 if deal.result == "won" else 0
    return probability_at(deal.pipeline, deal.stage, rules=rules)


def probability_at(pipeline: str, stage: str, *, rules: Rules) -> int:
    """How likely open deals at a stage win, per cent; 0 at one that the rules do not know any more."""
    found = way_named(pipeline, rules=rules).find(stage)
    return found.probability if found is not None else 0


async def can_act_on(tx: Tx, deal: Opportunity, who: Who) -> bool:
    """The deal's owner, whoever may change its lead, the owner's manager, administrators."""
    if who.role == "admin" or (who.id is not None and who.id == deal.owner_id):
        return True
    lead = await leads.find_lead(tx, deal.lead_id)
    if lead is not None and await can_act(tx, lead, who):
        return True
    if who.role != "manager":
        return False
    owner = await find_member(tx, deal.owner_id) if deal.owner_id else None
    return not who.team or (owner is not None and owner.team == who.team)


async def get_visible_deal(tx: Tx, opportunity_id: int, who: Who, *, rules: Rules) -> Opportunity:
    """The deal, if this person may see it; raises NotFound, the same for unknown and invisible ones."""
    deal = await deals.find_deal(tx, opportunity_id)
    if deal is not None:
        lead = await leads.find_lead(tx, deal.lead_id)
        seen = lead is not None and await can_see(tx, lead, who, rules=rules)
        if seen or await can_act_on(tx, deal, who):
            return deal
    raise NotFound(f"O{opportunity_id}", "发「商机」看手上的。")


async def get_workable_deal(tx: Tx, opportunity_id: int, who: Who, *, rules: Rules) -> Opportunity:
    """The deal, if this person may change it; raises NotFound or NotYours."""
    deal = await get_visible_deal(tx, opportunity_id, who, rules=rules)
    if not await can_act_on(tx, deal, who):
        raise NotYours(deal.no, await name_of(tx, deal.owner_id) or deal.owner_id or "同事")
    return deal


def require_open(deal: Opportunity) -> None:
    """Raise WrongStage for a closed deal, with the way back."""
    if deal.result != "open":
        why = f",原因:{deal.reason}" if deal.reason else ""
        raise WrongStage(
            f"{deal.no} 已经{RESULTS[deal.result]}了{why},不用再动。"
            f"要接着谈,发「重开 {deal.no}」;有新需求,发「转商机 L{deal.lead_id} 产品」。"
        )


async def stage_by_deals(tx: Tx, lead_id: int, stage: str, otherwise: str) -> str:
    """The stage of a lead whose deals have gone or come: by what it has now; `otherwise` when it has none any more."""
    results = [deal.result for deal in await deals.list_of_lead(tx, lead_id)]
    if "open" in results or (results and stage in RESULT_STAGES):
        return followed(results)
    return otherwise if stage in RESULT_STAGES and not results else stage


async def settle(tx: Tx, lead_id: int, *, reason: str = "", now: datetime) -> Lead:
    """The lead's stage agrees with its deals again; with the last one closed nothing is promised any more."""
    lead = await leads.get_lead(tx, lead_id)
    stage = followed([deal.result for deal in await deals.list_of_lead(tx, lead.id or 0)])
    values: dict[str, object] = {"stage": stage, "touched_at": now, "closed_reason": reason[:100]}
    if stage != "opportunity":
        values |= {"next_step_at": None, "next_step": ""}
    if stage != "lost":
        values["closed_reason"] = ""
    await leads.change(tx, lead.id or 0, **values)
    return await leads.get_lead(tx, lead.id or 0)
