"""Reports that somebody wants at a fixed time, for themselves or for a group."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, delete, select
from sqlmodel import Field, col

from store.columns import Utc
from store.row import Row
from store.tx import Tx


class Subscription(Row, table=True):
    """`report` (day, weekly, funnel, channel, attribution, ranking) of `team` or "", at `clock` (09:00).

    `every`: day (working days), 0 … 6 (that weekday, Monday is 0), month (its first working day). `group` is the name
    of a group; "" means the subscriber, or the member `to`.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    by: str
    report: str
    team: str = ""
    every: str
    clock: str
    group: str = ""
    to: str = ""
    words: str = ""  # as it was asked for
    created_at: datetime = Field(sa_type=Utc)

    __table_args__ = (Index("ix_subscription_by", "corp", "by"), {"sqlite_autoincrement": True})


async def find_subscription(tx: Tx, number: int) -> Subscription | None:
    """The subscription of that number."""
    return await tx.first(select(Subscription).where(col(Subscription.corp) == tx.corp, col(Subscription.id) == number))


async def list_subscriptions(tx: Tx, *, by: str | None = None) -> Sequence[Subscription]:
    """All of the company, or a member's own, oldest first."""
    query = select(Subscription).where(col(Subscription.corp) == tx.corp)
    if by is not None:
        query = query.where(col(Subscription.by) == by)
    return await tx.all(query.order_by(col(Subscription.id)))


async def drop_subscription(tx: Tx, number: int) -> None:
    """It is wanted no more."""
    await tx.run(delete(Subscription).where(col(Subscription.corp) == tx.corp, col(Subscription.id) == number))
