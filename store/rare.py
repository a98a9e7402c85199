"""What only few leads have is looked up first: a list by it need not go through all leads to find them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlmodel import col

from store.tables import Enquiry, Lead
from store.tx import Tx

FEW = 500  # leads; of more than these the newest are soon found among all
MANY = 20_000


async def from_source(tx: Tx, source: str) -> ColumnElement[bool]:
    """Leads with at least one enquiry from this source."""
    asked = (col(Enquiry.corp) == tx.corp, col(Enquiry.source) == source)
    few = await _few(tx, select(col(Enquiry.lead_id)).where(*asked))
    return few if few is not None else exists().where(*asked, col(Enquiry.lead_id) == col(Lead.id))


async def such(tx: Tx, *marks: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Leads of a stage, a grade, a temperature: what stands in the index of these."""
    if not marks:
        return []
    few = await _few(tx, select(col(Lead.id)).where(col(Lead.corp) == tx.corp, *marks))
    return [*marks] if few is None else [*marks, few]


async def _few(tx: Tx, query: Select[Any]) -> ColumnElement[bool] | None:
    rows = await tx.rows(query.limit(FEW + 1))
    return col(Lead.id).in_(sorted({row[0] for row in rows})) if len(rows) <= FEW else None


async def captured_between(tx: Tx, begin: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    """Leads made in [begin, end); None: without that end. The numbers between which they lie are looked up first.

    The instant itself is asked in words that no index has, or all rows of a long time would be sorted by number.
    """
    at = col(Lead.created_at)
    within = [*([at >= begin] if begin else []), *([at < end] if end else [])]
    if not within:
        return []
    query: Any = select(col(Lead.id)).where(col(Lead.corp) == tx.corp, *within)
    if end is None:  # of many the newest are soon found
        query = query.order_by(at).limit(MANY)
    inner = query.subquery()
    ((first, last, many),) = await tx.rows(select(func.min(inner.c.id), func.max(inner.c.id), func.count()))
    if not many:
        return [col(Lead.id) == 0]  # nobody's; a plain false would swallow the words that say whose rows are meant
    itself = func.coalesce(at, at)
    said = [*([itself >= begin] if begin else []), *([itself < end] if end else [])]
    return said if end is None and many == MANY else [*said, and_(col(Lead.id) >= first, col(Lead.id) <= last)]
