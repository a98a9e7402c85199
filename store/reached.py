"""What each lead has come to and when, one narrow row a lead: every report counts these rows, never the long story."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
    update,
)  # fmt: skip
from sqlmodel import Field, col

from store import bulk
from store.columns import Utc, added, instant_text, month_of, only_where
from store.deal import Opportunity, Payment
from store.row import Row
from store.tables import Clock, Enquiry, TimelineItem
from store.tx import Tx

CUSTOMER = "paid <> 0 OR won_at IS NOT NULL"
FREE = ":"  # before the pool of a lead that nobody has


class Reached(Row, table=True):
    """The first time that a lead came to each stage; a later stage implies the earlier ones.

    `source` and `campaign_id` are those of its first enquiry. `furthest`: 0 captured, 1 MQL, 2 SAL, 3 SQL,
    4 opportunity, 5 won. `contact_at`: the first real contact, `contact_by` made it, `response`: microseconds of the
    company's working time from capture to it. `offered`: it was offered or assigned; `touched`: a person did something
    before sales had it; `automated`: offered and not touched. `paid`: what its deals have brought in
    to date, in fen. `whose`: the member who has the lead now, of a free one ":" and its pool (store/whose.py).
    `stale`: to be made anew from the story.
    """

    __tablename__ = "reached"

    corp: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    source: str = ""
    campaign_id: int | None = None
    captured_at: datetime = Field(sa_type=Utc)
    mql_at: datetime | None = Field(default=None, sa_type=Utc)
    sal_at: datetime | None = Field(default=None, sa_type=Utc)
    sql_at: datetime | None = Field(default=None, sa_type=Utc)
    opportunity_at: datetime | None = Field(default=None, sa_type=Utc)
    won_at: datetime | None = Field(default=None, sa_type=Utc)
    furthest: int = 0
    contact_at: datetime | None = Field(default=None, sa_type=Utc)
    contact_by: str | None = None
    response: int | None = Field(default=None, sa_column=Column("response", BigInteger))
    offered: bool = False
    touched: bool = False
    automated: int = 0
    stale: bool = False
    paid: int = Field(default=0, sa_column=Column("paid", BigInteger, nullable=False, server_default=text("0")))
    whose: str = Field(default="", sa_column=added("whose"))

    __table_args__ = (
        Index("ix_reached_captured", "corp", "captured_at", "response", "contact_by", "source", "campaign_id"),
        Index("ix_reached_cohort", "corp", month_of("captured_at"), "source", "campaign_id", "captured_at", "furthest",
              "automated", "whose"),
        *(
            Index(f"ix_reached_{stage}", "corp", month_of(f"{stage}_at"), "source", "campaign_id", f"{stage}_at",
                  "furthest", "whose", **only_where(f"{stage}_at IS NOT NULL"))
            for stage in ("mql", "sal", "sql", "opportunity", "won")
        ),
        Index("ix_reached_customer", "corp", "source", "campaign_id", "paid", "won_at", "lead_id",
              **only_where(CUSTOMER)),
        Index("ix_reached_stale", "corp", "lead_id", **only_where("stale")),
        {"sqlite_with_rowid": False},
    )  # fmt: skip


COLUMNS = tuple(Reached.model_fields)
_OF_LEAD = select(Reached).where(col(Reached.corp) == bindparam("corp"), col(Reached.lead_id) == bindparam("lead_id"))
_CHANGE = update(Reached).where(col(Reached.corp) == bindparam("of_corp"), col(Reached.lead_id) == bindparam("of_id"))


def month(tx: Tx, column: Any) -> list[ColumnElement[Any]]:
    """What to group by first, so that the index of this instant has the groups in their order."""
    return [_month(column)] if tx.dialect == "sqlite" else []


def during(tx: Tx, column: Any, begin: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    """That an instant lies in [begin, end), in words by which its index is found; None: without that end."""
    found: list[ColumnElement[bool]] = []
    embedded = tx.dialect == "sqlite"
    if begin is not None:
        found += [col(column) >= begin, *([_month(column) >= instant_text(begin)[:7]] if embedded else [])]
    if end is not None:
        found += [col(column) < end, *([_month(column) <= instant_text(end)[:7]] if embedded else [])]
    return found


def _month(column: Any) -> ColumnElement[Any]:
    instant: Any = col(column)
    return literal_column(f"substr({instant.class_.__tablename__}.{instant.key}, 1, 7)")


async def find_reached(tx: Tx, lead_id: int) -> Reached | None:
    """What a lead has come to."""
    return await tx.first(_OF_LEAD, lead_id=lead_id)


async def add_reached(tx: Tx, values: Mapping[str, Any]) -> None:
    """A lead that is new to the reports."""
    await tx.put(Reached, values)


async def change_reached(tx: Tx, lead_id: int, values: Mapping[str, Any]) -> None:
    """Write what has changed about a lead: each column that is written anew costs the indexes that it stands in."""
    await tx.execute(_CHANGE, {"of_corp": tx.corp, "of_id": lead_id, **values})
    if "source" in values or "campaign_id" in values:
        await tell_promises(tx, [lead_id])


async def forget_reached(tx: Tx, lead_ids: Iterable[int]) -> None:
    """These leads count nowhere (any more)."""
    await _forget(tx, lead_ids)
    await tell_promises(tx, lead_ids)


async def _forget(tx: Tx, lead_ids: Iterable[int]) -> None:
    for some in bulk.in_slices(sorted(lead_ids)):
        await tx.run(delete(Reached).where(col(Reached.corp) == tx.corp, col(Reached.lead_id).in_(some)))


def _of_promise(column: Any) -> Any:
    mine = (col(Reached.corp) == col(Clock.corp), col(Reached.lead_id) == col(Clock.lead_id))
    return select(col(column)).where(*mine).scalar_subquery()


TOUCH: Mapping[str, Any] = {"source": _of_promise(Reached.source), "campaign_id": _of_promise(Reached.campaign_id)}


async def tell_promises(tx: Tx, lead_ids: Iterable[int]) -> None:
    """The promises on these leads that were kept or broken count for the first touch that their leads have now."""
    for some in bulk.in_slices(sorted(lead_ids)):
        theirs = (col(Clock.corp) == tx.corp, col(Clock.lead_id).in_(some), col(Clock.held).is_not(None))
        await tx.run(update(Clock).where(*theirs).values(**TOUCH))


async def untrue_promises(tx: Tx, lead_ids: Sequence[int]) -> list[int]:
    """Those of some leads whose promises count for another first touch than theirs."""
    found: list[int] = []
    its = and_(col(Reached.corp) == Clock.corp, col(Reached.lead_id) == Clock.lead_id)
    for some in bulk.in_slices(lead_ids):
        query = (
            select(col(Clock.lead_id))
            .join(Reached, its)
            .where(col(Clock.corp) == tx.corp, col(Clock.lead_id).in_(some), col(Clock.held).is_not(None))
            .where(
                col(Clock.source).is_distinct_from(col(Reached.source))
                | col(Clock.campaign_id).is_distinct_from(col(Reached.campaign_id))
            )
            .distinct()
        )
        found += await tx.all(query)
    return found


async def read_many(tx: Tx, lead_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The rows of many leads as plain values, by lead."""
    found: dict[int, dict[str, Any]] = {}
    for some in bulk.in_slices(sorted(lead_ids)):
        query = select(bulk.table_of(Reached)).where(col(Reached.corp) == tx.corp, col(Reached.lead_id).in_(some))
        found |= {row.lead_id: dict(row._mapping) for row in await tx.rows(query)}
    return found


async def write_many(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write whole rows, whatever stood there before."""
    if rows:
        ids = [row["lead_id"] for row in rows]
        await _forget(tx, ids)
        await bulk.insert_rows(tx, Reached, [{name: row[name] for name in COLUMNS} for row in rows])
        await tell_promises(tx, ids)


_FIRST = (
    select(col(Enquiry.source), col(Enquiry.campaign_id))
    .where(col(Enquiry.corp) == bindparam("corp"), col(Enquiry.lead_id) == bindparam("lead_id"))
    .order_by(col(Enquiry.at), col(Enquiry.id))
    .limit(1)
)


async def first_touch(tx: Tx, lead_id: int) -> tuple[str, int | None] | None:
    """(source, campaign) of a lead's first enquiry."""
    rows = await tx.rows(_FIRST, lead_id=lead_id)
    return (rows[0][0], rows[0][1]) if rows else None


async def first_touches(tx: Tx, lead_ids: Iterable[int]) -> dict[int, tuple[str, int | None]]:
    """The same of many leads."""
    found: dict[int, tuple[str, int | None]] = {}
    for some in bulk.in_slices(sorted(lead_ids)):
        query = (
            select(col(Enquiry.lead_id), col(Enquiry.source), col(Enquiry.campaign_id))
            .where(col(Enquiry.corp) == tx.corp, col(Enquiry.lead_id).in_(some))
            .order_by(col(Enquiry.at), col(Enquiry.id))
        )
        for lead_id, source, campaign_id in await tx.rows(query):
            found.setdefault(lead_id, (source, campaign_id))
    return found


async def paid_by(tx: Tx, lead_ids: Iterable[int]) -> dict[int, int]:
    """What the deals of these leads have brought in to date, in fen; those without a payment are left out."""
    found: dict[int, int] = {}
    for some in bulk.in_slices(sorted(lead_ids)):
        of_them = select(col(Opportunity.id), col(Opportunity.lead_id)).where(
            col(Opportunity.corp) == tx.corp, col(Opportunity.lead_id).in_(some)
        )
        lead_of = {row[0]: row[1] for row in await tx.rows(of_them)}
        for deals in bulk.in_slices(sorted(lead_of)):
            query = (
                select(col(Payment.opportunity_id), func.sum(col(Payment.amount)))
                .where(col(Payment.corp) == tx.corp, col(Payment.opportunity_id).in_(deals))
                .group_by(col(Payment.opportunity_id))
            )
            for deal, fen in await tx.rows(query):
                found[lead_of[deal]] = found.get(lead_of[deal], 0) + int(fen)
    return found


async def count_paid(tx: Tx, lead_ids: Iterable[int]) -> None:
    """Payments of these leads have come in many at once: their rows say so."""
    for lead_id, fen in (await paid_by(tx, lead_ids)).items():
        mine = (col(Reached.corp) == tx.corp, col(Reached.lead_id) == lead_id)
        await tx.run(update(Reached).where(*mine).values(paid=fen))


async def stories(tx: Tx, lead_ids: Iterable[int], kinds: Sequence[str]) -> dict[int, list[dict[str, Any]]]:
    """What has happened to many leads, of the kinds that count or by a person, in the order in which it was told."""
    found: dict[int, list[dict[str, Any]]] = {}
    for some in bulk.in_slices(sorted(lead_ids)):
        query = (
            select(
                col(TimelineItem.lead_id), col(TimelineItem.kind), col(TimelineItem.at), col(TimelineItem.by),
                col(TimelineItem.data),
            )
            .where(
                col(TimelineItem.corp) == tx.corp, col(TimelineItem.lead_id).in_(some),
                col(TimelineItem.kind).in_(kinds) | col(TimelineItem.by).is_not(None),
            )
            .order_by(col(TimelineItem.lead_id), col(TimelineItem.id))
        )  # fmt: skip
        for lead_id, kind, at, by, data in await tx.rows(query):
            found.setdefault(lead_id, []).append({"kind": kind, "at": at, "by": by, "data": data or {}})
    return found


async def list_stale(tx: Tx, *, limit: int) -> list[int]:
    """Leads whose row is to be made anew."""
    query = (
        select(col(Reached.lead_id))
        .where(col(Reached.corp) == tx.corp, text("stale"))
        .order_by(col(Reached.lead_id))
        .limit(limit)
    )
    return list(await tx.all(query))


async def list_after(tx: Tx, lead_id: int, *, limit: int) -> list[int]:
    """The next leads that count, in the order of their numbers."""
    query = (
        select(col(Reached.lead_id))
        .where(col(Reached.corp) == tx.corp, col(Reached.lead_id) > lead_id)
        .order_by(col(Reached.lead_id))
        .limit(limit)
    )
    return list(await tx.all(query))
