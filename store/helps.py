"""Questions from one colleague to another about a lead, and their answers."""

from datetime import datetime

from sqlalchemy import Column, Index, bindparam, select, update
from sqlmodel import Field, col

from store.columns import Utc
from store.row import Row
from store.sealed import Sealed
from store.tx import Tx


class Help(Row, table=True):
    """One question. Until it is answered, whoever was asked may see the lead."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    by_id: str
    to_id: str
    words: str = Field(default="", sa_column=Column("words", Sealed("help.words"), nullable=False))
    at: datetime = Field(sa_type=Utc)
    answered_at: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (Index("ix_help_lead", "corp", "lead_id", "to_id"),)


_OPEN = (
    select(col(Help.id))
    .where(
        col(Help.corp) == bindparam("corp"), col(Help.lead_id) == bindparam("lead_id"),
        col(Help.to_id) == bindparam("to_id"), col(Help.answered_at).is_(None),
    )
    .limit(1)
)  # fmt: skip


async def is_asked(tx: Tx, lead_id: int, member_id: str) -> bool:
    """Whether somebody waits for this colleague's answer about a lead."""
    return await tx.first(_OPEN, lead_id=lead_id, to_id=member_id) is not None


async def find(tx: Tx, help_id: int) -> Help | None:
    """One question, or None."""
    return await tx.first(select(Help).where(col(Help.corp) == tx.corp, col(Help.id) == help_id))


async def answer(tx: Tx, help_id: int, *, now: datetime) -> bool:
    """It is answered now; False when it was before."""
    result = await tx.run(
        update(Help)
        .where(col(Help.corp) == tx.corp, col(Help.id) == help_id, col(Help.answered_at).is_(None))
        .values(answered_at=now)
    )
    return result.rowcount == 1


async def list_asked(tx: Tx, lead_id: int) -> list[str]:
    """The colleagues who were ever asked about a lead, whoever was asked first in front."""
    rows = await tx.rows(
        select(col(Help.to_id)).where(col(Help.corp) == tx.corp, col(Help.lead_id) == lead_id).order_by(col(Help.id))
    )
    return list(dict.fromkeys(str(row[0]) for row in rows))
