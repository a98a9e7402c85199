"""The runs of journeys: set out, moved on once per step, found by lead and by step, counted."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, String, and_, bindparam, case, cast, func, or_, select, update
from sqlmodel import col

from store.columns import one_of
from store.handed import Handed, MassTask
from store.journey import JourneyPlan, JourneyRun, JourneySeat, JourneyVisit
from store.tables import BehaviourRow
from store.tx import Tx, insert_for

OPEN = ("running", "paused")

_PLAN = select(JourneyPlan).where(
    col(JourneyPlan.corp) == bindparam("corp"), col(JourneyPlan.mark) == bindparam("mark")
)
_BY_ID = select(JourneyRun).where(col(JourneyRun.corp) == bindparam("corp"), col(JourneyRun.id) == bindparam("run_id"))
_OPEN = (
    select(JourneyRun)
    .where(
        col(JourneyRun.corp) == bindparam("corp"),
        col(JourneyRun.lead_id) == bindparam("lead_id"),
        one_of(JourneyRun.state, OPEN),
    )
    .order_by(col(JourneyRun.id))
)
_OF_LEAD = (
    select(JourneyRun)
    .where(col(JourneyRun.corp) == bindparam("corp"), col(JourneyRun.lead_id) == bindparam("lead_id"))
    .order_by(col(JourneyRun.id))
)
_CHANGE = update(JourneyRun).where(
    col(JourneyRun.corp) == bindparam("of_corp"),
    col(JourneyRun.id) == bindparam("of_id"),
    col(JourneyRun.visit) == bindparam("of_visit"),
    one_of(JourneyRun.state, OPEN),
)
_LEAVE = update(JourneyVisit).where(
    col(JourneyVisit.corp) == bindparam("of_corp"),
    col(JourneyVisit.run_id) == bindparam("of_run"),
    col(JourneyVisit.visit) == bindparam("of_visit"),
)
_DID = select(col(BehaviourRow.kind)).where(
    col(BehaviourRow.corp) == bindparam("corp"),
    col(BehaviourRow.lead_id) == bindparam("lead_id"),
    col(BehaviourRow.at) >= bindparam("since"),
    col(BehaviourRow.weight) > 0,
)


async def find_plan(tx: Tx, mark: str) -> JourneyPlan | None:
    """The plan of that mark."""
    return await tx.first(_PLAN, mark=mark)


async def list_plans(tx: Tx) -> Sequence[JourneyPlan]:
    """All plans by which anybody has ever set out."""
    return await tx.all(select(JourneyPlan).where(col(JourneyPlan.corp) == tx.corp))


async def keep_plan(tx: Tx, *, mark: str, journey: str, version: int, plan: str, now: datetime) -> None:
    """Keep a plan, once."""
    row = {"corp": tx.corp, "mark": mark, "journey": journey, "version": version, "plan": plan, "at": now}
    await tx.execute(_keeping(tx.dialect), row)


@cache
def _keeping(dialect: str) -> Insert:
    return insert_for(dialect, JourneyPlan).on_conflict_do_nothing(index_elements=["corp", "mark"])


async def take_seat(tx: Tx, journey: str, lead_id: int, occasion: str) -> bool:
    """Whether the lead may set out on this occasion: True once."""
    row = {"corp": tx.corp, "journey": journey, "lead_id": lead_id, "occasion": occasion}
    return (await tx.execute(_seating(tx.dialect), row)).rowcount == 1


@cache
def _seating(dialect: str) -> Insert:
    keys = ["corp", "journey", "lead_id", "occasion"]
    return insert_for(dialect, JourneySeat).on_conflict_do_nothing(index_elements=keys)


async def find_run(tx: Tx, run_id: int) -> JourneyRun | None:
    """The run of that id."""
    return await tx.first(_BY_ID, run_id=run_id)


async def list_open(tx: Tx, lead_id: int) -> Sequence[JourneyRun]:
    """A lead's runs that have not ended, oldest first."""
    return await tx.all(_OPEN, lead_id=lead_id)


async def list_of_lead(tx: Tx, lead_id: int) -> Sequence[JourneyRun]:
    """All of a lead's runs, oldest first."""
    return await tx.all(_OF_LEAD, lead_id=lead_id)


async def change(tx: Tx, run: JourneyRun, at_visit: int, **values: Any) -> bool:
    """Change a run that has not ended and has come to this visit; False when it has moved on since."""
    of = {"of_corp": tx.corp, "of_id": run.id, "of_visit": at_visit}
    return (await tx.execute(_CHANGE, {**of, **values})).rowcount == 1


async def come(tx: Tx, run: JourneyRun, visit: int, step: str, *, now: datetime) -> None:
    """Write down that a run has come to a step."""
    row = {
        "corp": tx.corp, "run_id": run.id, "visit": visit, "journey": run.journey, "step": step, "at": now, "left": "",
        "note": "",
    }  # fmt: skip
    await tx.put(JourneyVisit, row)


async def leave(tx: Tx, run: JourneyRun, visit: int, to: str, *, note: str = "") -> None:
    """Write down which way led on from a step."""
    of = {"of_corp": tx.corp, "of_run": run.id, "of_visit": visit}
    await tx.execute(_LEAVE, {**of, "left": to, "note": note[:200]})


async def did_since(tx: Tx, lead_id: int, since: datetime) -> frozenset[str]:
    """The kinds of what a person (no machine) has done since an instant."""
    return frozenset(await tx.all(_DID, lead_id=lead_id, since=since))


async def count_states(tx: Tx, journey: str) -> dict[str, int]:
    """How many runs of a journey are in each state."""
    rows = await tx.rows(
        select(col(JourneyRun.state), func.count())
        .where(col(JourneyRun.corp) == tx.corp, col(JourneyRun.journey) == journey)
        .group_by(col(JourneyRun.state))
    )
    return {row[0]: row[1] for row in rows}


async def count_steps(tx: Tx, journey: str, *, mark: str | None = None) -> dict[str, tuple[int, int]]:
    """{step: (how many are there now, how many have come to it)}; of the runs of one plan when it is named."""
    here = select(col(JourneyRun.step), func.count()).where(
        col(JourneyRun.corp) == tx.corp, col(JourneyRun.journey) == journey, one_of(JourneyRun.state, OPEN)
    )
    came = select(col(JourneyVisit.step), func.count()).where(
        col(JourneyVisit.corp) == tx.corp, col(JourneyVisit.journey) == journey
    )
    if mark is not None:
        here = here.where(col(JourneyRun.mark) == mark)
        of_plan = select(col(JourneyRun.id)).where(col(JourneyRun.corp) == tx.corp, col(JourneyRun.mark) == mark)
        came = came.where(col(JourneyVisit.run_id).in_(of_plan))
    there = {row[0]: row[1] for row in await tx.rows(here.group_by(col(JourneyRun.step)))}
    total = {row[0]: row[1] for row in await tx.rows(came.group_by(col(JourneyVisit.step)))}
    return {step: (there.get(step, 0), total.get(step, 0)) for step in {*there, *total}}


async def count_confirmed(tx: Tx, journey: str) -> list[tuple[str, str, int, int]]:
    """(channel, colleague, messages that were handed to them, of them confirmed or sent) of a journey's sends."""
    key = "journey:" + cast(col(JourneyVisit.run_id), String) + ":" + cast(col(JourneyVisit.visit), String)
    confirmed = or_(col(Handed.state) == "sent", col(MassTask.confirmed_at).is_not(None))
    rows = await tx.rows(
        select(
            col(Handed.channel), col(Handed.member_id), func.count(), func.sum(case((confirmed, 1), else_=0)),
        )
        .select_from(JourneyVisit)
        .join(Handed, and_(col(Handed.corp) == col(JourneyVisit.corp), col(Handed.key) == key))
        .outerjoin(MassTask, and_(col(MassTask.corp) == col(Handed.corp), col(MassTask.id) == col(Handed.task_id)))
        .where(
            col(JourneyVisit.corp) == tx.corp, col(JourneyVisit.journey) == journey,
            col(JourneyVisit.note).in_(("mass", "hand")), col(Handed.corp) == tx.corp,
        )
        .group_by(col(Handed.channel), col(Handed.member_id))
        .order_by(col(Handed.channel).desc(), col(Handed.member_id))
    )  # fmt: skip
    return [(row[0], row[1], int(row[2]), int(row[3] or 0)) for row in rows]


async def count_variants(tx: Tx, journey: str, *, mark: str, by_goal: bool) -> list[tuple[str, int, int]]:
    """(groups such as "s2=a", how many runs of a plan, how many that reached their goal, or clicked or answered)."""
    deed = (
        select(col(BehaviourRow.id))
        .where(
            col(BehaviourRow.corp) == tx.corp,
            col(BehaviourRow.lead_id) == col(JourneyRun.lead_id),
            col(BehaviourRow.kind).in_(("click", "reply")),
            col(BehaviourRow.weight) > 0,  # no machine
            col(BehaviourRow.at) >= col(JourneyRun.begun_at),
        )
        .exists()
    )
    reached = col(JourneyRun.state) == "goal" if by_goal else deed
    rows = await tx.rows(
        select(col(JourneyRun.variant), func.count(), func.sum(case((reached, 1), else_=0)))
        .where(
            col(JourneyRun.corp) == tx.corp, col(JourneyRun.journey) == journey, col(JourneyRun.mark) == mark,
            col(JourneyRun.variant) != "",
        )
        .group_by(col(JourneyRun.variant))
    )  # fmt: skip
    return [(row[0], int(row[1]), int(row[2] or 0)) for row in rows]
