"""What somebody must agree to before it goes on: a discount, a contract, a visit; who was asked, and what they said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, func, or_, select, text, update
from sqlmodel import Field, col

from store.columns import Utc, one_of, only_where
from store.row import Row
from store.sealed import Sealed
from store.tx import Tx


class Approval(Row, table=True):
    """One question to one person. `subject` with `subject_id` and `subject_version` is what it is about.

    States: open, agreed, refused, void (what it was about has changed), withdrawn (an agreement that was taken back).
    `way`: card, or oa with the platform of its `desk` and the `instance` there.
    `oa`: "" not yet handed over, asking (the call is being made: its end may be unknown), asked.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    kind: str  # discount, contract, visit
    subject: str  # quote, contract, visit
    subject_id: int
    subject_version: int = 1
    lead_id: int
    opportunity_id: int | None = None
    rule: str
    label: str
    rules_version: int
    asked_by: str | None = None
    asked_at: datetime = Field(sa_type=Utc)
    reason: str = Field(default="", sa_column=Column("reason", Sealed("approval.reason")))
    approver_id: str
    also_id: str | None = None  # who was asked too, because nobody answered
    way: str = "card"
    desk: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    oa: str = ""
    instance: str = ""
    state: str = "open"
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    note: str = Field(default="", sa_column=Column("note", Sealed("approval.note")))

    __table_args__ = (
        Index("ix_approval_id", "corp", "id"),
        Index("ix_approval_open", "corp", "approver_id", **only_where("state = 'open'")),
        Index("ix_approval_subject", "corp", "subject", "subject_id", "subject_version"),
        Index("ix_approval_lead", "corp", "lead_id"),
        Index("ix_approval_instance", "corp", "instance", **only_where("instance <> ''")),
        {"sqlite_autoincrement": True},
    )

    @property
    def no(self) -> str:
        """The number as people say it: A3."""
        return f"A{self.id}"


async def find_approval(tx: Tx, approval_id: int) -> Approval | None:
    """The approval with that id."""
    return await tx.first(select(Approval).where(col(Approval.corp) == tx.corp, col(Approval.id) == approval_id))


async def find_by_instance(tx: Tx, instance: str) -> Approval | None:
    """The approval that has this number in the OA."""
    return await tx.first(select(Approval).where(col(Approval.corp) == tx.corp, col(Approval.instance) == instance))


async def latest_of(tx: Tx, subject: str, subject_id: int, version: int) -> Approval | None:
    """The last question about a version of something."""
    return await tx.first(
        select(Approval)
        .where(
            col(Approval.corp) == tx.corp, col(Approval.subject) == subject, col(Approval.subject_id) == subject_id,
            col(Approval.subject_version) == version,
        )
        .order_by(col(Approval.id).desc())
    )  # fmt: skip


async def list_for(tx: Tx, approver_id: str) -> Sequence[Approval]:
    """What waits for a member's word, oldest first."""
    return await tx.all(
        select(Approval)
        .where(
            col(Approval.corp) == tx.corp, one_of(Approval.state, ("open",)),
            or_(col(Approval.approver_id) == approver_id, col(Approval.also_id) == approver_id),
        )
        .order_by(col(Approval.id))
    )  # fmt: skip


async def list_asked_by(tx: Tx, member_id: str, *, limit: int) -> Sequence[Approval]:
    """What a member has asked for, newest first."""
    return await tx.all(
        select(Approval)
        .where(col(Approval.corp) == tx.corp, col(Approval.asked_by) == member_id)
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )


async def list_approvals(tx: Tx, *, state: str = "", before: int = 0, limit: int) -> Sequence[Approval]:
    """All of them (in a state), newest first, before an id."""
    query = select(Approval).where(col(Approval.corp) == tx.corp)
    if state:
        query = query.where(col(Approval.state) == state)
    if before:
        query = query.where(col(Approval.id) < before)
    return await tx.all(query.order_by(col(Approval.id).desc()).limit(limit))


async def list_in_oa(tx: Tx) -> Sequence[Approval]:
    """What waits for a word of the OA, oldest first."""
    return await tx.all(
        select(Approval)
        .where(
            col(Approval.corp) == tx.corp, one_of(Approval.state, ("open",)), col(Approval.oa) == "asked",
            col(Approval.instance) != "",
        )
        .order_by(col(Approval.id))
    )  # fmt: skip


async def list_void_in_oa(tx: Tx, subject: str, subject_id: int) -> Sequence[Approval]:
    """What was asked in the OA about earlier versions of something."""
    return await tx.all(
        select(Approval).where(
            col(Approval.corp) == tx.corp, col(Approval.subject) == subject, col(Approval.subject_id) == subject_id,
            col(Approval.state) == "void", col(Approval.oa) == "asked", col(Approval.instance) != "",
        )
    )  # fmt: skip


async def settle(tx: Tx, approval_id: int, *, of: str = "open", **values: Any) -> bool:
    """Change one that is still in the state `of`; False when somebody was faster."""
    changed = await tx.run(
        update(Approval)
        .where(col(Approval.corp) == tx.corp, col(Approval.id) == approval_id, col(Approval.state) == of)
        .values(**values)
    )
    return changed.rowcount == 1


async def hand_to_oa(tx: Tx, approval_id: int, before: str, after: str, **values: Any) -> bool:
    """Move the hand-over to the OA on; False when it is elsewhere already."""
    changed = await tx.run(
        update(Approval)
        .where(col(Approval.corp) == tx.corp, col(Approval.id) == approval_id, col(Approval.oa) == before)
        .values(oa=after, **values)
    )
    return changed.rowcount == 1


async def void_older(tx: Tx, subject: str, subject_id: int, *, version: int, asked_by: str | None = None) -> int:
    """What was asked (by one person) about earlier versions needs no answer any more; returns how many."""
    query = update(Approval).where(
        col(Approval.corp) == tx.corp, col(Approval.subject) == subject, col(Approval.subject_id) == subject_id,
        col(Approval.subject_version) < version, col(Approval.state) == "open",
    )  # fmt: skip
    if asked_by is not None:
        query = query.where(col(Approval.asked_by) == asked_by)
    return (await tx.run(query.values(state="void"))).rowcount


async def list_open(tx: Tx, subject: str, subject_id: int, *, asked_by: str | None = None) -> Sequence[Approval]:
    """What was asked (by one person) about something and nobody has answered."""
    query = select(Approval).where(
        col(Approval.corp) == tx.corp, col(Approval.subject) == subject, col(Approval.subject_id) == subject_id,
        one_of(Approval.state, ("open",)),
    )  # fmt: skip
    return await tx.all(query if asked_by is None else query.where(col(Approval.asked_by) == asked_by))


async def next_version(tx: Tx, subject: str, subject_id: int) -> int:
    """How often it will have been asked about something that has no versions of its own."""
    query = select(func.max(Approval.subject_version)).where(
        col(Approval.corp) == tx.corp, col(Approval.subject) == subject, col(Approval.subject_id) == subject_id
    )
    return int(await tx.first(query) or 0) + 1
