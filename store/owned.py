"""Whose leads are whose: what a member has in hand, most urgent first, and what they cover for others."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlmodel import col

from store.columns import one_of
from store.leads import CARED_STAGES, OPEN_STAGES
from store.tables import Lead
from store.tx import Tx

USUAL_BUDGET = 50_000  # yuan, for a lead whose budget nobody knows

_OWNED = select(Lead).where(
    col(Lead.corp) == bindparam("corp"), col(Lead.owner_id) == bindparam("owner_id"), one_of(Lead.stage, OPEN_STAGES)
)
_WAITS = and_(col(Lead.contacted_at).is_(None), col(Lead.stage) != "dormant")  # for a first word; who sleeps does not
_URGENCY = case(  # what was promised and is late, what is promised for today, who waits for a first word, the rest
    (col(Lead.next_step_at) < bindparam("now"), 0),
    (col(Lead.next_step_at) < bindparam("midnight"), 1),
    (and_(_WAITS, col(Lead.next_step_at).is_(None)), 2),
    else_=3,
)
_TODAY = case((and_(col(Lead.next_step_at) >= bindparam("now"), col(Lead.next_step_at) < bindparam("midnight")),
               col(Lead.next_step_at)))  # fmt: skip
_CHANCE = func.coalesce(col(Lead.chance), col(Lead.score) / 250.0)  # the score stands in until something was learned
_WORTH = _CHANCE * func.coalesce(col(Lead.budget_max), col(Lead.budget_min), USUAL_BUDGET)
_BY_URGENCY = (_URGENCY, _TODAY, _WORTH.desc(), col(Lead.id))
_MOST_URGENT = _OWNED.order_by(*_BY_URGENCY).limit(bindparam("most"))
_HOW_MANY_OWNED = select(func.count()).select_from(_OWNED.subquery())
_OWNED_DUE = _OWNED.where(or_(col(Lead.next_step_at) < bindparam("midnight"), _WAITS))
_DUE = _OWNED_DUE.order_by(*_BY_URGENCY).limit(bindparam("most"))
_HOW_MANY_DUE = select(func.count()).select_from(_OWNED_DUE.subquery())


async def list_owned(tx: Tx, owner_id: str, *, now: datetime, midnight: datetime, limit: int = 20) -> Sequence[Lead]:
    """A member's open leads by urgency (late, promised before `midnight`, never contacted, the rest), then by the
    chance of winning times the budget."""
    return await tx.all(_MOST_URGENT, owner_id=owner_id, now=now, midnight=midnight, most=limit)


_COVERED = (
    select(Lead)
    .where(
        col(Lead.corp) == bindparam("corp"),
        col(Lead.cover_id) == bindparam("member_id"),
        one_of(Lead.stage, OPEN_STAGES),
    )
    .order_by(col(Lead.next_step_at).is_(None), col(Lead.next_step_at), col(Lead.id))
    .limit(bindparam("most"))
)


async def list_covered(tx: Tx, member_id: str, *, limit: int = 20) -> Sequence[Lead]:
    """The open leads that a member works on for somebody who is away."""
    return await tx.all(_COVERED, member_id=member_id, most=limit)


async def list_owned_after(
    tx: Tx, owner_id: str, after: int, *, covered: bool = False, but_by: str = "", customers: bool = False, limit: int
) -> Sequence[Lead]:
    """A member's open leads in order of their numbers, those after `after`.

    `covered`: only those that a colleague covers. `but_by`: none that this colleague covers. `customers`: those who
    have bought as well.
    """
    query = select(Lead).where(
        col(Lead.corp) == tx.corp, col(Lead.owner_id) == owner_id,
        one_of(Lead.stage, CARED_STAGES if customers else OPEN_STAGES), col(Lead.id) > after,
    )  # fmt: skip
    if covered:
        query = query.where(col(Lead.cover_id).is_not(None))
    if but_by:
        query = query.where(or_(col(Lead.cover_id).is_(None), col(Lead.cover_id) != but_by))
    return await tx.all(query.order_by(col(Lead.id)).limit(limit))


async def owners_and_sources(tx: Tx, lead_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Who owns each of these leads ("": nobody), and the source of its first enquiry."""
    found: dict[int, tuple[str, str]] = {}
    for first in range(0, len(lead_ids), 500):
        rows = await tx.rows(
            select(col(Lead.id), col(Lead.owner_id), col(Lead.source)).where(
                col(Lead.corp) == tx.corp, col(Lead.id).in_(lead_ids[first : first + 500])
            )
        )
        found |= {row[0]: (row[1] or "", row[2]) for row in rows}
    return found


async def count_held(tx: Tx) -> int:
    """How many open leads somebody owns."""
    rows = await tx.rows(
        select(func.count()).where(
            col(Lead.corp) == tx.corp, col(Lead.owner_id).is_not(None), one_of(Lead.stage, OPEN_STAGES)
        )
    )
    return int(rows[0][0])


async def count_estate(tx: Tx, owner_id: str) -> dict[str, int]:
    """What a member has in hand: open leads; of them hot ones, with a promised step, hot without one."""
    owned = (col(Lead.corp) == tx.corp, col(Lead.owner_id) == owner_id, one_of(Lead.stage, OPEN_STAGES))
    rows = await tx.rows(
        select(
            func.count(),
            func.count().filter(col(Lead.temperature) == "hot"),
            func.count().filter(col(Lead.next_step_at).is_not(None)),
            func.count().filter(col(Lead.temperature) == "hot", col(Lead.next_step_at).is_(None)),
        ).where(*owned)
    )
    return dict(zip(("leads", "hot", "steps", "loose"), rows[0], strict=True))


async def count_owned(tx: Tx, owner_id: str) -> int:
    """How many open leads a member has."""
    rows = await tx.rows(_HOW_MANY_OWNED, owner_id=owner_id)
    return int(rows[0][0])


async def list_due(tx: Tx, owner_id: str, *, now: datetime, midnight: datetime, limit: int = 20) -> Sequence[Lead]:
    """A member's leads with a promised step before `midnight`, and those that wait for a first word, by urgency."""
    return await tx.all(_DUE, owner_id=owner_id, now=now, midnight=midnight, most=limit)


async def count_due(tx: Tx, owner_id: str, *, midnight: datetime) -> int:
    """How many leads `list_due` would tell without a limit."""
    rows = await tx.rows(_HOW_MANY_DUE, owner_id=owner_id, midnight=midnight)
    return int(rows[0][0])
