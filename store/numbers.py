"""The sums behind the company's numbers: each is one question to narrow rows, found through its period's index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlmodel import col

from store.bought import paid_to_date
from store.columns import one_of
from store.deal import Opportunity, Payment
from store.origin import Campaign, CampaignCost
from store.reached import CUSTOMER, Reached, during, month
from store.tables import Clock, Enquiry, Lead, TimelineItem
from store.tx import Tx
from store.whose import whose

Key = str | int | None
_NOBODY: ColumnElement[Any] = literal(None)
_CUSTOMER = text(f"({CUSTOMER})")  # the condition of the index of those that bought
FIRST_TOUCH = {"source": "source", "campaign": "campaign_id"}
OF_LEAD: Mapping[str, Any] = {by: col(getattr(Reached, name)) for by, name in FIRST_TOUCH.items()}
STAGE_AT: Mapping[str, Any] = {
    "leads": Reached.captured_at, "mql": Reached.mql_at, "sal": Reached.sal_at, "sql": Reached.sql_at,
    "opportunity": Reached.opportunity_at, "won": Reached.won_at,
}  # fmt: skip


@dataclass(frozen=True)
class Team:
    """Whose leads, deals and claims count: a team's members, and what is free in the pools that it claims from."""

    members: tuple[str, ...]
    pools: tuple[str, ...] = ()

    def has(self) -> ColumnElement[bool]:
        """Whether a lead is the team's to care for."""
        free = and_(col(Lead.owner_id).is_(None), col(Lead.pool).in_(self.pools))
        return or_(col(Lead.owner_id).in_(self.members), free)

    @property
    def keys(self) -> tuple[str, ...]:
        """The same as it stands in the rows that reports count."""
        return (*self.members, *(whose(None, pool) for pool in self.pools))

    def counts(self) -> ColumnElement[bool]:
        """Whether a row that reports count is a lead of the team's."""
        return col(Reached.whose).in_(self.keys)


_NEXT_SOURCE = (
    select(func.min(col(Enquiry.source)))
    .where(col(Enquiry.corp) == bindparam("corp"), col(Enquiry.source) > bindparam("after"))
)  # fmt: skip


async def known_sources(tx: Tx, *, limit: int = 200) -> list[str]:
    """The sources that anybody ever came from, each found by one step through their index."""
    found = [""]
    while len(found) <= limit and (following := await tx.first(_NEXT_SOURCE, after=found[-1])) is not None:
        found.append(following)
    return found[1:]


def _in(column: Any, begin: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(column) >= begin, col(column) < end


def _touch(tx: Tx, by: str | None, of: type[Reached] | type[Clock] = Reached) -> list[Any]:
    """What to group by for rows with one key each, or a few, in the order in which the indexes have it."""
    if by is None or by == "source" or tx.dialect != "sqlite":
        return [getattr(of, FIRST_TOUCH[by])] if by else []
    return [of.source, of.campaign_id]


async def flows(
    tx: Tx, stage: str, begin: datetime, end: datetime, *, by: str | None, team: Team | None = None
) -> list[tuple[Key, tuple[int, ...], int]]:
    """(key, how many, how many of them automated) of the leads that reached a stage in [begin, end).

    How many: those that have reached each stage by now, in the order of STAGE_AT. A key may come several times.
    """
    at, place = STAGE_AT[stage], list(STAGE_AT).index(stage)
    key = OF_LEAD[by] if by else _NOBODY
    automated = func.sum(col(Reached.automated)) if stage == "leads" else literal(0)
    further = [func.count().filter(col(Reached.furthest) >= more) for more in range(place + 1, len(STAGE_AT))]
    query = select(key, automated, func.count(), *further).where(
        col(Reached.corp) == tx.corp, *during(tx, at, begin, end), *(() if team is None else (team.counts(),))
    )
    query = query.group_by(*month(tx, at), *_touch(tx, by)) if by else query
    return [
        (one, tuple(int(many) for many in (*[came] * (place + 1), *rest)), int(alone or 0))
        for one, alone, came, *rest in await tx.rows(query)
    ]


async def responses(
    tx: Tx, begin: datetime, end: datetime, *, by: str | None, team: Team | None = None
) -> list[tuple[Key, list[int]]]:
    """(key, microseconds of each) of the response times of leads captured in [begin, end).

    One long text for each key: handing over a row for each of a hundred thousand leads costs many times that.
    """
    key: Any = col(Reached.contact_by) if by == "rep" else OF_LEAD[by] if by else _NOBODY
    query = select(key, func.aggregate_strings(cast(col(Reached.response), String), ",")).where(
        col(Reached.corp) == tx.corp, *_in(Reached.captured_at, begin, end), col(Reached.response).is_not(None)
    )
    if team is not None:
        query = query.where(col(Reached.contact_by).in_(team.members))
    rows = await tx.rows(query.group_by(key) if by else query)
    return [(one, [int(micro) for micro in told.split(",")]) for one, told in rows if told]


def by_team(team: Team) -> ColumnElement[bool]:
    """Whether a promise was the team's: one of it met it, or nobody did and the lead is theirs to care for.

    Few are met by nobody: only their rows are looked up, one by one. With OR a server reads the period twice.
    """
    mine = (col(Reached.corp) == col(Clock.corp), col(Reached.lead_id) == col(Clock.lead_id))
    its = select(col(Reached.whose)).where(*mine).correlate(Clock).scalar_subquery()
    return func.coalesce(col(Clock.met_by), its).in_(team.keys)


async def promises(
    tx: Tx, begin: datetime, end: datetime, *, by: str | None, team: Team | None = None, names: Sequence[str] = ()
) -> list[tuple[Key, str, int, int]]:
    """(key, name, kept 1 or broken 0, how many) of the promises that were met or ended in [begin, end); a key may come
    several times.

    By rep: what was done is whoever's did it, in time or late; what nobody has done is whoever's has the lead now.
    """
    if by == "rep":
        done = await _promises(tx, begin, end, col(Clock.met_by), None, team, names, col(Clock.met_by).is_not(None))
        undone = col(Clock.met_by).is_(None)
        return done + await _promises(tx, begin, end, col(Lead.owner_id), "lead", team, names, undone)
    return await _promises(tx, begin, end, getattr(Clock, FIRST_TOUCH[by]) if by else _NOBODY, by, team, names)


async def _promises(
    tx: Tx, begin: datetime, end: datetime, key: Any, by: str | None, team: Team | None, names: Sequence[str],
    *those: ColumnElement[bool],
) -> list[tuple[Key, str, int, int]]:  # fmt: skip
    kinds = [col(Clock.name), col(Clock.held)]
    query = select(key, *kinds, func.count()).where(
        col(Clock.corp) == tx.corp, *during(tx, Clock.settled_at, begin, end), *those
    )
    if names:
        query = query.where(col(Clock.name).in_(names))
    if by == "lead":
        query = query.join(Lead, and_(col(Lead.corp) == Clock.corp, col(Lead.id) == Clock.lead_id))
    if team is not None:
        query = query.where(by_team(team))
    if those:
        query = query.group_by(key, *kinds)
    else:
        query = query.group_by(*month(tx, Clock.settled_at), *kinds, *_touch(tx, by, Clock))
    return [(one, name, int(held), int(many)) for one, name, held, many in await tx.rows(query)]


async def delivered(tx: Tx, begin: datetime, end: datetime) -> tuple[int, int]:
    """(leads that became MQL in [begin, end), those of them that were given back or called invalid since)."""
    came = (col(Reached.corp) == tx.corp, *during(tx, Reached.mql_at, begin, end))
    back = (
        select(literal(1))
        .where(
            col(TimelineItem.corp) == Reached.corp, col(TimelineItem.lead_id) == Reached.lead_id,
            one_of(TimelineItem.kind, ("released", "disqualified")), col(TimelineItem.at) >= Reached.mql_at,
        )
        .exists()
    )  # fmt: skip
    rows = await tx.rows(select(func.count(), func.sum(case((back, 1), else_=0))).where(*came))
    return int(rows[0][0]), int(rows[0][1] or 0)


def _deal_key(by: str | None) -> ColumnElement[Any]:
    if by == "rep":
        return func.coalesce(col(Opportunity.closed_owner_id), col(Opportunity.owner_id))
    return OF_LEAD[by] if by else _NOBODY


def _of_deals(query: Select[Any], by: str | None, team: Team | None) -> Select[Any]:
    if by in OF_LEAD or by == "first":
        mine = and_(col(Reached.corp) == Opportunity.corp, col(Reached.lead_id) == Opportunity.lead_id)
        query = query.join(Reached, mine)
    if team is not None:
        query = query.where(_deal_key("rep").in_(team.members))
    return query


async def closed(
    tx: Tx, begin: datetime, end: datetime, *, by: str | None, team: Team | None = None
) -> list[tuple[Key, str, int, int]]:
    """(key, result, how many, fen) of the opportunities that were closed in [begin, end)."""
    key = _deal_key(by)
    query = select(key, col(Opportunity.result), func.count(), func.sum(func.coalesce(Opportunity.amount, 0))).where(
        col(Opportunity.corp) == tx.corp, *_in(Opportunity.closed_at, begin, end), col(Opportunity.result) != "open"
    )
    rows = await tx.rows(_of_deals(query, by, team).group_by(*([key] if by else []), col(Opportunity.result)))
    return [(one, result, int(many), int(fen or 0)) for one, result, many, fen in rows]


async def cycles(
    tx: Tx, begin: datetime, end: datetime, *, by: str | None, team: Team | None = None
) -> list[tuple[Key, datetime, datetime]]:
    """(key, first real contact, won) of the opportunities won in [begin, end) whose lead was ever contacted."""
    key = _deal_key(by)
    query = select(key, col(Reached.contact_at), col(Opportunity.closed_at)).where(
        col(Opportunity.corp) == tx.corp, *_in(Opportunity.closed_at, begin, end), col(Opportunity.result) == "won",
        col(Reached.contact_at).is_not(None),
    )  # fmt: skip
    query = _of_deals(query, by if by in OF_LEAD else "first", team)
    return [(one, contact, won) for one, contact, won in await tx.rows(query)]


async def pipeline(
    tx: Tx, begin: datetime, end: datetime, *, by: str | None, team: Team | None = None
) -> list[tuple[Key, int]]:
    """(key, fen): open and won amounts, created in [begin, end), whose lead's first enquiry came from a campaign."""
    key = _deal_key(by)
    query = select(key, func.sum(func.coalesce(Opportunity.amount, 0))).where(
        col(Opportunity.corp) == tx.corp, *_in(Opportunity.created_at, begin, end), col(Opportunity.result) != "lost",
        col(Reached.campaign_id).is_not(None),
    )  # fmt: skip
    query = _of_deals(query, by if by in OF_LEAD else "first", team)
    return [(one, int(fen or 0)) for one, fen in await tx.rows(query.group_by(key) if by else query)]


async def paid(
    tx: Tx, begin: datetime | None, end: datetime | None, *, by: str | None, team: Team | None = None
) -> list[tuple[Key, int]]:
    """(key, fen) of the payments received in [begin, end), or to date."""
    if begin is None and by is not None and by in OF_LEAD and team is None:
        key = OF_LEAD[by]
        kept = select(key, func.sum(col(Reached.paid))).where(col(Reached.corp) == tx.corp, _CUSTOMER)
        return [(one, int(fen)) for one, fen in await tx.rows(kept.group_by(*_touch(tx, by)))]
    if begin is None and by in FIRST_TOUCH and team is not None:
        return await paid_to_date(tx, team.members, FIRST_TOUCH[by])
    key = _deal_key(by)
    query = select(key, func.sum(col(Payment.amount))).where(col(Payment.corp) == tx.corp)
    if begin is not None and end is not None:
        query = query.where(*_in(Payment.at, begin, end))
    if by or team is not None:
        deal = and_(col(Opportunity.corp) == Payment.corp, col(Opportunity.id) == Payment.opportunity_id)
        query = _of_deals(query.join(Opportunity, deal), by, team)
    return [(one, int(fen or 0)) for one, fen in await tx.rows(query.group_by(key) if by else query)]


async def customers(tx: Tx, *, by: str | None, team: Team | None = None) -> list[tuple[Key, int]]:
    """(key, how many) leads with a won opportunity, to date."""
    if by == "rep" or team is not None:
        key = _deal_key(by)
        query = select(key, func.count(col(Opportunity.lead_id).distinct())).where(
            col(Opportunity.corp) == tx.corp, one_of(Opportunity.result, ("won",)),
            col(Opportunity.closed_at).is_not(None),
        )  # fmt: skip
        query = _of_deals(query, by, team)
        query = query.where(_CUSTOMER) if by in OF_LEAD else query  # by their index, not by all leads
        query = query.group_by(key) if by else query
    else:
        key = OF_LEAD[by] if by else _NOBODY
        query = select(key, func.count(col(Reached.won_at))).where(col(Reached.corp) == tx.corp, _CUSTOMER)
        query = query.group_by(*_touch(tx, by)) if by else query
    return [(one, int(many)) for one, many in await tx.rows(query)]


async def costs(tx: Tx, first: date, last: date, *, by: str | None) -> list[tuple[Key, int]]:
    """(key, fen) of the campaign costs that were booked on these days, both included."""
    keys = {"source": col(Campaign.source), "campaign": col(CampaignCost.campaign_id)}
    key = keys[by] if by else _NOBODY
    query = select(key, func.sum(col(CampaignCost.amount))).where(
        col(CampaignCost.corp) == tx.corp, col(CampaignCost.day) >= first.isoformat(),
        col(CampaignCost.day) <= last.isoformat(),
    )  # fmt: skip
    if by == "source":
        named = and_(col(Campaign.corp) == CampaignCost.corp, col(Campaign.id) == CampaignCost.campaign_id)
        query = query.join(Campaign, named)
    return [(one, int(fen or 0)) for one, fen in await tx.rows(query.group_by(key) if by else query)]
