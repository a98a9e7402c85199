"""What leaders committed to week by week, and what everybody is to sign in a month; in fen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, delete, false, func, select
from sqlmodel import col

from store.columns import one_of
from store.deal import Commitment, Opportunity, Target
from store.tables import Lead
from store.tx import Tx

OVER = ("won", "lost", "invalid")  # stages of a lead in which no chance is told


async def commit_to(tx: Tx, week: str, deal: Opportunity, amount: int | None, *, by: str | None, now: datetime) -> None:
    """Say what a deal brings in the week that begins on that Monday; None takes it back."""
    if amount is None:
        await tx.run(
            delete(Commitment).where(
                col(Commitment.corp) == tx.corp, col(Commitment.week) == week, col(Commitment.opportunity_id) == deal.id
            )
        )
        return
    row = {
        "corp": tx.corp, "week": week, "opportunity_id": deal.id, "owner_id": deal.owner_id, "amount": amount,
        "at": now, "by": by,
    }  # fmt: skip
    statement = tx.insert(Commitment).values(**row)
    told = {name: row[name] for name in ("owner_id", "amount", "at", "by")}
    await tx.run(statement.on_conflict_do_update(index_elements=["corp", "week", "opportunity_id"], set_=told))


async def committed_in(tx: Tx, week: str) -> dict[int, Commitment]:
    """What was committed for a week, by opportunity."""
    rows = await tx.all(select(Commitment).where(col(Commitment.corp) == tx.corp, col(Commitment.week) == week))
    return {row.opportunity_id: row for row in rows}


async def set_target(tx: Tx, month: str, kind: str, who: str, amount: int, *, by: str | None, now: datetime) -> None:
    """What a member or a team is to sign in a month."""
    row = {"corp": tx.corp, "month": month, "kind": kind, "who": who, "amount": amount, "at": now, "by": by}
    statement = tx.insert(Target).values(**row)
    told = {name: row[name] for name in ("amount", "at", "by")}
    await tx.run(statement.on_conflict_do_update(index_elements=["corp", "month", "kind", "who"], set_=told))


async def list_targets(tx: Tx, month: str) -> Sequence[Target]:
    """The targets of a month: teams first."""
    return await tx.all(
        select(Target)
        .where(col(Target.corp) == tx.corp, col(Target.month) == month)
        .order_by(col(Target.kind).desc(), col(Target.who))
    )


async def signed_by(tx: Tx, begin: datetime, end: datetime) -> dict[str, int]:
    """What was signed in [begin, end) by whoever owned the deal at its close ("": nobody)."""
    rows = await tx.rows(
        select(col(Opportunity.closed_owner_id), func.sum(col(Opportunity.amount)))
        .where(
            col(Opportunity.corp) == tx.corp, col(Opportunity.result) == "won", col(Opportunity.closed_at) >= begin,
            col(Opportunity.closed_at) < end,
        )
        .group_by(col(Opportunity.closed_owner_id))
    )  # fmt: skip
    return {row[0] or "": int(row[1] or 0) for row in rows}


@dataclass(frozen=True)
class Coming:
    """The open deals of one owner at one stage: in fen those that are expected in time, without and with a chance of
    their lead's own (`chanced`, of which `likely` by that chance); `unknown` have no amount or no day."""

    owner_id: str
    pipeline: str
    stage: str
    fen: int
    chanced: int
    likely: float
    unknown: int


async def coming_by_stage(
    tx: Tx, until: str, said: Collection[int], owner_ids: Sequence[str], *, chances: bool
) -> list[Coming]:
    """What these owners' open deals bring by that day (2026-03-31), but those `said`; with `chances` those of leads."""
    amount, day = col(Opportunity.amount), col(Opportunity.expected_on)
    told: ColumnElement[bool] = false()
    if chances:
        told = and_(col(Lead.chance).is_not(None), col(Lead.stage).not_in(OVER))
    in_time = and_(day != "", day <= until)
    likely = func.sum(amount * col(Lead.chance)).filter(in_time, told) if chances else func.sum(0)
    query = select(
        col(Opportunity.owner_id), col(Opportunity.pipeline), col(Opportunity.stage),
        func.sum(amount).filter(in_time, ~told), func.sum(amount).filter(in_time, told), likely,
        func.count().filter(amount.is_(None) | (day == "")),
    ).where(
        col(Opportunity.corp) == tx.corp, one_of(Opportunity.result, ("open",)),
        col(Opportunity.owner_id).in_(tuple(owner_ids)), col(Opportunity.id).not_in(tuple(said)),
    )  # fmt: skip
    if chances:
        query = query.join(Lead, and_(col(Lead.corp) == Opportunity.corp, col(Lead.id) == Opportunity.lead_id))
    rows = await tx.rows(
        query.group_by(*[col(Opportunity.pipeline), col(Opportunity.stage), col(Opportunity.owner_id)])
    )
    return [
        Coming(owner, pipeline, stage, int(fen or 0), int(chanced or 0), float(by_chance or 0), int(unknown))
        for owner, pipeline, stage, fen, chanced, by_chance, unknown in rows
    ]


async def likeliest(
    tx: Tx, owner_ids: Sequence[str], per_cent: Mapping[tuple[str, str], int], *, limit: int
) -> Sequence[Opportunity]:
    """These owners' open deals that bring most by the chance of their stage, (pipeline, stage) → per cent."""
    chances = [
        (and_(col(Opportunity.pipeline) == pipeline, col(Opportunity.stage) == stage), chance)
        for (pipeline, stage), chance in per_cent.items() if chance
    ]  # fmt: skip
    worth = func.coalesce(Opportunity.amount, 0) * case(*chances, else_=0) if chances else col(Opportunity.id) * 0
    first = select(col(Opportunity.id)).where(
        col(Opportunity.corp) == tx.corp, one_of(Opportunity.result, ("open",)),
        col(Opportunity.owner_id).in_(tuple(owner_ids)),
    )  # fmt: skip
    ids = [row[0] for row in await tx.rows(first.order_by(worth.desc(), col(Opportunity.id)).limit(limit))]
    found = await tx.all(select(Opportunity).where(col(Opportunity.corp) == tx.corp, col(Opportunity.id).in_(ids)))
    return sorted(found, key=lambda deal: ids.index(deal.id))
