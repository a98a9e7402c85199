"""Followers of official accounts: what they did before anybody knew who they are waits for their lead."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, select, text, update
from sqlmodel import Field, col

from store.columns import Utc, json_type
from store.row import Row
from store.sealed import Sealed
from store.tx import Tx


class Follower(Row, table=True):
    """One follower of one account; `deeds` ([kind, what, instant, key], oldest first) wait until there is a lead.

    `wrote_at`: when they wrote last (None: never, or they follow no more), `replies`: how many of our messages went to
    them since.
    """

    corp: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    hash: bytes = Field(sa_column=Column("hash", LargeBinary, primary_key=True))
    lead_id: int | None = None
    scene: str = ""  # the parameter of the code that was scanned first
    deeds: list[Any] = Field(default_factory=list, sa_column=Column("deeds", json_type()))
    at: datetime | None = Field(default=None, sa_type=Utc)
    openid: str = Field(default="", sa_column=Column("openid", Sealed("follower.openid")))
    wrote_at: datetime | None = Field(default=None, sa_type=Utc)
    replies: int = Field(default=0, sa_column=Column("replies", Integer, nullable=False, server_default=text("0")))

    __table_args__ = (Index("ix_follower_lead", "corp", "lead_id"),)


async def find_follower(tx: Tx, account: str, openid: str) -> Follower | None:
    """The follower of an account, or None."""
    mark = tx.keys.blind("openid", openid)
    return await tx.first(
        select(Follower).where(
            col(Follower.corp) == tx.corp, col(Follower.account) == account, col(Follower.hash) == mark
        )
    )


async def find_open(tx: Tx, lead_id: int, *, since: datetime, most: int) -> Follower | None:
    """As whom a lead wrote last to an account, if that was after `since` and fewer than `most` went there since."""
    return await tx.first(
        select(Follower)
        .where(
            col(Follower.corp) == tx.corp, col(Follower.lead_id) == lead_id, col(Follower.wrote_at) > since,
            col(Follower.replies) < most,
        )
        .order_by(col(Follower.wrote_at).desc())
        .limit(1)
    )  # fmt: skip


async def count_reply(tx: Tx, follower: Follower) -> None:
    """One more message goes to a follower in the open window."""
    await tx.run(
        update(Follower)
        .where(
            col(Follower.corp) == tx.corp,
            col(Follower.account) == follower.account,
            col(Follower.hash) == follower.hash,
        )
        .values(replies=col(Follower.replies) + 1)
    )


async def save_follower(tx: Tx, account: str, openid: str, **values: Any) -> None:
    """Set what is known of a follower; a new one begins empty."""
    mark = tx.keys.blind("openid", openid)
    values |= {"openid": openid}
    fresh = Follower(corp=tx.corp, account=account, hash=mark).model_dump() | values
    statement = tx.insert(Follower).values(**fresh)
    await tx.run(statement.on_conflict_do_update(index_elements=["corp", "account", "hash"], set_=values))
