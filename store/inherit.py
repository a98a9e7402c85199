"""Which customers of somebody who went are on their way to a colleague in the chat platform, and how far each is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, and_, bindparam, func, select, update
from sqlmodel import Field, col

from store import bulk
from store.columns import Utc, only_where
from store.row import Row
from store.sealed import Sealed
from store.tx import Tx

OPEN = ("wanted", "asking", "waiting")


class Bequest(Row, table=True):
    """All customers of one member (`from_id`) are to be a colleague's (`to_id`). States: open, closed.

    `mode` is the platform's way: "" until its list was read, then resigned (has left the company) or serving.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    from_id: str
    to_id: str
    by: str | None = None
    at: datetime = Field(sa_type=Utc)
    mode: str = ""
    state: str = "open"
    error: str = ""  # why nothing moves at present, in Chinese, with the cure
    closed_at: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (
        Index("ix_bequest_from", "corp", "from_id", "id"),
        Index("ix_bequest_closed", "corp", "closed_at", **only_where("closed_at IS NOT NULL")),
    )


class Inheritance(Row, table=True):
    """One customer of a bequest. States: wanted, asking (a call may be under way), waiting, done, refused, failed."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    bequest_id: int
    hash: bytes = Field(sa_column=Column("hash", LargeBinary))
    external_id: str = Field(default="", sa_column=Column("external_id", Sealed("inheritance.external_id")))
    lead_id: int | None = None
    state: str = "wanted"
    why: str = ""
    asked_at: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (
        Index("uq_inheritance_customer", "corp", "bequest_id", "hash", unique=True),
        Index("ix_inheritance_hash", "corp", "hash"),
        Index("ix_inheritance_lead", "corp", "lead_id"),
    )


_BEQUEST = select(Bequest).where(col(Bequest.corp) == bindparam("corp"), col(Bequest.id) == bindparam("bequest_id"))


async def find_bequest(tx: Tx, bequest_id: int) -> Bequest | None:
    """The bequest with that number."""
    return await tx.first(_BEQUEST, bequest_id=bequest_id)


async def find_open(tx: Tx, from_id: str) -> Bequest | None:
    """The bequest of a member that is not at its end."""
    return await tx.first(
        select(Bequest)
        .where(col(Bequest.corp) == tx.corp, col(Bequest.from_id) == from_id, col(Bequest.state) == "open")
        .order_by(col(Bequest.id).desc())
    )


async def find_last(tx: Tx, from_id: str) -> Bequest | None:
    """The latest bequest of a member."""
    return await tx.first(
        select(Bequest)
        .where(col(Bequest.corp) == tx.corp, col(Bequest.from_id) == from_id)
        .order_by(col(Bequest.id).desc())
    )


async def change_bequest(tx: Tx, bequest_id: int, **values: Any) -> bool:
    """Change one that is open; False when it is closed."""
    result = await tx.run(
        update(Bequest)
        .where(col(Bequest.corp) == tx.corp, col(Bequest.id) == bequest_id, col(Bequest.state) == "open")
        .values(**values)
    )
    return result.rowcount == 1


async def add_customers(tx: Tx, bequest_id: int, leads: Mapping[str, int | None]) -> None:
    """Customers (external id → lead) of a bequest; one that is there already stays as it is."""
    rows = [
        {
            "corp": tx.corp, "bequest_id": bequest_id, "hash": tx.keys.blind("external", one), "external_id": one,
            "lead_id": lead_id, "state": "wanted", "why": "", "asked_at": None,
        }
        for one, lead_id in leads.items()
    ]  # fmt: skip
    await bulk.add_rows(tx, Inheritance, rows, ("corp", "bequest_id", "hash"))


_IN_STATE = (
    select(Inheritance)
    .where(
        col(Inheritance.corp) == bindparam("corp"),
        col(Inheritance.bequest_id) == bindparam("bequest_id"),
        col(Inheritance.state) == bindparam("state"),
    )
    .order_by(col(Inheritance.id))
    .limit(bindparam("most"))
)


async def list_in(tx: Tx, bequest_id: int, state: str, *, limit: int) -> Sequence[Inheritance]:
    """Customers of a bequest in one state, in the order of their coming."""
    return await tx.all(_IN_STATE, bequest_id=bequest_id, state=state, most=limit)


async def count_in(tx: Tx, bequest_id: int) -> dict[str, int]:
    """How many customers of a bequest are in each state."""
    rows = await tx.rows(
        select(col(Inheritance.state), func.count())
        .where(col(Inheritance.corp) == tx.corp, col(Inheritance.bequest_id) == bequest_id)
        .group_by(col(Inheritance.state))
    )
    return {state: int(count) for state, count in rows}


async def first_asked(tx: Tx, bequest_id: int) -> datetime | None:
    """Since when the one that has waited longest waits."""
    rows = await tx.rows(
        select(func.min(col(Inheritance.asked_at))).where(
            col(Inheritance.corp) == tx.corp,
            col(Inheritance.bequest_id) == bequest_id,
            col(Inheritance.state) == "waiting",
        )
    )
    found: datetime | None = rows[0][0]
    return found


async def move(tx: Tx, bequest_id: int, ids: Collection[int], before: Sequence[str], state: str, **values: Any) -> int:
    """Customers that are in one of the states `before` go on to `state`; returns how many."""
    if not ids:
        return 0
    result = await tx.run(
        update(Inheritance)
        .where(
            col(Inheritance.corp) == tx.corp,
            col(Inheritance.bequest_id) == bequest_id,
            col(Inheritance.id).in_(list(ids)),
            col(Inheritance.state).in_(before),
        )
        .values(state=state, **values)
    )
    return result.rowcount


async def find_underway(tx: Tx, external_id: str, to_id: str) -> Inheritance | None:
    """A customer who is, or was, on the way to this member, the latest time."""
    return await tx.first(
        select(Inheritance)
        .join(Bequest, and_(col(Bequest.corp) == col(Inheritance.corp), col(Bequest.id) == col(Inheritance.bequest_id)))
        .where(
            col(Inheritance.corp) == tx.corp,
            col(Bequest.corp) == tx.corp,
            col(Inheritance.hash) == tx.keys.blind("external", external_id),
            col(Bequest.to_id) == to_id,
        )
        .order_by(col(Inheritance.id).desc())
    )


async def forget_ids(tx: Tx, *, before: datetime, limit: int) -> int:
    """Of a bequest that was closed long ago the customers' platform ids go; how it ended stays."""
    closed = (
        select(col(Bequest.id))
        .where(col(Bequest.corp) == tx.corp, col(Bequest.closed_at) < before)
        .order_by(col(Bequest.closed_at))
    )
    old = (
        select(col(Inheritance.id))
        .where(
            col(Inheritance.corp) == tx.corp,
            col(Inheritance.bequest_id).in_(closed),
            func.length(col(Inheritance.external_id)) > 0,
        )
        .limit(limit)
    )
    statement = update(Inheritance).where(col(Inheritance.corp) == tx.corp, col(Inheritance.id).in_(old))
    return (await tx.run(statement.values(external_id=""))).rowcount
