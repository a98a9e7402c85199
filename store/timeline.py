"""A lead's story, and the log of who looked at what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from store.office import AuditItem
from store.tables import TimelineItem
from store.tx import Tx


async def record(
    tx: Tx, *, lead_id: int, kind: str, at: datetime, by: str | None, text: str, data: dict[str, Any]
) -> int:
    """Write one fact; returns its id."""
    item = {"corp": tx.corp, "lead_id": lead_id, "kind": kind, "at": at, "by": by, "text": text, "data": data}
    return await tx.put(TimelineItem, item) or 0


async def list_story(
    tx: Tx, lead_id: int, *, kinds: Sequence[str] | None = None, after: int = 0, limit: int = 100
) -> Sequence[TimelineItem]:
    """A lead's facts in order, those after the id `after`."""
    query = select(TimelineItem).where(
        col(TimelineItem.corp) == tx.corp, col(TimelineItem.lead_id) == lead_id, col(TimelineItem.id) > after
    )
    if kinds is not None:
        query = query.where(col(TimelineItem.kind).in_(kinds))
    return await tx.all(query.order_by(col(TimelineItem.id)).limit(limit))


async def list_back(
    tx: Tx, lead_id: int, *, kinds: Sequence[str] | None = None, before: int | None = None, limit: int = 50
) -> Sequence[TimelineItem]:
    """A lead's facts from the newest back, those before the id `before`."""
    query = select(TimelineItem).where(col(TimelineItem.corp) == tx.corp, col(TimelineItem.lead_id) == lead_id)
    if kinds is not None:
        query = query.where(col(TimelineItem.kind).in_(kinds))
    if before is not None:
        query = query.where(col(TimelineItem.id) < before)
    return await tx.all(query.order_by(col(TimelineItem.id).desc()).limit(limit))


_HOW_MANY = select(func.count()).where(
    col(TimelineItem.corp) == bindparam("corp"),
    col(TimelineItem.lead_id) == bindparam("lead_id"),
    col(TimelineItem.kind).in_(bindparam("kinds", expanding=True)),
)


async def count_of(tx: Tx, lead_id: int, kinds: Sequence[str]) -> int:
    """How many facts of some kinds a lead has."""
    rows = await tx.rows(_HOW_MANY, lead_id=lead_id, kinds=tuple(kinds))
    return int(rows[0][0])


_LAST = (
    select(TimelineItem)
    .where(
        col(TimelineItem.corp) == bindparam("corp"),
        col(TimelineItem.lead_id) == bindparam("lead_id"),
        col(TimelineItem.kind).in_(bindparam("kinds", expanding=True)),
    )
    .order_by(col(TimelineItem.id).desc())
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)


async def list_last(tx: Tx, lead_id: int, kinds: Sequence[str], *, limit: int, skip: int = 0) -> Sequence[TimelineItem]:
    """The last facts of some kinds, newest first, without the `skip` newest."""
    return await tx.all(_LAST, lead_id=lead_id, kinds=tuple(kinds), most=limit, skip=skip)


async def last_followup(tx: Tx, lead_id: int) -> TimelineItem | None:
    """The last follow-up of a lead that was not taken back."""
    taken_back: list[str | None] = []  # whose follow-ups; each word 撤销 meant their last one before it
    for item in await list_last(tx, lead_id, ("followup_logged", "undone"), limit=20):
        if item.kind == "undone":
            taken_back += [item.by] if item.data.get("act") == "followup" else []
        elif item.by in taken_back:
            taken_back.remove(item.by)
        else:
            return item
    return None


_DONE_BY = select(func.count()).where(
    col(TimelineItem.corp) == bindparam("corp"),
    col(TimelineItem.by) == bindparam("member_id"),
    col(TimelineItem.kind) == bindparam("kind"),
    col(TimelineItem.at) >= bindparam("since"),
)


async def list_since(tx: Tx, lead_ids: Sequence[int], kind: str, since: datetime) -> Sequence[TimelineItem]:
    """The facts of a kind about some leads since an instant, in order."""
    return await tx.all(
        select(TimelineItem)
        .where(
            col(TimelineItem.corp) == tx.corp,
            col(TimelineItem.lead_id).in_(lead_ids),
            col(TimelineItem.kind) == kind,
            col(TimelineItem.at) >= since,
        )
        .order_by(col(TimelineItem.id))
    )


async def leads_with(tx: Tx, kind: str, *, since: datetime, until: datetime) -> list[int]:
    """The leads to which a fact of this kind happened in a period."""
    rows = await tx.rows(
        select(col(TimelineItem.lead_id))
        .where(
            col(TimelineItem.corp) == tx.corp, col(TimelineItem.kind) == kind, col(TimelineItem.at) >= since,
            col(TimelineItem.at) < until,
        )
        .distinct()
        .order_by(col(TimelineItem.lead_id))
    )  # fmt: skip
    return [row[0] for row in rows]


async def count_by(tx: Tx, member_id: str, kind: str, since: datetime) -> int:
    """How many facts of a kind a member has made since an instant."""
    rows = await tx.rows(_DONE_BY, member_id=member_id, kind=kind, since=since)
    return int(rows[0][0])


async def last_by(tx: Tx, member_id: str, kinds: Sequence[str], *, after: datetime) -> TimelineItem | None:
    """A member's last fact of some kinds later than an instant, or None."""
    mine = (col(TimelineItem.corp) == tx.corp, col(TimelineItem.by) == member_id)
    return await tx.first(
        select(TimelineItem)
        .where(*mine, col(TimelineItem.kind).in_(kinds), col(TimelineItem.at) > after)
        .order_by(col(TimelineItem.at).desc(), col(TimelineItem.id).desc())
        .limit(1)
    )


async def nth_last_at(tx: Tx, member_id: str, kind: str, n: int) -> datetime | None:
    """When the n-th last fact of a kind by a member happened (n = 1: the last one)."""
    return await tx.first(
        select(col(TimelineItem.at))
        .where(col(TimelineItem.corp) == tx.corp, col(TimelineItem.by) == member_id, col(TimelineItem.kind) == kind)
        .order_by(col(TimelineItem.at).desc())
        .offset(n - 1)
    )


async def audit(tx: Tx, *, act: str, by: str | None, subject: str, at: datetime, **data: Any) -> None:
    """Remember who saw, exported or changed what."""
    await tx.put(AuditItem, {"corp": tx.corp, "at": at, "by": by, "act": act, "subject": subject, "data": data})


async def last_act(tx: Tx, subject: str, acts: Sequence[str]) -> datetime | None:
    """When the latest of these acts on a subject happened, in whatever order they were told."""
    found = await tx.rows(
        select(func.max(col(AuditItem.at))).where(
            col(AuditItem.corp) == tx.corp, col(AuditItem.subject) == subject, col(AuditItem.act).in_(acts)
        )
    )
    at: datetime | None = found[0][0]
    return at


async def list_audit(
    tx: Tx, *, subject: str = "", by: str = "", act: str = "", before: int | None = None, limit: int = 50
) -> Sequence[AuditItem]:
    """Who saw, exported or changed what, newest first; of L7 also what was done to a part of it (L7 phone)."""
    query = select(AuditItem).where(col(AuditItem.corp) == tx.corp)
    if subject:
        part = col(AuditItem.subject).between(f"{subject} ", f"{subject} \uffff")
        query = query.where(or_(col(AuditItem.subject) == subject, part))
    if by:
        query = query.where(col(AuditItem.by) == by)
    if act:
        query = query.where(col(AuditItem.act) == act)
    if before is not None:
        query = query.where(col(AuditItem.id) < before)
    return await tx.all(query.order_by(col(AuditItem.id).desc()).limit(limit))


async def pool_views(tx: Tx, member_id: str, *, since: datetime) -> set[str]:
    """The numbers of the leads that a member has opened in pools since an instant."""
    items = await tx.all(
        select(AuditItem).where(
            col(AuditItem.corp) == tx.corp,
            col(AuditItem.by) == member_id,
            col(AuditItem.act) == "view",
            col(AuditItem.at) >= since,
        )
    )
    return {item.subject for item in items if "pool" in item.data}


_WORDS_SINCE = select(col(TimelineItem.text)).where(
    col(TimelineItem.corp) == bindparam("corp"),
    col(TimelineItem.by) == bindparam("member_id"),
    col(TimelineItem.kind) == bindparam("kind"),
    col(TimelineItem.at) >= bindparam("since"),
)


async def words_since(tx: Tx, member_id: str, kind: str, *, since: datetime) -> list[str]:
    """The words of a member's facts of a kind since an instant."""
    return list(await tx.all(_WORDS_SINCE, member_id=member_id, kind=kind, since=since))
