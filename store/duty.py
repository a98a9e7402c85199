"""Who is away, and who was given how much: what assigning a lead must know about people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, bindparam, func, select, update
from sqlmodel import Field, col

from store.columns import Utc
from store.leads import OPEN_STAGES
from store.row import Row
from store.tables import Clock, Lead, Member, TimelineItem
from store.tx import Tx


class Absence(Row, table=True):
    """A member is away from `since` until `until` (exclusive); `ended_at` when they came back earlier."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    member_id: str
    since: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    backup_id: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (Index("ix_absence_member", "corp", "member_id", "until"),)


class Ledger(Row, table=True):
    """The fairness of one assignment rule: whose turn it is (the highest credit), and how many each one got."""

    corp: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    credit: int = 0
    given: int = 0
    last_at: datetime | None = Field(default=None, sa_type=Utc)


_HELD = (
    select(col(Member.id))
    .where(col(Member.corp) == bindparam("corp"), col(Member.id).in_(bindparam("member_ids", expanding=True)))
    .order_by(col(Member.id))
    .with_for_update()
)


async def lock_members(tx: Tx, member_ids: Sequence[str]) -> None:
    """Until the commit nobody else may give these members a lead: caps and turns hold over many servers."""
    await tx.all(_HELD, member_ids=tuple(member_ids))


async def add_absence(tx: Tx, member_id: str, *, since: datetime, until: datetime, backup_id: str | None) -> Absence:
    """Note that a member is away; absences that overlap it end where it begins, all others stay."""
    await end_absence(tx, member_id, now=since, before=until)
    absence = Absence(corp=tx.corp, member_id=member_id, since=since, until=until, backup_id=backup_id)
    await tx.add(absence)
    return absence


async def find_absence(tx: Tx, absence_id: int) -> Absence | None:
    """The absence with that id."""
    return await tx.first(select(Absence).where(col(Absence.corp) == tx.corp, col(Absence.id) == absence_id))


async def list_absences(tx: Tx, member_id: str) -> list[tuple[datetime, datetime]]:
    """The stretches in which a member was, is or will be away, in order; the end is exclusive."""
    found = await tx.all(
        select(Absence)
        .where(col(Absence.corp) == tx.corp, col(Absence.member_id) == member_id)
        .order_by(col(Absence.since))
    )
    ends = [(one.since, min(one.until, one.ended_at or one.until)) for one in found]
    return [(since, until) for since, until in ends if since < until]


async def away(tx: Tx, member_id: str, *, now: datetime) -> Absence | None:
    """The absence of a member who is away now; None while they work."""
    return (await list_away(tx, now=now)).get(member_id)


async def end_absence(tx: Tx, member_id: str, *, now: datetime, before: datetime | None = None) -> bool:
    """End what lies after `now`, of absences that begin before an instant (of all without one); False for none."""
    begun = () if before is None else (col(Absence.since) < before,)
    result = await tx.run(
        update(Absence)
        .where(
            col(Absence.corp) == tx.corp,
            col(Absence.member_id) == member_id,
            col(Absence.ended_at).is_(None),
            col(Absence.until) > now,
            *begun,
        )
        .values(ended_at=now)
    )
    return result.rowcount > 0


async def list_away(tx: Tx, *, now: datetime) -> dict[str, Absence]:
    """Who is away now, by member."""
    found = await tx.all(
        select(Absence).where(
            col(Absence.corp) == tx.corp,
            col(Absence.since) <= now,
            col(Absence.until) > now,
            col(Absence.ended_at).is_(None),
        )
    )
    return {absence.member_id: absence for absence in found}


async def list_ledger(tx: Tx, rule: str | None = None) -> Sequence[Ledger]:
    """The entries of one rule, or of all."""
    query = select(Ledger).where(col(Ledger.corp) == tx.corp)
    if rule is not None:
        query = query.where(col(Ledger.rule) == rule)
    return await tx.all(query.order_by(col(Ledger.rule), col(Ledger.given).desc(), col(Ledger.member_id)))


async def write_ledger(tx: Tx, rule: str, member_id: str, *, credit: int, given: int, last_at: datetime | None) -> None:
    """Set a member's entry."""
    values = {"credit": credit, "given": given, "last_at": last_at}
    await tx.run(
        tx.insert(Ledger)
        .values(corp=tx.corp, rule=rule, member_id=member_id, **values)
        .on_conflict_do_update(index_elements=["corp", "rule", "member_id"], set_=values)
    )


async def open_leads(tx: Tx, member_ids: Sequence[str]) -> dict[str, int]:
    """How many open leads each of these members has."""
    rows = await tx.rows(
        select(col(Lead.owner_id), func.count())
        .where(col(Lead.corp) == tx.corp, col(Lead.owner_id).in_(member_ids), col(Lead.stage).in_(OPEN_STAGES))
        .group_by(col(Lead.owner_id))
    )
    return {row[0]: row[1] for row in rows}


async def overdue_leads(tx: Tx, member_ids: Sequence[str]) -> dict[str, int]:
    """How many of each member's leads have a broken promise that nobody has caught up on."""
    rows = await tx.rows(
        select(col(Lead.owner_id), func.count(func.distinct(col(Lead.id))))
        .join(Clock, (col(Clock.corp) == col(Lead.corp)) & (col(Clock.lead_id) == col(Lead.id)))
        .where(
            col(Lead.corp) == tx.corp,
            col(Lead.owner_id).in_(member_ids),
            col(Lead.stage).in_(OPEN_STAGES),
            col(Clock.state) == "overdue",
            col(Clock.ended_at).is_(None),
        )
        .group_by(col(Lead.owner_id))
    )
    return {row[0]: row[1] for row in rows}


async def got_since(tx: Tx, member_ids: Sequence[str], *, since: datetime) -> dict[str, int]:
    """How many of each member's leads came to them since an instant, in whatever way."""
    rows = await tx.rows(
        select(col(Lead.owner_id), func.count())
        .where(col(Lead.corp) == tx.corp, col(Lead.owner_id).in_(member_ids), col(Lead.owned_at) >= since)
        .group_by(col(Lead.owner_id))
    )
    return {row[0]: row[1] for row in rows}


async def previous_owner(tx: Tx, lead_id: int) -> str | None:
    """Who owned a free lead last, by its story."""
    item = await tx.first(
        select(TimelineItem)
        .where(
            col(TimelineItem.corp) == tx.corp,
            col(TimelineItem.lead_id) == lead_id,
            col(TimelineItem.kind).in_(("claimed", "assigned", "transferred")),
        )
        .order_by(col(TimelineItem.id).desc())
    )
    if item is None:
        return None
    found = item.data.get("owner") or item.data.get("to")
    return str(found) if found else None
