"""A deal ends: won, or lost with a reason; and it may go on after all. The lead's stage follows."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlmodel import col

from config.rules import Rules
from leads.deal import RESULTS, get_workable_deal, require_open, settle, way_of
from leads.deal_facts import OpportunityLost, OpportunityReopened, OpportunityTransferred, OpportunityWon
from leads.errors import Unusable, WrongStage
from leads.facts import Fact
from leads.lifecycle import MOVES, require_fields
from leads.mask import said
from leads.rights import Who
from store import deals, leads
from store.deal import Opportunity
from store.tx import Tx


class ReasonMissing(Unusable):
    """A loss without a reason teaches nobody anything."""

    code = "reason_missing"

    def __init__(self, no: str, reasons: tuple[str, ...]) -> None:
        super().__init__(f"输单要说一句原因,下次才知道怎么赢。例如:输单 {no} {reasons[0]}")


async def win(
    tx: Tx, opportunity_id: int, who: Who, amount: int | None = None, reason: str = "", *, rules: Rules, now: datetime
) -> OpportunityWon:
    """The customer buys; `amount` (fen) is what was signed, the deal's own when not named.

    Raises NotFound, NotYours, WrongStage (closed before), FieldsMissing, Unusable (no amount, or none that can be).
    """
    deal = await get_workable_deal(tx, opportunity_id, who, rules=rules)
    require_open(deal)
    signed = amount if amount is not None else deal.amount
    if signed is None:
        raise Unusable(f"{deal.no} 签了多少钱?写上金额,例如:赢单 {deal.no} 50万")
    if signed <= 0:
        raise Unusable("金额要大于 0。")
    require_fields(await leads.get_lead(tx, deal.lead_id), MOVES["win"], rules=rules)
    await _close(
        tx, deal, "won", who, amount=signed, reason=reason.strip()[:100], renews=_renewal(deal, rules, now), now=now
    )
    lead = await settle(tx, deal.lead_id, now=now)
    return OpportunityWon(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, owner_id=deal.owner_id, amount=signed,
        reason=reason.strip()[:1000], lead_stage=lead.stage,
    )  # fmt: skip


def _renewal(deal: Opportunity, rules: Rules, now: datetime) -> str:
    """When what is bought now ends by the rules; "" when it does not, or when somebody has said a day."""
    days = rules.deals.after_win.term_days
    if deal.renews_on or days is None:
        return deal.renews_on
    today: date = now.astimezone(rules.zone).date()
    return (today + timedelta(days=days)).isoformat()


async def lose(
    tx: Tx, opportunity_id: int, who: Who, reason: str, competitor: str = "", *, rules: Rules, now: datetime
) -> OpportunityLost:
    """The customer does not buy. Raises NotFound, NotYours, WrongStage (closed before), ReasonMissing."""
    deal = await get_workable_deal(tx, opportunity_id, who, rules=rules)
    require_open(deal)
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(deal.no, rules.deals.lost_reasons)
    require_fields(await leads.get_lead(tx, deal.lead_id), MOVES["lose"], rules=rules)
    told = said(reason, reveal=False)[:100]
    won_by = (competitor.strip() or deal.competitor)[:60]
    await _close(tx, deal, "lost", who, reason=told, competitor=won_by, now=now)
    lead = await settle(tx, deal.lead_id, reason=told, now=now)
    return OpportunityLost(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, owner_id=deal.owner_id,
        amount=deal.amount, reason=reason[:1000], competitor=won_by, lead_stage=lead.stage,
    )  # fmt: skip


def kind_of_loss(reason: str, *, rules: Rules) -> str:
    """The reason as it is counted: the first of the company's that the words name, else 其他. The words are kept."""
    return next((kind for kind in rules.deals.lost_reasons if kind in reason), "其他")


def counted_losses(rows: Iterable[tuple[str, int]], *, rules: Rules) -> tuple[tuple[str, int], ...]:
    """Losses by the company's own reasons, from (words, how many): the most frequent first, 其他 for what fits none."""
    found: dict[str, int] = {}
    for words, count in rows:
        kind = kind_of_loss(words, rules=rules)
        found[kind] = found.get(kind, 0) + count
    return tuple(sorted(found.items(), key=lambda item: (item[0] == "其他", -item[1], item[0])))


async def _close(
    tx: Tx,
    deal: Opportunity,
    result: str,
    who: Who,
    *,
    reason: str,
    now: datetime,
    renews: str | None = None,
    **more: object,
) -> None:
    values: dict[str, object] = {**more, "renews_on": deal.renews_on if renews is None else renews}
    done = await deals.change_deal(
        tx, deal.id or 0, col(Opportunity.result) == "open", result=result, reason=reason, closed_at=now,
        closed_by=who.id, closed_owner_id=deal.owner_id, touched_at=now, **values,
    )  # fmt: skip
    if not done:
        require_open(await deals.get_deal(tx, deal.id or 0))


async def reopen_deal(
    tx: Tx, opportunity_id: int, who: Who, *, rules: Rules, now: datetime
) -> tuple[OpportunityReopened, *tuple[Fact, ...]]:
    """A closed deal goes on in the stage in which it was closed; says so first. It is the customer's owner's who

    goes on with it: they may have got the customer since.

    Raises NotFound, NotYours, WrongStage (it is open, or the same product is being sold to them anew).
    """
    deal = await get_workable_deal(tx, opportunity_id, who, rules=rules)
    if deal.result == "open":
        raise WrongStage(f"{deal.no} 还在进行中(阶段「{deal.stage}」),不用重开。")
    for other in await deals.list_of_lead(tx, deal.lead_id):
        if other.result == "open" and other.product == deal.product and not deal.origin and not other.origin:
            raise WrongStage(f"同一样东西已经在 {other.no} 里谈着。接着做 {other.no};要重开 {deal.no},先把它关掉。")
    way = way_of(deal, rules=rules)
    stage = deal.stage if way.find(deal.stage) is not None else way.stages[-1].name
    lead = await leads.get_lead(tx, deal.lead_id)
    taker = who.id if who.id is not None and who.id == lead.owner_id else deal.owner_id
    await deals.change_deal(
        tx, opportunity_id, result="open", reason="", closed_at=None, closed_by=None, closed_owner_id=None, stage=stage,
        stage_at=now, touched_at=now, owner_id=taker,
    )  # fmt: skip
    await settle(tx, deal.lead_id, now=now)
    reopened = OpportunityReopened(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, stage=stage, was=deal.result
    )
    if taker is None or taker == deal.owner_id:
        return (reopened,)
    moved = OpportunityTransferred(
        lead_id=deal.lead_id, at=now, by=who.id, opportunity_id=opportunity_id, from_id=deal.owner_id, to_id=taker
    )
    return reopened, moved


def told_result(deal: Opportunity) -> str:
    """进行中, 赢单, 输单:价格太高."""
    return RESULTS[deal.result] + (f":{deal.reason}" if deal.reason and deal.result == "lost" else "")
