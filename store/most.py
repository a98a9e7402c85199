"""Which source, or which colleague, had the most of something, and the leads that were counted for one of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlmodel import col

from store.behind import CLOSER, Found, first_of
from store.columns import one_of
from store.deal import Opportunity
from store.numbers import STAGE_AT, Team
from store.reached import Reached, during
from store.tables import Lead, TimelineItem
from store.tx import Tx


@dataclass(frozen=True)
class Wanted:
    """What is counted in [begin, end): `kind` released, disqualified, won, or a stage that leads reached; `by` source
    or rep; only what is of `team`, as every report counts it."""

    kind: str
    begin: datetime
    end: datetime
    by: str
    team: Team | None = None


async def most_of(tx: Tx, wanted: Wanted) -> dict[str, int]:
    """source or member → how many; what is nobody's is left out."""
    query, key, _, _ = _each(tx, wanted)
    rows = await tx.rows(query.with_only_columns(key, func.count()).group_by(key))
    return {one: int(many) for one, many in rows if one}


async def counted_for(tx: Tx, wanted: Wanted, one: str, *, limit: int) -> Found:
    """The leads that were counted for one source or member, the latest first."""
    query, key, lead_id, at = _each(tx, wanted)
    return await first_of(tx, query.where(key == one), lead_id, at, limit)


def _each(tx: Tx, wanted: Wanted) -> tuple[Select[Any], Any, Any, Any]:
    """(a row for each, its key, its lead, when)."""
    if wanted.kind in STAGE_AT:
        return _stage(tx, wanted)
    table: Any = Opportunity if wanted.kind == "won" else TimelineItem
    at = col(table.closed_at if wanted.kind == "won" else table.at)
    whose = CLOSER if wanted.kind == "won" else col(TimelineItem.by)
    is_one = col(table.result) == "won" if wanted.kind == "won" else one_of(TimelineItem.kind, (wanted.kind,))
    its = and_(col(Reached.corp) == table.corp, col(Reached.lead_id) == table.lead_id)
    query = select(col(table.lead_id)).join(Reached, its)
    query = query.where(col(table.corp) == tx.corp, is_one, at >= wanted.begin, at < wanted.end)
    query = query if wanted.team is None else query.where(whose.in_(wanted.team.members))
    return query, col(Reached.source) if wanted.by == "source" else whose, col(table.lead_id), at


def _stage(tx: Tx, wanted: Wanted) -> tuple[Select[Any], Any, Any, Any]:
    at = col(STAGE_AT[wanted.kind])
    within = during(tx, STAGE_AT[wanted.kind], wanted.begin, wanted.end)
    query = select(col(Reached.lead_id)).where(col(Reached.corp) == tx.corp, *within)
    if wanted.by != "source":
        query = query.join(Lead, and_(col(Lead.corp) == Reached.corp, col(Lead.id) == Reached.lead_id))
    query = query if wanted.team is None else query.where(wanted.team.counts())
    return query, col(Reached.source) if wanted.by == "source" else col(Lead.owner_id), col(Reached.lead_id), at
