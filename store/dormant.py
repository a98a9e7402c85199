"""Who has been silent for long, and which plan each of them is in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, or_, select, update
from sqlmodel import col

from store.journey import DormantPlan
from store.tables import BehaviourRow, Enquiry, Lead
from store.tx import Tx

SLICE = 500
ASLEEP = ("new", "nurturing", "mql")  # without an owner; and dormant, whoever has it


async def list_silent(tx: Tx, *, before: datetime, after: int) -> Sequence[tuple[Lead, datetime]]:
    """The next leads of whom nothing was heard since an instant and that are in no plan, with when they fell silent."""
    last = [col(Lead.created_at), col(Lead.touched_at), col(Lead.contacted_at)]
    silent = [or_(column.is_(None), column < before) for column in last]
    deed = exists().where(
        col(BehaviourRow.corp) == tx.corp, col(BehaviourRow.lead_id) == col(Lead.id), col(BehaviourRow.at) >= before,
        col(BehaviourRow.weight) > 0,
    )  # fmt: skip
    asked = exists().where(
        col(Enquiry.corp) == tx.corp, col(Enquiry.lead_id) == col(Lead.id), col(Enquiry.at) >= before
    )
    planned = exists().where(
        col(DormantPlan.corp) == tx.corp,
        col(DormantPlan.lead_id) == col(Lead.id),
        or_(col(DormantPlan.answered_at).is_(None), col(DormantPlan.answered_at) >= before),
    )
    query = (
        select(Lead)
        .where(
            col(Lead.corp) == tx.corp,
            col(Lead.id) > after,
            or_(col(Lead.stage) == "dormant", and_(col(Lead.stage).in_(ASLEEP), col(Lead.owner_id).is_(None))),
            *silent, ~deed, ~asked, ~planned,
        )
        .order_by(col(Lead.id))
        .limit(SLICE)
    )  # fmt: skip
    found = await tx.all(query)
    return [(one, max(at for at in (one.created_at, one.touched_at, one.contacted_at) if at)) for one in found]


async def keep_plan(tx: Tx, lead: Lead, *, plan: str, reason: str = "", silent_since: datetime, now: datetime) -> None:
    """Put a lead into a plan ("" is none: it is left alone); the one that it was in before is over."""
    row = {
        "corp": tx.corp, "lead_id": lead.id, "plan": plan, "reason": reason[:200], "silent_since": silent_since,
        "planned_at": now, "answered_at": None, "answer": "",
    }  # fmt: skip
    changes = {name: value for name, value in row.items() if name not in ("corp", "lead_id")}
    keeping = tx.insert(DormantPlan).values(**row)
    await tx.run(keeping.on_conflict_do_update(index_elements=["corp", "lead_id"], set_=changes))


_ANSWER = update(DormantPlan).where(
    col(DormantPlan.corp) == bindparam("of_corp"),
    col(DormantPlan.lead_id) == bindparam("of_lead"),
    col(DormantPlan.answered_at).is_(None),
)


async def answer(tx: Tx, lead_id: int, kind: str, *, now: datetime) -> None:
    """Somebody who slept was heard of, by a fact of this kind."""
    await tx.execute(_ANSWER, {"of_corp": tx.corp, "of_lead": lead_id, "answered_at": now, "answer": kind})
