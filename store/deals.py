"""Looking deals up: by number, by lead, by owner; changing one, and what has been paid for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select, update
from sqlmodel import col

from store.columns import one_of
from store.deal import Opportunity, Payment
from store.tables import Lead
from store.tx import Tx

_BY_ID = select(Opportunity).where(
    col(Opportunity.corp) == bindparam("corp"), col(Opportunity.id) == bindparam("opportunity_id")
)
_OF_LEAD = (
    select(Opportunity)
    .where(col(Opportunity.corp) == bindparam("corp"), col(Opportunity.lead_id) == bindparam("lead_id"))
    .order_by(col(Opportunity.id))
)


_NUMBERS = select(col(Opportunity.lead_id), col(Opportunity.id)).where(
    col(Opportunity.corp) == bindparam("corp"),
    col(Opportunity.lead_id).in_(bindparam("lead_ids", expanding=True)),
)


async def find_deal(tx: Tx, opportunity_id: int) -> Opportunity | None:
    """The opportunity with that id, or None."""
    return await tx.first(_BY_ID, opportunity_id=opportunity_id)


async def get_deal(tx: Tx, opportunity_id: int) -> Opportunity:
    """The opportunity with that id; raises LookupError when there is none."""
    deal = await find_deal(tx, opportunity_id)
    if deal is None:
        raise LookupError(f"no opportunity {opportunity_id}")
    return deal


async def find_by_key(tx: Tx, key: str) -> Opportunity | None:
    """What arose by itself under this key before."""
    return await tx.first(select(Opportunity).where(col(Opportunity.corp) == tx.corp, col(Opportunity.key) == key))


async def list_of_lead(tx: Tx, lead_id: int) -> Sequence[Opportunity]:
    """A lead's opportunities, the oldest first, whatever became of them."""
    return await tx.all(_OF_LEAD, lead_id=lead_id)


async def list_of_leads(tx: Tx, lead_ids: Sequence[int]) -> Sequence[Opportunity]:
    """The opportunities of several leads, the oldest first."""
    found = await tx.all(
        select(Opportunity).where(col(Opportunity.corp) == tx.corp, col(Opportunity.lead_id).in_(lead_ids))
    )
    return sorted(found, key=lambda one: one.id or 0)


async def numbers_of(tx: Tx, lead_ids: Sequence[int]) -> dict[int, list[str]]:
    """The numbers (O88) of each lead's opportunities, the oldest first."""
    rows = await tx.rows(_NUMBERS, lead_ids=tuple(lead_ids))
    found: dict[int, list[str]] = {}
    for number, lead_id in sorted((row[1], row[0]) for row in rows):
        found.setdefault(lead_id, []).append(f"O{number}")
    return found


async def list_deals(tx: Tx, *conditions: Any, before: int | None = None, limit: int = 50) -> Sequence[Opportunity]:
    """Opportunities that meet all conditions, newest first, older than the id `before`."""
    query = select(Opportunity).where(col(Opportunity.corp) == tx.corp, *conditions)
    if before is not None:
        query = query.where(col(Opportunity.id) < before)
    return await tx.all(query.order_by(col(Opportunity.id).desc()).limit(limit))


async def list_owned(tx: Tx, owner_id: str, *, results: Sequence[str] = ("open",)) -> Sequence[Opportunity]:
    """A member's opportunities: those that are expected soonest first, those without a day last."""
    return await tx.all(
        select(Opportunity)
        .where(
            col(Opportunity.corp) == tx.corp, col(Opportunity.owner_id) == owner_id,
            col(Opportunity.result).in_(tuple(results)),
        )
        .order_by(col(Opportunity.expected_on) == "", col(Opportunity.expected_on), col(Opportunity.id))
    )  # fmt: skip


async def open_by_stage(tx: Tx, *, owners: Sequence[str] | None = None) -> dict[tuple[str, str], tuple[int, int]]:
    """{(pipeline, stage): (how many, fen)} of the open opportunities, of these owners when they are named."""
    query = select(col(Opportunity.pipeline), col(Opportunity.stage), func.count(), func.sum(Opportunity.amount)).where(
        col(Opportunity.corp) == tx.corp, one_of(Opportunity.result, ("open",))
    )
    if owners is not None:
        query = query.where(col(Opportunity.owner_id).in_(owners))
    rows = await tx.rows(query.group_by(col(Opportunity.pipeline), col(Opportunity.stage)))
    return {(row[0], row[1]): (int(row[2]), int(row[3] or 0)) for row in rows}


async def list_results(
    tx: Tx,
    result: str,
    *,
    begin: datetime | None,
    end: datetime | None,
    owners: Sequence[str] | None = None,
    stage: str = "",
    before: int | None = None,
    limit: int,
) -> Sequence[Opportunity]:
    """Opportunities of a result, newest first; closed ones by when they were closed ([begin, end)) and whose they were.

    Open ones are of all times, and their owner's.
    """
    query = select(Opportunity).where(col(Opportunity.corp) == tx.corp, col(Opportunity.result) == result)
    if result != "open" and begin is not None and end is not None:
        query = query.where(col(Opportunity.closed_at) >= begin, col(Opportunity.closed_at) < end)
    if owners is not None:
        closer = func.coalesce(Opportunity.closed_owner_id, Opportunity.owner_id)
        whose: Any = col(Opportunity.owner_id) if result == "open" else closer
        query = query.where(whose.in_(owners))
    if stage:
        query = query.where(col(Opportunity.stage) == stage)
    if before is not None:
        query = query.where(col(Opportunity.id) < before)
    return await tx.all(query.order_by(col(Opportunity.id).desc()).limit(limit))


async def has_open(tx: Tx, owner_ids: Sequence[str]) -> bool:
    """Whether any of these members has an open opportunity."""
    theirs = (col(Opportunity.owner_id).in_(tuple(owner_ids)), col(Opportunity.result) == "open")
    return bool(await tx.rows(select(col(Opportunity.id)).where(col(Opportunity.corp) == tx.corp, *theirs).limit(1)))


async def urgent_of(tx: Tx, owner_ids: Sequence[str], *, today: str, limit: int) -> tuple[list[int], int, int]:
    """(the most urgent ones, how many there are, how many of them should be closed by now) of members' open deals."""
    day = col(Opportunity.expected_on)
    theirs = (
        col(Opportunity.corp) == tx.corp, one_of(Opportunity.result, ("open",)),
        col(Opportunity.owner_id).in_(tuple(owner_ids)),
    )  # fmt: skip
    counts = await tx.rows(select(func.count(), func.count().filter(day != "", day < today)).where(*theirs))
    first = select(col(Opportunity.id)).where(*theirs).limit(limit)
    found = await tx.rows(first.order_by(day == "", day, col(Opportunity.touched_at), col(Opportunity.id)))
    return [row[0] for row in found], int(counts[0][0]), int(counts[0][1])


_CHANGE = (
    update(Opportunity)
    .where(col(Opportunity.corp) == bindparam("of_corp"), col(Opportunity.id) == bindparam("of_id"))
    .values(version=col(Opportunity.version) + 1)
)


async def change_deal(tx: Tx, opportunity_id: int, *conditions: Any, **values: Any) -> bool:
    """Change an opportunity if the conditions still hold; its version grows by one. False when they do not."""
    statement = _CHANGE.where(*conditions) if conditions else _CHANGE
    result = await tx.execute(statement, {"of_corp": tx.corp, "of_id": opportunity_id, **values})
    return result.rowcount == 1


async def add_payment(tx: Tx, payment: Payment) -> bool:
    """Keep a payment; False when one of the same key is there already."""
    values = {name: value for name, value in payment.model_dump().items() if name != "id"}
    statement = tx.insert(Payment).values(**values).on_conflict_do_nothing(index_elements=["corp", "key"])
    return (await tx.run(statement)).rowcount == 1


async def paid_for(tx: Tx, opportunity_ids: Sequence[int]) -> dict[int, int]:
    """What has been paid for each of these opportunities, in fen; those without a payment are not in it."""
    rows = await tx.rows(
        select(col(Payment.opportunity_id), func.sum(col(Payment.amount)))
        .where(col(Payment.corp) == tx.corp, col(Payment.opportunity_id).in_(tuple(opportunity_ids)))
        .group_by(col(Payment.opportunity_id))
    )
    return {row[0]: int(row[1]) for row in rows}


async def count_lost_reasons(
    tx: Tx, begin: datetime, end: datetime, *, owners: Sequence[str] | None = None
) -> list[tuple[str, int]]:
    """Why opportunities were lost in [begin, end), in the words that were said, the most frequent first.

    `owners`: only those that one of these members had at the close.
    """
    of_them = [] if owners is None else [col(Opportunity.closed_owner_id).in_(tuple(owners))]
    rows = await tx.rows(
        select(col(Opportunity.reason), func.count())
        .where(
            col(Opportunity.corp) == tx.corp, col(Opportunity.result) == "lost", col(Opportunity.closed_at) >= begin,
            col(Opportunity.closed_at) < end, *of_them,
        )
        .group_by(col(Opportunity.reason))
        .order_by(func.count().desc(), col(Opportunity.reason))
    )  # fmt: skip
    return [(row[0], int(row[1])) for row in rows]


async def count_in_hand(tx: Tx, owner_id: str) -> tuple[int, int]:
    """A member's open opportunities, and how many opportunities of any result are theirs.

    A lead that a list brought in as an opportunity, without saying what it may buy, counts as an open one.
    """
    rows = await tx.rows(
        select(func.count().filter(col(Opportunity.result) == "open"), func.count()).where(
            col(Opportunity.corp) == tx.corp, col(Opportunity.owner_id) == owner_id
        )
    )
    known = exists().where(
        col(Opportunity.corp) == tx.corp, col(Opportunity.lead_id) == col(Lead.id), col(Opportunity.result) == "open"
    )
    unnamed = await tx.rows(
        select(func.count()).where(
            col(Lead.corp) == tx.corp, col(Lead.owner_id) == owner_id, col(Lead.stage) == "opportunity", ~known
        )
    )
    return int(rows[0][0]) + int(unnamed[0][0]), int(rows[0][1])
