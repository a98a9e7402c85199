"""What came of waking the sleeping in a month: 唤醒 → 回应 → 商机 → 成交, and what it cost."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, case, func, select
from sqlmodel import col

from config.nurture import Budget
from config.rules import Rules
from store.deal import Opportunity
from store.journey import DormantPlan
from store.queues import Outbox
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
    """The leads whose plan began in the month of that day, and what has become of them by now."""
    begin, end = bounds(month, rules)
    at = col(DormantPlan.planned_at)
    of_month = (col(DormantPlan.corp) == tx.corp, at >= begin, at < end)
    planned = (*of_month, col(DormantPlan.plan) != "")
    rows = await tx.rows(
        select(func.count(), func.count(col(DormantPlan.answered_at))).select_from(DormantPlan).where(*planned)
    )
    alone = await tx.rows(select(func.count()).select_from(DormantPlan).where(*of_month, col(DormantPlan.plan) == ""))
    same = and_(
        col(Opportunity.corp) == col(DormantPlan.corp),
        col(Opportunity.lead_id) == col(DormantPlan.lead_id),
        col(Opportunity.created_at) >= col(DormantPlan.planned_at),
    )
    won = func.sum(case((col(Opportunity.result) == "won", 1), else_=0))
    deals = await tx.rows(
        select(col(Opportunity.lead_id), won)
        .join(DormantPlan, same)
        .where(*planned, col(Opportunity.corp) == tx.corp)
        .group_by(col(Opportunity.lead_id))
    )
    sent = await tx.rows(
        select(col(Outbox.platform), func.count())
        .join(
            DormantPlan,
            and_(
                col(DormantPlan.corp) == col(Outbox.corp),
                col(DormantPlan.lead_id) == col(Outbox.lead_id),
                col(Outbox.created_at) >= col(DormantPlan.planned_at),
            ),
        )
        .where(*planned, col(Outbox.corp) == tx.corp, col(Outbox.purpose) == "reach", col(Outbox.state) == "sent")
        .group_by(col(Outbox.platform))
    )
    prices = {channel: rules.nurture.budget.get(channel, Budget()).price for channel, _ in sent}
    known = [count * price for channel, count in sent if (price := prices[channel]) is not None]
    return Awakening(
        woken=rows[0][0], answered=rows[0][1], opportunities=len(deals), won=sum(1 for _, count in deals if count),
        left_alone=alone[0][0], messages=sum(count for _, count in sent), cost=round(sum(known), 2) if known else None,
    )  # fmt: skip


def bounds(month: date, rules: Rules) -> tuple[datetime, datetime]:
    """A calendar month in the company's zone, its end excluded."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    begin, end = (datetime.combine(day, time(), rules.zone) for day in (first, following))
    return begin, end
