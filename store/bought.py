"""What the deals of some members have brought in to date, by where their customers came from first."""

from collections.abc import Sequence

from sqlalchemy import and_, case, func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import col

from store.deal import Opportunity, Payment
from store.reached import Reached
from store.tx import Tx

_CUSTOMERS = text("(buyer.paid <> 0 OR buyer.won_at IS NOT NULL)")  # in the words of their index


async def paid_to_date(tx: Tx, members: Sequence[str], by: str) -> list[tuple[str | int | None, int]]:
    """(first source or campaign, fen) of all payments for deals that were these members' at the close, or are now.

    What each customer paid is added up first, then looked up in the index of customers; a lead whose payments went
    back to the last fen is not in it and is looked up by itself.
    """
    closer = func.coalesce(Opportunity.closed_owner_id, Opportunity.owner_id)
    deal = and_(col(Opportunity.corp) == Payment.corp, col(Opportunity.id) == Payment.opportunity_id)
    each = (
        select(col(Opportunity.lead_id).label("lead_id"), func.sum(col(Payment.amount)).label("fen"))
        .select_from(Payment)
        .join(Opportunity, deal)
        .where(col(Payment.corp) == tx.corp, closer.in_(tuple(members)))
        .group_by(col(Opportunity.lead_id))
        .subquery()
    )
    buyer = aliased(Reached, name="buyer")
    itself = select(getattr(Reached, by)).where(col(Reached.corp) == tx.corp, col(Reached.lead_id) == each.c.lead_id)
    key = case((col(buyer.lead_id).is_(None), itself.scalar_subquery()), else_=getattr(buyer, by))
    its = and_(col(buyer.corp) == tx.corp, col(buyer.lead_id) == each.c.lead_id, _CUSTOMERS)
    query = select(key, func.sum(each.c.fen)).select_from(each).outerjoin(buyer, its).group_by(text("1"))
    return [(one, int(fen or 0)) for one, fen in await tx.rows(query)]
