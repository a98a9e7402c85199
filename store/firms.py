"""Finding leads by pieces of their company's name, in about a millisecond however many leads there are."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Insert, bindparam, delete, func, select
from sqlmodel import col

from store.tables import CompanyGram, Lead
from store.tx import Tx, insert_for


async def add_grams(tx: Tx, lead_id: int, grams: Sequence[str]) -> None:
    """Make a lead findable by these pieces."""
    if grams:
        rows = [{"corp": tx.corp, "gram": gram, "lead_id": lead_id} for gram in grams]
        await tx.execute(_adding(tx.dialect), rows)


@cache
def _adding(dialect: str) -> Insert:
    return insert_for(dialect, CompanyGram).on_conflict_do_nothing()


_DROP = delete(CompanyGram).where(
    col(CompanyGram.corp) == bindparam("corp"),
    col(CompanyGram.gram).in_(bindparam("grams", expanding=True)),
    col(CompanyGram.lead_id) == bindparam("lead_id"),
)


async def drop_grams(tx: Tx, lead_id: int, grams: Sequence[str]) -> None:
    """A lead is not found by these pieces any more."""
    if grams:
        await tx.run(_DROP, grams=list(grams), lead_id=lead_id)


async def list_alike(tx: Tx, grams: Sequence[str], *, limit: int) -> list[tuple[int, str]]:
    """(lead, its company) of those that share the most pieces, the most alike first, then the newest."""
    if not grams:
        return []
    alike = (
        select(col(CompanyGram.lead_id).label("lead_id"), func.count().label("shared"))
        .where(col(CompanyGram.corp) == tx.corp, col(CompanyGram.gram).in_(grams))
        .group_by(col(CompanyGram.lead_id))
        .order_by(func.count().desc(), col(CompanyGram.lead_id).desc())
        .limit(limit)
        .subquery()
    )
    rows = await tx.rows(
        select(col(Lead.id), col(Lead.company))
        .join(alike, col(Lead.id) == alike.c.lead_id)
        .where(col(Lead.corp) == tx.corp)
        .order_by(alike.c.shared.desc(), col(Lead.id).desc())
    )
    return [(int(lead_id), company) for lead_id, company in rows]
