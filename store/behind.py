"""What stands behind a number: the leads that were counted, the stretches between their stages, who was given back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlmodel import col

from store.columns import one_of
from store.deal import Opportunity, Payment
from store.numbers import STAGE_AT, Team, by_team
from store.reached import Reached, during
from store.tables import Clock, Enquiry
from store.tx import Tx

CLOSER: Any = func.coalesce(Opportunity.closed_owner_id, Opportunity.owner_id)  # whose a deal is in every number
Found = tuple[list[int], int]  # the first leads, and how many there are


async def first_of(tx: Tx, query: Select[Any], lead_id: Any, order: Any, limit: int) -> Found:
    """The leads of a question, the latest first, and how many there are."""
    total = await tx.rows(query.with_only_columns(func.count(lead_id.distinct())))
    newest = (
        query.with_only_columns(lead_id).group_by(lead_id).order_by(func.max(order).desc(), lead_id.desc()).limit(limit)
    )
    return [row[0] for row in await tx.rows(newest)], int(total[0][0])


def _between(column: Any, begin: datetime, end: datetime) -> tuple[Any, Any]:
    return col(column) >= begin, col(column) < end


async def at_stage(
    tx: Tx, stage: str, begin: datetime, end: datetime, *, source: str | None, team: Team | None, limit: int
) -> Found:
    """The leads that reached a stage for the first time in [begin, end), the latest first."""
    at = STAGE_AT[stage]
    query = select(col(Reached.lead_id)).where(col(Reached.corp) == tx.corp, *during(tx, at, begin, end))
    if source is not None:
        query = query.where(col(Reached.source) == source)
    if team is not None:
        query = query.where(team.counts())
    return await first_of(tx, query, col(Reached.lead_id), col(at), limit)


async def broken(
    tx: Tx, name: str, begin: datetime, end: datetime, *, source: str | None, team: Team | None, limit: int
) -> Found:
    """The leads whose promise of that name ("": any) was broken in [begin, end)."""
    query = select(col(Clock.lead_id)).where(
        col(Clock.corp) == tx.corp, *during(tx, Clock.settled_at, begin, end), col(Clock.held) == 0,
        *((col(Clock.name) == name,) if name else ()),
    )  # fmt: skip
    if source is not None:
        query = query.where(col(Clock.source) == source)
    if team is not None:
        query = query.where(by_team(team))
    return await first_of(tx, query, col(Clock.lead_id), col(Clock.settled_at), limit)


async def closed(
    tx: Tx, result: str, begin: datetime, end: datetime, *, source: str | None, team: Team | None, limit: int
) -> Found:
    """The leads whose opportunity was won or lost in [begin, end)."""
    query = select(col(Opportunity.lead_id)).where(
        col(Opportunity.corp) == tx.corp, *_between(Opportunity.closed_at, begin, end),
        col(Opportunity.result) == result,
    )  # fmt: skip
    if source is not None:
        its = and_(col(Reached.corp) == Opportunity.corp, col(Reached.lead_id) == Opportunity.lead_id)
        query = query.join(Reached, its).where(col(Reached.source) == source)
    if team is not None:
        query = query.where(CLOSER.in_(team.members))
    return await first_of(tx, query, col(Opportunity.lead_id), col(Opportunity.closed_at), limit)


async def spoken_of(tx: Tx, said: Collection[int], *, team: Team | None) -> Sequence[Opportunity]:
    """The open opportunities among those of which somebody has said what they bring."""
    query = select(Opportunity).where(
        col(Opportunity.corp) == tx.corp, col(Opportunity.id).in_(tuple(said)), col(Opportunity.result) == "open"
    )
    return await tx.all(query if team is None else query.where(col(Opportunity.owner_id).in_(team.members)))


async def expected(tx: Tx, until: str, said: Collection[int], *, team: Team | None) -> list[tuple[str, str, int]]:
    """(pipeline, stage, fen) of the open opportunities that are expected by that day (2026-03-31), but those `said`."""
    query = select(col(Opportunity.pipeline), col(Opportunity.stage), func.sum(Opportunity.amount)).where(
        col(Opportunity.corp) == tx.corp, one_of(Opportunity.result, ("open",)), col(Opportunity.expected_on) != "",
        col(Opportunity.expected_on) <= until, col(Opportunity.id).not_in(tuple(said)),
    )  # fmt: skip
    query = query if team is None else query.where(col(Opportunity.owner_id).in_(team.members))
    rows = await tx.rows(query.group_by(col(Opportunity.pipeline), col(Opportunity.stage)))
    return [(pipeline, stage, int(fen)) for pipeline, stage, fen in rows if fen is not None]


async def biggest_wins(
    tx: Tx, begin: datetime, end: datetime, *, team: Team | None, limit: int
) -> Sequence[Opportunity]:
    """What was won in [begin, end), the largest amounts first."""
    query = select(Opportunity).where(
        col(Opportunity.corp) == tx.corp, *_between(Opportunity.closed_at, begin, end),
        col(Opportunity.result) == "won",
    )  # fmt: skip
    if team is not None:
        query = query.where(CLOSER.in_(team.members))
    amount = func.coalesce(Opportunity.amount, 0)
    return await tx.all(query.order_by(amount.desc(), col(Opportunity.id)).limit(limit))


async def stretches(
    tx: Tx, begin: datetime, end: datetime, *, team: Team | None, limit: int
) -> list[tuple[datetime | None, ...]]:
    """When each lead captured in [begin, end) came to each stage, the latest `limit` of those that went on at all."""
    columns = [col(at) for at in STAGE_AT.values()]
    query = select(*columns).where(
        col(Reached.corp) == tx.corp, *_between(Reached.captured_at, begin, end), col(Reached.furthest) > 0
    )
    if team is not None:
        query = query.where(team.counts())
    found = await tx.rows(query.order_by(col(Reached.captured_at).desc()).limit(limit))
    return [tuple(row) for row in found]


async def won_for_each(
    tx: Tx, begin: datetime, end: datetime, *, team: Team | None
) -> list[tuple[int, int, datetime]]:  # fmt: skip
    """(lead, fen, closed at) of what was won in [begin, end)."""
    its, amount = col(Opportunity.lead_id), func.coalesce(Opportunity.amount, 0)
    rows = await tx.rows(_won(tx, begin, end, team).with_only_columns(its, amount, col(Opportunity.closed_at)))
    return [(row[0], int(row[1]), row[2]) for row in rows]


def _of_team(query: Select[Any], team: Team | None) -> Select[Any]:
    return query if team is None else query.where(CLOSER.in_(team.members))


def _won(tx: Tx, begin: datetime, end: datetime, team: Team | None) -> Select[Any]:
    query = select(col(Opportunity.lead_id)).where(
        col(Opportunity.corp) == tx.corp, *_between(Opportunity.closed_at, begin, end),
        col(Opportunity.result) == "won",
    )  # fmt: skip
    return _of_team(query, team)


def _paid(tx: Tx, begin: datetime, end: datetime, team: Team | None) -> Select[Any]:
    deal = and_(col(Opportunity.corp) == Payment.corp, col(Opportunity.id) == Payment.opportunity_id)
    within = (col(Payment.corp) == tx.corp, *_between(Payment.at, begin, end))
    return _of_team(select(col(Opportunity.lead_id)).select_from(Payment).join(Opportunity, deal).where(*within), team)


async def paid_for_each(
    tx: Tx, begin: datetime, end: datetime, *, team: Team | None
) -> list[tuple[int, int, datetime]]:  # fmt: skip
    """(lead, fen, when) of the payments received in [begin, end)."""
    columns = (col(Opportunity.lead_id), col(Payment.amount), col(Payment.at))
    rows = await tx.rows(_paid(tx, begin, end, team).with_only_columns(*columns))
    return [(row[0], int(row[1]), row[2]) for row in rows]


async def paid_in(
    tx: Tx, begin: datetime, end: datetime, *, source: str | None, team: Team | None, limit: int
) -> Found:
    """The leads whose deals brought money in [begin, end), the latest first."""
    query = _paid(tx, begin, end, team)
    if source is not None:
        its = and_(col(Reached.corp) == Opportunity.corp, col(Reached.lead_id) == Opportunity.lead_id)
        query = query.join(Reached, its).where(col(Reached.source) == source)
    return await first_of(tx, query, col(Opportunity.lead_id), col(Payment.at), limit)


async def touches(
    tx: Tx, begin: datetime, end: datetime, *, team: Team | None
) -> dict[int, list[tuple[datetime, str]]]:  # fmt: skip
    """(when, source) of every enquiry, in order, of the leads whose deal was won or paid for in [begin, end)."""
    theirs = _won(tx, begin, end, team).union(_paid(tx, begin, end, team))
    query = (
        select(col(Enquiry.lead_id), col(Enquiry.at), col(Enquiry.source))
        .where(col(Enquiry.corp) == tx.corp, col(Enquiry.lead_id).in_(theirs))
        .order_by(col(Enquiry.at), col(Enquiry.id))
    )
    found: dict[int, list[tuple[datetime, str]]] = {}
    for lead_id, at, source in await tx.rows(query):
        found.setdefault(lead_id, []).append((at, source))
    return found


async def of_cohort(
    tx: Tx, stage: str, begin: datetime, end: datetime, *, source: str | None, team: Team | None, limit: int
) -> Found:
    """The leads captured in [begin, end) that have reached a stage by now."""
    query = select(col(Reached.lead_id)).where(
        col(Reached.corp) == tx.corp, *during(tx, Reached.captured_at, begin, end),
        col(Reached.furthest) >= list(STAGE_AT).index(stage),
    )  # fmt: skip
    if source is not None:
        query = query.where(col(Reached.source) == source)
    if team is not None:
        query = query.where(team.counts())
    return await first_of(tx, query, col(Reached.lead_id), col(Reached.captured_at), limit)
