"""What was learned at night from the closed leads: every night once, the newest is what the cards tell."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, bindparam, delete, select, update
from sqlmodel import Field, col

from store.columns import Utc, json_type, one_of
from store.leads import OPEN_STAGES
from store.row import Row
from store.tables import Lead
from store.tx import Tx

CLOSED = ("won", "lost")


class Learned(Row, table=True):
    """One night's learning. `night` is the company's day; states: learning, learned, short (too few), failed.

    `body`: {"model": …, "sources": {source: share won}} once learned; `closed` and `won` are how many leads it saw.
    """

    __tablename__ = "learned"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    night: str
    state: str
    at: datetime = Field(sa_type=Utc)
    closed: int = 0
    won: int = 0
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column("body", json_type()))

    __table_args__ = (Index("uq_learned_night", "corp", "night", unique=True),)


async def begin(tx: Tx, night: str, *, again: timedelta, now: datetime) -> bool:
    """Take this night's learning; False when it is done, or somebody is at it who began less than `again` ago."""
    last = await tx.first(select(Learned).where(col(Learned.corp) == tx.corp, col(Learned.night) == night))
    if last is not None and (last.state != "learning" or last.at > now - again):
        return False
    if last is not None:
        await tx.run(delete(Learned).where(col(Learned.corp) == tx.corp, col(Learned.id) == last.id))
    taken = await tx.run(
        tx.insert(Learned)
        .values(corp=tx.corp, night=night, state="learning", at=now, closed=0, won=0, body={})
        .on_conflict_do_nothing(index_elements=["corp", "night"])
    )
    return taken.rowcount == 1


async def finish(tx: Tx, night: str, *, state: str, at: datetime, closed: int, won: int, body: dict[str, Any]) -> None:
    """What came of it."""
    await tx.run(
        update(Learned)
        .where(col(Learned.corp) == tx.corp, col(Learned.night) == night)
        .values(state=state, at=at, closed=closed, won=won, body=body)
    )


async def latest(tx: Tx) -> Learned | None:
    """The last night that told something: what was learned, or that it was too little."""
    return await tx.first(
        select(Learned)
        .where(col(Learned.corp) == tx.corp, col(Learned.state).in_(("learned", "short")))
        .order_by(col(Learned.id).desc())
        .limit(1)
    )


async def list_closed(tx: Tx, *, before: int | None, limit: int) -> Sequence[Lead]:
    """Leads that were won or lost, newest first, those before an id."""
    query = select(Lead).where(col(Lead.corp) == tx.corp, one_of(Lead.stage, CLOSED))
    if before is not None:
        query = query.where(col(Lead.id) < before)
    return await tx.all(query.order_by(col(Lead.id).desc()).limit(limit))


async def list_worked_on(tx: Tx, *, after: int, limit: int) -> Sequence[Lead]:
    """Open leads that somebody owns, in order of their numbers, those after an id."""
    return await tx.all(
        select(Lead)
        .where(
            col(Lead.corp) == tx.corp, col(Lead.owner_id).is_not(None), one_of(Lead.stage, OPEN_STAGES),
            col(Lead.id) > after,
        )
        .order_by(col(Lead.id))
        .limit(limit)
    )  # fmt: skip


_REMEMBER = (
    update(Lead)
    .where(col(Lead.corp) == bindparam("of_corp"), col(Lead.id) == bindparam("of_id"))
    .values(chance=bindparam("to"))
)


async def remember_chance(tx: Tx, lead_id: int, chance: float | None) -> None:
    """The chance by which lists are sorted; no change of the lead that a card would have to follow."""
    await tx.execute(_REMEMBER, {"of_corp": tx.corp, "of_id": lead_id, "to": chance})
