"""What came of waking the sleeping in a month: 唤醒 → 回应 → 商机 → 成交, and what it cost."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select
from sqlmodel import col

from config.journey import Journey
from config.nurture import Budget
from config.rules import Rules
from nurture.facts import LeftAlone
from store import journeys
from store.deal import Opportunity
from store.journey import DormantPlan, JourneyRun
from store.queues import Outbox
from store.tables import TimelineItem
from store.tx import Tx


@dataclass(frozen=True)
class Awakening:
    """Leads, each counted once; `left_alone`: marked 不再联系; `cost` in yuan, None where no channel has a price."""

    woken: int
    answered: int
    opportunities: int
    won: int
    left_alone: int
    messages: int
    cost: float | None


async def awakening(tx: Tx, month: date, *, rules: Rules) -> Awakening:
    """The leads that set out to be woken in the month of that day, and what has become of them by now.

    Runs and facts are counted, which are never written over: a lead that is woken again counts in both months, and what
    came before the second time belongs to the first.
    """
    begin, end = bounds(month, rules)
    woken = await _woken(tx, begin, end)
    answered = await tx.rows(
        select(func.count())
        .select_from(DormantPlan)
        .join(woken, col(DormantPlan.lead_id) == woken.c.lead_id)
        .where(
            col(DormantPlan.corp) == tx.corp,
            # nobody is planned anew who has not answered first
            or_(col(DormantPlan.planned_at) > woken.c.at, col(DormantPlan.answered_at).is_not(None)),
        )
    )
    everybody = await tx.rows(select(func.count()).select_from(woken))
    alone = await tx.rows(
        select(func.count(func.distinct(col(TimelineItem.lead_id)))).where(
            col(TimelineItem.corp) == tx.corp, col(TimelineItem.by).is_(None),
            col(TimelineItem.kind) == LeftAlone.kind, col(TimelineItem.at) >= begin, col(TimelineItem.at) < end,
        )
    )  # fmt: skip
    won = func.sum(case((col(Opportunity.result) == "won", 1), else_=0))
    deals = await tx.rows(
        select(col(Opportunity.lead_id), won)
        .join(woken, _of(woken, col(Opportunity.lead_id), col(Opportunity.created_at)))
        .where(col(Opportunity.corp) == tx.corp)
        .group_by(col(Opportunity.lead_id))
    )
    sent = await tx.rows(
        select(col(Outbox.platform), func.count())
        .join(woken, _of(woken, col(Outbox.lead_id), col(Outbox.created_at)))
        .where(col(Outbox.corp) == tx.corp, col(Outbox.purpose) == "reach", col(Outbox.state) == "sent")
        .group_by(col(Outbox.platform))
    )
    prices = {channel: rules.nurture.budget.get(channel, Budget()).price for channel, _ in sent}
    known = [count * price for channel, count in sent if (price := prices[channel]) is not None]
    return Awakening(
        woken=everybody[0][0], answered=answered[0][0], opportunities=len(deals),
        won=sum(1 for _, count in deals if count), left_alone=alone[0][0], messages=sum(count for _, count in sent),
        cost=round(sum(known), 2) if known else None,
    )  # fmt: skip


async def _woken(tx: Tx, begin: datetime, end: datetime) -> Subquery:
    """(lead_id, at, again): each lead that set out to be woken in the month, and when it did so after the month."""
    plans = await journeys.list_plans(tx)
    marks = [row.mark for row in plans if Journey.model_validate_json(row.plan).start.silent_days is not None]
    runs = (col(JourneyRun.corp) == tx.corp, col(JourneyRun.mark).in_(marks))
    at = col(JourneyRun.begun_at)
    again = func.min(case((at >= end, at)))
    return (
        select(col(JourneyRun.lead_id), func.min(case((at < end, at))).label("at"), again.label("again"))
        .where(*runs, at >= begin)
        .group_by(col(JourneyRun.lead_id))
        .having(func.min(at) < end)
        .subquery()
    )


def _of(woken: Subquery, lead_id: Any, at: Any) -> ColumnElement[bool]:
    """What happened to a lead since it was woken, and before it was woken again."""
    return and_(lead_id == woken.c.lead_id, at >= woken.c.at, or_(woken.c.again.is_(None), at < woken.c.again))


def bounds(month: date, rules: Rules) -> tuple[datetime, datetime]:
    """A calendar month in the company's zone, its end excluded."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    begin, end = (datetime.combine(day, time(), rules.zone) for day in (first, following))
    return begin, end
