"""What we are in the middle of with a member: the lead in focus, the last list, an open draft, the last deeds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, select, update
from sqlmodel import col

from store.chat import Act, Draft, Focus
from store.tx import Tx, insert_for

NAMECARD = "namecard"  # the kind of draft that a photo of a business card makes

BY_TAP = ("followup", "lead")  # drafts that still wait for their tap when a newer one has come

_FOCUS = select(Focus).where(col(Focus.corp) == bindparam("corp"), col(Focus.member_id) == bindparam("member_id"))


async def find_focus(tx: Tx, member_id: str) -> Focus | None:
    """What we talk about with a member, or None when we never did."""
    return await tx.first(_FOCUS, member_id=member_id)


async def set_focus(tx: Tx, member_id: str, *, now: datetime, **values: Any) -> None:
    """Change what we talk about: `lead_id`, `listed`, `asked`; what is not named stays."""
    row: dict[str, Any] = {"lead_id": None, "listed": [], "asked": "", **values, "at": now}
    await tx.execute(_set_focus(tx.dialect, tuple(values)), {"corp": tx.corp, "member_id": member_id, **row})


@cache
def _set_focus(dialect: str, names: tuple[str, ...]) -> Insert:
    statement = insert_for(dialect, Focus)
    changed = {name: statement.excluded[name] for name in (*names, "at")}
    return statement.on_conflict_do_update(index_elements=["corp", "member_id"], set_=changed)


async def add_draft(
    tx: Tx, member_id: str, kind: str, content: dict[str, Any], *, lead_id: int | None, now: datetime
) -> int:
    """Keep what was understood until the member says yes or no.

    A written yes means the last one; older notes and leads of theirs still wait for their tap, as business cards do,
    which come by the handful. All other older drafts are dropped.
    """
    if kind != NAMECARD:
        older = (col(Draft.corp) == tx.corp, col(Draft.member_id) == member_id, col(Draft.state) == "open")
        await tx.run(update(Draft).where(*older, col(Draft.kind).in_(BY_TAP)).values(state="older"))
        await tx.run(update(Draft).where(*older, col(Draft.kind) != NAMECARD).values(state="dropped"))
    draft = Draft(corp=tx.corp, member_id=member_id, kind=kind, lead_id=lead_id, content=content, at=now)
    await tx.add(draft)
    return draft.id or 0


async def find_draft(tx: Tx, draft_id: int, member_id: str) -> Draft | None:
    """A member's own draft, whatever its state."""
    return await tx.first(
        select(Draft).where(col(Draft.corp) == tx.corp, col(Draft.id) == draft_id, col(Draft.member_id) == member_id)
    )


async def find_open_draft(tx: Tx, member_id: str, *, since: datetime) -> Draft | None:
    """What was understood last and still waits for its tap, if it was said since an instant."""
    mine = (col(Draft.corp) == tx.corp, col(Draft.member_id) == member_id, col(Draft.state) == "open")
    return await tx.first(select(Draft).where(*mine, col(Draft.at) >= since).order_by(col(Draft.id).desc()).limit(1))


async def close_draft(tx: Tx, draft_id: int, state: str) -> bool:
    """Close an open draft as `saved` or `dropped`; False when it was closed before."""
    result = await tx.run(
        update(Draft)
        .where(col(Draft.corp) == tx.corp, col(Draft.id) == draft_id, col(Draft.state).in_(("open", "older")))
        .values(state=state)
    )
    return result.rowcount == 1


async def point_draft(tx: Tx, draft_id: int, lead_id: int) -> None:
    """The draft's words were about this lead."""
    await tx.run(update(Draft).where(col(Draft.corp) == tx.corp, col(Draft.id) == draft_id).values(lead_id=lead_id))


async def add_act(
    tx: Tx, member_id: str, kind: str, lead_id: int, before: dict[str, Any], *, version_after: int, now: datetime
) -> int:
    """Remember a deed with what it changed; returns its id."""
    act = {
        "corp": tx.corp, "member_id": member_id, "kind": kind, "lead_id": lead_id, "at": now, "before": before,
        "version_after": version_after, "undone_at": None,
    }  # fmt: skip
    return await tx.put(Act, act) or 0


_LAST_ACTS = (
    select(Act)
    .where(
        col(Act.corp) == bindparam("corp"),
        col(Act.member_id) == bindparam("member_id"),
        col(Act.at) >= bindparam("since"),
        col(Act.undone_at).is_(None),
    )
    .order_by(col(Act.id).desc())
    .limit(20)
)


async def last_acts(tx: Tx, member_id: str, *, since: datetime) -> Sequence[Act]:
    """A member's deeds since an instant that were not taken back, newest first."""
    return await tx.all(_LAST_ACTS, member_id=member_id, since=since)


async def was_kept(tx: Tx, member_id: str, *, at: datetime) -> bool:
    """Whether a deed of this very instant was remembered, taken back since or not."""
    same = (col(Act.corp) == tx.corp, col(Act.member_id) == member_id, col(Act.at) == at)
    return await tx.first(select(Act).where(*same).limit(1)) is not None


async def find_act(tx: Tx, act_id: int, member_id: str) -> Act | None:
    """A member's own deed, or None."""
    return await tx.first(
        select(Act).where(col(Act.corp) == tx.corp, col(Act.id) == act_id, col(Act.member_id) == member_id)
    )


async def mark_undone(tx: Tx, act_id: int, *, now: datetime) -> bool:
    """The deed is taken back; False when it was before."""
    result = await tx.run(
        update(Act)
        .where(col(Act.corp) == tx.corp, col(Act.id) == act_id, col(Act.undone_at).is_(None))
        .values(undone_at=now)
    )
    return result.rowcount == 1


def undo_window(minutes: int, now: datetime) -> datetime:
    """Deeds since this instant can be taken back."""
    return now - timedelta(minutes=minutes)
