"""Which group chat belongs to which deal: one a deal, and how far its opening has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, bindparam, select, text, update
from sqlmodel import Field, col

from store.columns import Utc, json_type
from store.row import Row
from store.tx import Tx


class DealGroup(Row, table=True):
    """The group of one deal. States: wanted, opening (the platform was asked), open, failed (`cause`).

    `chat` is the platform's id of the group; where we may choose it, it is chosen before the platform is asked.
    """

    __tablename__ = "deal_group"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    opportunity_id: int
    lead_id: int
    platform: str
    chat: str
    people: list[Any] = Field(  # member ids: who was brought in
        default_factory=list, sa_column=Column("people", json_type(), nullable=False, server_default=text("'[]'"))
    )
    by_id: str
    state: str = "wanted"
    cause: str = ""
    at: datetime = Field(sa_type=Utc)

    __table_args__ = (
        Index("uq_deal_group", "corp", "opportunity_id", unique=True),
        Index("uq_deal_group_chat", "corp", "platform", "chat", unique=True),
    )


_OF_DEAL = select(DealGroup).where(
    col(DealGroup.corp) == bindparam("corp"), col(DealGroup.opportunity_id) == bindparam("opportunity_id")
)
_OF_CHAT = select(DealGroup).where(
    col(DealGroup.corp) == bindparam("corp"), col(DealGroup.platform) == bindparam("platform"),
    col(DealGroup.chat) == bindparam("chat"),
)  # fmt: skip


async def of_deal(tx: Tx, opportunity_id: int) -> DealGroup | None:
    """A deal's group, or None."""
    return await tx.first(_OF_DEAL, opportunity_id=opportunity_id)


async def of_chat(tx: Tx, platform: str, chat: str) -> DealGroup | None:
    """The deal's group that this chat is, or None."""
    return await tx.first(_OF_CHAT, platform=platform, chat=chat)


async def add(tx: Tx, row: DealGroup) -> bool:
    """Keep a group; False when the deal, or the chat, has one already."""
    values = {name: value for name, value in row.__dict__.items() if not name.startswith("_") and name != "id"}
    return (await tx.run(tx.insert(DealGroup).values(**values).on_conflict_do_nothing())).rowcount == 1


async def settle(tx: Tx, opportunity_id: int, *, states: Sequence[str], **values: Any) -> bool:
    """Move a group on from one of `states`; False when it is in none of them any more."""
    result = await tx.run(
        update(DealGroup)
        .where(
            col(DealGroup.corp) == tx.corp, col(DealGroup.opportunity_id) == opportunity_id,
            col(DealGroup.state).in_(states),
        )
        .values(**values)
    )  # fmt: skip
    return result.rowcount == 1
