"""Who is what in a purchase: people by opportunity, and by company."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlmodel import col

from store.deal import DealContact, Opportunity
from store.tx import Tx


async def list_of_deal(tx: Tx, opportunity_id: int) -> Sequence[DealContact]:
    """The people of an opportunity, the one with whom it began first."""
    return await tx.all(
        select(DealContact)
        .where(col(DealContact.corp) == tx.corp, col(DealContact.opportunity_id) == opportunity_id)
        .order_by(col(DealContact.at), col(DealContact.lead_id))
    )


async def list_of_deals(tx: Tx, opportunity_ids: Sequence[int]) -> Sequence[DealContact]:
    """The people of several opportunities, each one's first ones first."""
    return await tx.all(
        select(DealContact)
        .where(col(DealContact.corp) == tx.corp, col(DealContact.opportunity_id).in_(opportunity_ids))
        .order_by(col(DealContact.at), col(DealContact.lead_id))
    )


async def list_of_people(tx: Tx, lead_ids: Sequence[int]) -> Sequence[DealContact]:
    """What these people are, in whatever purchase, the latest word last."""
    return await tx.all(
        select(DealContact)
        .where(col(DealContact.corp) == tx.corp, col(DealContact.lead_id).in_(lead_ids))
        .order_by(col(DealContact.at), col(DealContact.opportunity_id))
    )


async def has_role(tx: Tx, deal: Opportunity, role: str) -> bool:
    """Whether somebody of a deal has this role in it, or in everything that their company buys."""
    people = select(col(DealContact.lead_id)).where(
        col(DealContact.corp) == tx.corp, col(DealContact.opportunity_id) == deal.id
    )
    found = await tx.first(
        select(col(DealContact.lead_id)).where(
            col(DealContact.corp) == tx.corp, col(DealContact.role) == role,
            or_(
                col(DealContact.opportunity_id) == deal.id,
                (col(DealContact.opportunity_id) == 0) & col(DealContact.lead_id).in_(people),
            ),
        )
    )  # fmt: skip
    return found is not None


async def set_role(tx: Tx, lead_id: int, opportunity_id: int, role: str, *, by: str | None, now: datetime) -> None:
    """A person is this in a purchase (0: in all of their company's), whatever they were before."""
    row = {
        "corp": tx.corp, "lead_id": lead_id, "opportunity_id": opportunity_id, "role": role, "at": now, "by": by,
    }  # fmt: skip
    statement = tx.insert(DealContact).values(**row)
    told = {name: row[name] for name in ("role", "at", "by")}
    await tx.run(statement.on_conflict_do_update(index_elements=["corp", "lead_id", "opportunity_id"], set_=told))


async def drop_deal(tx: Tx, opportunity_id: int) -> None:
    """The opportunity is no more."""
    await tx.run(
        delete(DealContact).where(col(DealContact.corp) == tx.corp, col(DealContact.opportunity_id) == opportunity_id)
    )
