"""Which leads a program asks for: its filters as conditions, and every source of the leads it gets."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlmodel import col

from leads.duplicates import phone_key
from store.tables import Enquiry, Identity, Lead
from store.tx import Tx


def has_phone(tx: Tx, text: str) -> ColumnElement[bool]:
    """Leads reached by this number, also those that have it beside their first one."""
    key = phone_key(text)
    if key is None:
        return false()
    return col(Lead.id).in_(
        select(col(Identity.lead_id)).where(
            col(Identity.corp) == tx.corp,
            col(Identity.kind) == "phone",
            col(Identity.hash) == tx.keys.blind("phone", key),
        )
    )


def has_source(tx: Tx, source: str) -> ColumnElement[bool]:
    """Leads with at least one enquiry from this source."""
    return exists().where(
        and_(
            col(Enquiry.corp) == tx.corp,
            col(Enquiry.lead_id) == col(Lead.id),
            col(Enquiry.source) == source,
        )
    )


def same_company(name: str) -> ColumnElement[bool]:
    """Leads of a company of exactly this name; blanks, brackets, width and case do not count."""
    column: Any = func.lower(col(Lead.company))
    for written, meant in ((" ", ""), ("\u3000", ""), ("\uff08", "("), ("\uff09", ")")):
        column = func.replace(column, written, meant)
    even = "".join(unicodedata.normalize("NFKC", name).split()).lower()
    found: ColumnElement[bool] = column == even
    return found


def mentions(words: str) -> ColumnElement[bool]:
    """Leads whose name or company contains the words; % and _ are plain characters."""
    return or_(
        col(Lead.name).icontains(words, autoescape=True),
        col(Lead.company).icontains(words, autoescape=True),
    )


async def sources_of(tx: Tx, lead_ids: Sequence[int]) -> dict[int, list[str]]:
    """The sources of these leads' enquiries, the first touch first, each once; one query for a whole page."""
    if not lead_ids:
        return {}
    rows = await tx.rows(
        select(col(Enquiry.lead_id), col(Enquiry.source))
        .where(col(Enquiry.corp) == tx.corp, col(Enquiry.lead_id).in_(lead_ids))
        .order_by(col(Enquiry.id))
    )
    found: dict[int, dict[str, None]] = {lead_id: {} for lead_id in lead_ids}
    for lead_id, source in rows:
        found[lead_id][source] = None
    return {lead_id: list(names) for lead_id, names in found.items()}
