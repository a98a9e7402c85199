"""What belongs to one customer besides their story: quotes, orders, contracts, payments, and what came of messages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlmodel import col

from store.deal import Payment
from store.handed import Handed
from store.links import Link
from store.order import Contract, SalesOrder
from store.quote import Quote, QuoteVersion
from store.tx import Tx

MOST = 20  # of each


async def list_quotes(tx: Tx, lead_id: int) -> Sequence[Any]:
    """A lead's quotes, the newest first: id, version, state, opportunity_id, and of the version that counts its

    total (fen) and valid_until.
    """
    return await tx.rows(
        select(
            col(Quote.id), col(Quote.version), col(Quote.state), col(Quote.opportunity_id), col(QuoteVersion.total),
            col(QuoteVersion.valid_until),
        )
        .join(
            QuoteVersion,
            and_(
                col(QuoteVersion.corp) == col(Quote.corp), col(QuoteVersion.quote_id) == col(Quote.id),
                col(QuoteVersion.version) == col(Quote.version),
            ),
        )
        .where(col(Quote.corp) == tx.corp, col(Quote.lead_id) == lead_id)
        .order_by(col(Quote.id).desc())
        .limit(MOST)
    )  # fmt: skip


async def list_orders(tx: Tx, lead_id: int) -> Sequence[SalesOrder]:
    """A lead's orders, the newest first."""
    return await tx.all(
        select(SalesOrder)
        .where(col(SalesOrder.corp) == tx.corp, col(SalesOrder.lead_id) == lead_id)
        .order_by(col(SalesOrder.id).desc())
        .limit(MOST)
    )


async def list_contracts(tx: Tx, lead_id: int) -> Sequence[Any]:
    """A lead's contracts without their files: no, amount (fen), state, file, signed_at; the newest first."""
    return await tx.rows(
        select(col(Contract.no), col(Contract.amount), col(Contract.state), col(Contract.file), col(Contract.signed_at))
        .where(col(Contract.corp) == tx.corp, col(Contract.lead_id) == lead_id)
        .order_by(col(Contract.id).desc())
        .limit(MOST)
    )


async def list_payments(tx: Tx, opportunity_ids: Sequence[int]) -> Sequence[Payment]:
    """What came in for these opportunities, the latest first."""
    if not opportunity_ids:
        return ()
    found = await tx.all(
        select(Payment).where(col(Payment.corp) == tx.corp, col(Payment.opportunity_id).in_(tuple(opportunity_ids)))
    )
    return sorted(found, key=lambda one: (one.at, one.id or 0), reverse=True)


async def list_handed(tx: Tx, lead_id: int) -> Sequence[Handed]:
    """What colleagues were given to send by their own hand, the latest first."""
    return await tx.all(
        select(Handed)
        .where(col(Handed.corp) == tx.corp, col(Handed.lead_id) == lead_id)
        .order_by(col(Handed.id).desc())
        .limit(MOST)
    )


async def seen_messages(tx: Tx, lead_id: int) -> dict[str, tuple[int, int]]:
    """A message's key → how often people (no machines) opened it, and followed its links or read its file."""
    followed = case((col(Link.kind) == "message", 0), else_=col(Link.times))
    rows = await tx.rows(
        select(col(Link.message), func.sum(col(Link.times) - followed), func.sum(followed))
        .where(col(Link.corp) == tx.corp, col(Link.lead_id) == lead_id)
        .group_by(col(Link.message))
    )
    return {row[0]: (int(row[1] or 0), int(row[2] or 0)) for row in rows}
