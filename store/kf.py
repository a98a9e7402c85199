"""Talks in 微信客服: with whom, since when the window for replies is open, and how many went out in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, select, update
from sqlmodel import Field, col

from store.columns import Utc
from store.office import Property
from store.row import Row
from store.sealed import Sealed
from store.tx import Tx

CURSOR = "kf_cursor:"


class KfTalk(Row, table=True):
    """One customer with one account of 微信客服; `scene` is what the link said by which they came."""

    __tablename__ = "kf_talk"

    corp: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    hash: bytes = Field(sa_column=Column("hash", LargeBinary, primary_key=True))
    external_id: str = Field(default="", sa_column=Column("external_id", Sealed("kf_talk.external_id")))
    scene: str = ""
    lead_id: int | None = None
    last_at: datetime | None = Field(default=None, sa_type=Utc)
    replies: int = 0

    __table_args__ = (Index("ix_kf_talk_lead", "corp", "lead_id"),)


def _of(tx: Tx, account: str, external_id: str) -> tuple[Any, ...]:
    mark = tx.keys.blind("external", external_id)
    return col(KfTalk.corp) == tx.corp, col(KfTalk.account) == account, col(KfTalk.hash) == mark


async def find_talk(tx: Tx, account: str, external_id: str) -> KfTalk | None:
    """The talk of a customer with an account, or None."""
    return await tx.first(select(KfTalk).where(*_of(tx, account, external_id)))


async def find_talk_of_lead(tx: Tx, lead_id: int) -> KfTalk | None:
    """The talk in which a lead wrote last, or None."""
    return await tx.first(
        select(KfTalk)
        .where(col(KfTalk.corp) == tx.corp, col(KfTalk.lead_id) == lead_id)
        .order_by(col(KfTalk.last_at).desc())
        .limit(1)
    )


async def save_talk(tx: Tx, account: str, external_id: str, **values: Any) -> None:
    """Set what is known of a talk; a new one begins empty."""
    mark = tx.keys.blind("external", external_id)
    fresh = KfTalk(corp=tx.corp, account=account, hash=mark, external_id=external_id).model_dump() | values
    statement = tx.insert(KfTalk).values(**fresh)
    await tx.run(statement.on_conflict_do_update(index_elements=["corp", "account", "hash"], set_=values))


async def count_reply(tx: Tx, talk: KfTalk) -> None:
    """One more reply has gone out in the open window."""
    await tx.run(
        update(KfTalk)
        .where(col(KfTalk.corp) == tx.corp, col(KfTalk.account) == talk.account, col(KfTalk.hash) == talk.hash)
        .values(replies=KfTalk.replies + 1)
    )


async def list_accounts(tx: Tx) -> Sequence[str]:
    """The accounts whose messages we have begun to read."""
    rows = await tx.rows(
        select(col(Property.name)).where(
            col(Property.corp) == tx.corp, col(Property.name).startswith(CURSOR, autoescape=True)
        )
    )
    return [str(row[0]).removeprefix(CURSOR) for row in rows]


async def is_unknown(tx: Tx, external_id: str) -> bool:
    """Whether a customer has never written to any account."""
    mark = tx.keys.blind("external", external_id)
    query = select(col(KfTalk.account)).where(
        col(KfTalk.corp) == tx.corp, col(KfTalk.hash) == mark, col(KfTalk.lead_id).is_not(None)
    )
    return await tx.first(query.limit(1)) is None
