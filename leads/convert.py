"""A qualified lead becomes a deal: conflicts are named first, then all of it happens, or nothing."""

from dataclasses import dataclass, field
from datetime import date, datetime

from config.rules import Rules
from config.words import STAGE_LABELS
from leads.deal import pipeline_for, settle
from leads.deal_facts import OpportunityOpened
from leads.duplicates import Match, find_alike
from leads.errors import Refused, Unusable, WrongStage
from leads.facts import Fact, NodeReached
from leads.lifecycle import require_move
from leads.qualify import qualify
from leads.rights import Who, get_visible
from store import deals
from store.deal import DealContact, Opportunity
from store.members import find_member
from store.tables import Lead
from store.tx import Tx

LOOKED_AT = 20  # leads of the same company


@dataclass(frozen=True)
class Terms:
    """What the customer may buy; `amount` in fen, `expected_on` as 2026-06-30, each "" or None when nobody knows."""

    product: str = ""
    amount: int | None = None
    expected_on: str = ""
    name: str = ""
    competitor: str = ""
    pipeline: str = ""
    owner_id: str = ""
    origin: str = field(default="", kw_only=True)
    from_id: int | None = field(default=None, kw_only=True)
    key: str | None = field(default=None, kw_only=True)


class DealThere(WrongStage):
    """The same thing is being sold to them already."""

    code = "opportunity_open"

    def __init__(self, lead: Lead, deal: Opportunity) -> None:
        what = f"「{deal.product}」" if deal.product else ""
        elsewhere = "" if deal.lead_id == lead.id else f"(同一家公司的 L{deal.lead_id})"
        cure = f"发「商机 {deal.no}」看看;另一样产品,写上产品名再转"
        if elsewhere:
            cure = f"把 {lead.no} 加进去就好:联系人 {deal.no} {lead.no}"
        super().__init__(f"{lead.no} {what}已有进行中的商机 {deal.no}{elsewhere},阶段「{deal.stage}」。{cure}。")
        self.deal = deal

    def details(self) -> dict[str, object]:
        return {"opportunity": self.deal.no}


class CompanyTaken(Refused):
    """A colleague sells to this company."""

    code = "company_taken"

    def __init__(self, lead: Lead, other: Lead, owner: str, state: str) -> None:
        super().__init__(
            f"{other.company}已经由{owner}负责({other.no},{state}),{lead.no} 先不能转商机。"
            f"交给他跟发「转给 {lead.no} {owner}」;觉得该归你,发「撞单 {other.no}」请主管定。"
        )
        self.other = other

    def details(self) -> dict[str, object]:
        return {"lead": self.other.no, "owner": self.other.owner_id}


class MaybeTwin(Refused):
    """The same name at the same company: one person or two?"""

    code = "maybe_twin"

    def __init__(self, lead: Lead, other: Lead, state: str) -> None:
        super().__init__(
            f"{lead.no} 和 {other.no}({state})同名同公司,可能是同一个人,先定下来再转商机。"
            f"是同一个人:合并 {other.no} {lead.no};不是:在卡片上点「不是同一人」。"
        )
        self.other = other

    def details(self) -> dict[str, object]:
        return {"lead": self.other.no}


async def convert(
    tx: Tx, lead_id: int, who: Who, terms: Terms, *, apart: bool = False, rules: Rules, now: datetime
) -> list[Fact]:
    """Open a deal of a lead. `apart`: somebody said that people of one name at one company are two.

    A lead that is only accepted becomes a qualified one on the way. Raises NotFound, NotYours, NoRight, WrongStage,
    FieldsMissing, Unusable (amount, day, pipeline), DealThere, CompanyTaken, MaybeTwin: all before the first write.
    """
    lead = await get_visible(tx, lead_id, who, rules=rules)
    accepted = lead.stage == "sal"
    seen = Lead(**{**lead.model_dump(), "stage": "sql"}) if accepted else lead
    await require_move(tx, seen, who, "convert", rules=rules)
    check_terms(terms, rules=rules, now=now)
    await _refuse_conflicts(tx, lead, who, terms, apart=apart, rules=rules)
    facts: list[Fact] = []
    if accepted:
        facts.append(await qualify(tx, lead_id, who, rules=rules, now=now))
    return [*facts, *await open_deal(tx, lead, who.id, terms, rules=rules, now=now)]


async def open_deal(tx: Tx, lead: Lead, by: str | None, terms: Terms, *, rules: Rules, now: datetime) -> list[Fact]:
    """Write the deal down; whether it may be was asked before."""
    lead_id = lead.id or 0
    key, way = pipeline_for(terms.product, rules=rules)
    if terms.pipeline:
        key, way = terms.pipeline, rules.ways[terms.pipeline]
    first = way.stages[0]
    deal = Opportunity(
        corp=tx.corp, lead_id=lead_id, pipeline=key, stage=first.name, name=terms.name[:60], product=terms.product[:60],
        amount=terms.amount, expected_on=terms.expected_on, owner_id=terms.owner_id or lead.owner_id,
        competitor=terms.competitor[:60], origin=terms.origin, from_id=terms.from_id, key=terms.key, created_at=now,
        created_by=by, stage_at=now, touched_at=now,
    )  # fmt: skip
    await tx.add(deal)
    await tx.add(DealContact(corp=tx.corp, lead_id=lead_id, opportunity_id=deal.id or 0, at=now, by=by))
    await settle(tx, lead_id, now=now)
    opened = OpportunityOpened(
        lead_id=lead_id, at=now, by=by, opportunity_id=deal.id or 0, owner_id=deal.owner_id, pipeline=key,
        stage=first.name, product=deal.product, amount=deal.amount, expected_on=deal.expected_on, origin=deal.origin,
    )  # fmt: skip
    return [opened, *reached(deal, first.node, by, rules=rules, now=now)]


def reached(deal: Opportunity, node: str, by: str | None, *, rules: Rules, now: datetime) -> list[Fact]:
    """The node that a stage stands for is reached with it."""
    if node not in rules.nodes:
        return []
    return [NodeReached(lead_id=deal.lead_id, at=now, by=by, node=node, label=rules.nodes[node].label)]


def check_terms(terms: Terms, *, rules: Rules, now: datetime) -> None:
    """Raise Unusable for an amount that is none, a day that has passed, a pipeline that is not there."""
    if terms.amount is not None and terms.amount <= 0:
        raise Unusable("金额要大于 0,还不知道就先不写,后面再补。")
    if terms.expected_on:
        check_day(terms.expected_on, rules=rules, now=now)
    if terms.pipeline and terms.pipeline not in rules.ways:
        known = "、".join(rules.ways)
        raise Unusable(f"没有叫「{terms.pipeline[:20]}」的销售流程。现有:{known}。")


def check_day(day: str, *, rules: Rules, now: datetime) -> None:
    """Raise Unusable unless it is a day (2026-06-30) of today or later."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Unusable(f"「{day[:20]}」不是日期。预计成交日写成 2026-06-30 这样。") from None
    today = now.astimezone(rules.zone).date()
    if on < today:
        raise Unusable(f"预计成交日 {day} 已经过了。写今天({today})或以后的日子。")


async def _refuse_conflicts(tx: Tx, lead: Lead, who: Who, terms: Terms, *, apart: bool, rules: Rules) -> None:
    house = [m for m in await find_alike(tx, lead.company, limit=LOOKED_AT) if _same(m, lead)] if lead.company else []
    ids = [lead.id or 0, *(match.lead.id or 0 for match in house)]
    there = await deals.list_of_leads(tx, ids)
    for deal in there:
        if deal.result == "open" and deal.lead_id == lead.id and deal.product == terms.product:
            raise DealThere(lead, deal)
    selling = {deal.lead_id for deal in there if deal.result in ("open", "won")}
    if who.id is None or who.role not in ("manager", "admin"):  # a leader decides by doing it, a program does not
        for match in house:
            other = match.lead
            holds = other.id in selling or other.stage in ("opportunity", "won")
            if not holds or other.owner_id in (None, lead.owner_id):
                continue
            owner = await find_member(tx, other.owner_id or "")
            if owner is not None and owner.state == "active":
                raise CompanyTaken(lead, other, owner.name, state_of(other))
    for deal in there:
        if deal.result == "open" and deal.product and deal.product == terms.product and not apart:
            raise DealThere(lead, deal)
    if not apart:
        for match in house:
            if lead.name and match.lead.name == lead.name:
                raise MaybeTwin(lead, match.lead, state_of(match.lead))


def _same(match: Match, lead: Lead) -> bool:
    return match.verdict == "same" and match.lead.id != lead.id


def state_of(lead: Lead) -> str:
    """The lead's stage as people say it, and why it is closed."""
    return STAGE_LABELS[lead.stage] + (f":{lead.closed_reason}" if lead.closed_reason else "")
