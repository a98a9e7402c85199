"""Instants to keep: rows with an indexed time, never a job per lead in a scheduler's memory."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Update, bindparam, func, select, update
from sqlmodel import col

from store.queues import Due, Job
from store.tx import Tx, insert_for


async def keep(
    tx: Tx,
    *,
    kind: str,
    key: str,
    at: datetime,
    lead_id: int | None = None,
    lane: str = "",
    payload: dict[str, Any] | None = None,
) -> bool:
    """Remember to do `kind` at an instant, once per key; what was cancelled may be asked for again.

    False when it is known already, whether it waits or is done.
    """
    row = {
        "corp": tx.corp, "kind": kind, "key": key, "lane": lane, "lead_id": lead_id, "payload": payload or {},
        "run_at": at, "state": "new", "attempts": 0, "fence": 0, "error": "",
    }  # fmt: skip
    tx.wake("due")
    return (await tx.execute(_keeping(tx.dialect), row)).rowcount == 1


@cache
def _keeping(dialect: str) -> Insert:
    return insert_for(dialect, Due).on_conflict_do_update(
        index_elements=["corp", "key"],
        set_={"state": "new", "attempts": 0, "lease_until": None},
        where=col(Due.state) == "cancelled",
    )


async def cancel(tx: Tx, *, kind: str, lead_id: int, prefix: str = "") -> int:
    """Forget what was to be done of one kind for a lead; returns how many."""
    of = {"of_corp": tx.corp, "of_lead": lead_id, "of_kind": kind}
    if prefix:
        of |= {"beginning": prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"}
    return (await tx.execute(_cancelling(bool(prefix)), of)).rowcount


@cache
def _cancelling(by_prefix: bool) -> Update:
    statement = update(Due).where(
        col(Due.corp) == bindparam("of_corp"),
        col(Due.lead_id) == bindparam("of_lead"),
        col(Due.kind) == bindparam("of_kind"),
        col(Due.state) == "new",
    )
    if by_prefix:
        statement = statement.where(col(Due.key).like(bindparam("beginning"), escape="\\"))
    return statement.values(state="cancelled", lease_until=None)


async def next_instant(tx: Tx) -> datetime | None:
    """The instant of the next open row."""
    rows = await tx.rows(select(func.min(col(Due.run_at))).where(col(Due.corp) == tx.corp, col(Due.state) == "new"))
    found: datetime | None = rows[0][0]
    return found


async def done_at(tx: Tx, *, kind: str, key: str) -> datetime | None:
    """The instant for which something was kept that has been done; None while it has not."""
    return await tx.first(
        select(col(Due.run_at)).where(
            col(Due.corp) == tx.corp, col(Due.kind) == kind, col(Due.key) == key, col(Due.state) == "done"
        )
    )


async def oldest_due(tx: Tx, *, now: datetime) -> datetime | None:
    """The instant of the oldest row that is due and not done."""
    found = await next_instant(tx)
    return found if found is not None and found <= now else None


async def do_once(
    tx: Tx, *, kind: str, key: str, now: datetime, payload: dict[str, Any] | None = None, lane: str = ""
) -> bool:
    """Ask for a piece of the system's own work, once per key; what shares a lane waits for each other."""
    result = await tx.run(
        tx.insert(Job)
        .values(
            corp=tx.corp, kind=kind, key=key, lane=lane or kind, payload=payload or {}, run_at=now, state="new",
            attempts=0, fence=0, error="",
        )
        .on_conflict_do_nothing(index_elements=["corp", "key"])
    )  # fmt: skip
    tx.wake("job")
    return result.rowcount == 1
