"""What leaders committed to week by week, and what everybody is to sign in a month; in fen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlmodel import col

from store.deal import Commitment, Opportunity, Target
from store.tx import Tx


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
