"""What a colleague has yet to send or confirm: texts for their own hand, and WeCom's 群发 with its tasks; who is whose
friend in WeChat."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, bindparam, func, select, update
from sqlmodel import Field, col

from store.columns import Utc
from store.row import Row
from store.sealed import Sealed
from store.tx import Tx


class Friend(Row, table=True):
    """A customer and a colleague in WeChat. States: asked (waits for the customer's yes), added."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    member_id: str
    external_id: str = Field(default="", sa_column=Column("external_id", Sealed("friend.external_id"), nullable=False))
    state: str
    at: datetime = Field(sa_type=Utc)

    __table_args__ = (Index("ix_friend_lead", "corp", "lead_id", "member_id"),)


class Handed(Row, table=True):
    """A message that waits for a colleague.

    States: waiting (for their tap; of 群发: for its task), asked (in a task that they have yet to confirm), sent,
    skipped, refused (`cause`: no friend any more, had enough this month, the task was refused).
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    key: str  # the message's in the outbox
    lead_id: int
    channel: str  # hand, mass
    member_id: str
    content: str = ""
    topic: str = ""
    subject: str = ""
    text: str = Field(default="", sa_column=Column("text", Sealed("handed.text"), nullable=False))
    external_id: str = Field(default="", sa_column=Column("external_id", Sealed("handed.external_id"), nullable=False))
    mark: bytes = Field(default=b"", sa_column=Column("mark", LargeBinary, nullable=False))  # equal for equal texts
    task_id: int | None = None
    state: str = "waiting"
    at: datetime = Field(sa_type=Utc)
    done_at: datetime | None = Field(default=None, sa_type=Utc)
    cause: str = ""

    __table_args__ = (
        Index("uq_handed_key", "corp", "key", unique=True),
        Index("ix_handed_open", "corp", "channel", "state", "at"),
        Index("ix_handed_task", "corp", "task_id"),
        Index("ix_handed_lead", "corp", "lead_id"),
        Index("ix_handed_done", "corp", "member_id", "done_at"),
    )


class MassTask(Row, table=True):
    """One task of 企业群发 for one colleague: the same words for some of their customers.

    States: making (the call is under way, or nobody knows what came of it), made, over, failed.
    """

    __tablename__ = "mass_task"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    member_id: str
    sender: str  # the colleague's account
    text: str = Field(default="", sa_column=Column("text", Sealed("mass_task.text"), nullable=False))
    customers: int
    msgid: str = ""
    state: str = "making"
    called_at: datetime = Field(sa_type=Utc)
    look_at: datetime = Field(sa_type=Utc)
    confirmed_at: datetime | None = Field(default=None, sa_type=Utc)
    looks: int = 0
    cause: str = ""

    __table_args__ = (
        Index("ix_mass_task_look", "corp", "state", "look_at"),
        Index("ix_mass_task_at", "corp", "called_at"),
    )


async def note_friend(
    tx: Tx, lead_id: int, member_id: str, *, state: str, external_id: str = "", now: datetime
) -> None:
    """A colleague has asked a customer to be their friend in WeChat, or they are friends now."""
    values: dict[str, Any] = {"state": state, "at": now} | ({"external_id": external_id} if external_id else {})
    mine = (col(Friend.corp) == tx.corp, col(Friend.lead_id) == lead_id, col(Friend.member_id) == member_id)
    known = await tx.first(select(Friend).where(*mine))
    if known is None:
        await tx.add(Friend(corp=tx.corp, lead_id=lead_id, member_id=member_id, **values))
    elif known.state != "added" or state == "added":
        await tx.run(update(Friend).where(*mine).values(**values))


_STATES = select(col(Friend.member_id), col(Friend.state)).where(
    col(Friend.corp) == bindparam("corp"), col(Friend.lead_id) == bindparam("lead_id")
)


async def friend_states(tx: Tx, lead_id: int) -> dict[str, str]:
    """Who of us is a customer's friend in WeChat (added), or waits for their yes (asked)."""
    return {row[0]: row[1] for row in await tx.rows(_STATES, lead_id=lead_id)}


async def list_friends(tx: Tx, lead_id: int) -> Sequence[Friend]:
    """The colleagues who are friends of a customer, or have asked to be; the latest first."""
    return await tx.all(
        select(Friend)
        .where(col(Friend.corp) == tx.corp, col(Friend.lead_id) == lead_id)
        .order_by(col(Friend.at).desc())
    )


async def hand(tx: Tx, row: Handed) -> bool:
    """Put a message down for a colleague, once per key."""
    values = {name: value for name, value in row.__dict__.items() if not name.startswith("_") and name != "id"}
    return (await tx.run(tx.insert(Handed).values(**values).on_conflict_do_nothing())).rowcount == 1


async def find_handed(tx: Tx, handed_id: int) -> Handed | None:
    """One of them, or None."""
    return await tx.first(select(Handed).where(col(Handed.corp) == tx.corp, col(Handed.id) == handed_id))


async def find_by_key(tx: Tx, key: str) -> Handed | None:
    """The one of an outbox message, or None."""
    return await tx.first(select(Handed).where(col(Handed.corp) == tx.corp, col(Handed.key) == key))


async def list_ready(tx: Tx, *, before: datetime, limit: int) -> Sequence[Handed]:
    """Messages of 群发 that wait for a task since before an instant, oldest first."""
    return await tx.all(
        select(Handed)
        .where(
            col(Handed.corp) == tx.corp, col(Handed.channel) == "mass", col(Handed.state) == "waiting",
            col(Handed.at) <= before,
        )
        .order_by(col(Handed.at), col(Handed.id))
        .limit(limit)
    )  # fmt: skip


async def list_of_task(tx: Tx, task_id: int, state: str = "asked") -> Sequence[Handed]:
    """The messages of a task that are in a state."""
    return await tx.all(
        select(Handed)
        .where(col(Handed.corp) == tx.corp, col(Handed.task_id) == task_id, col(Handed.state) == state)
        .order_by(col(Handed.id))
    )


async def list_waiting(tx: Tx, member_id: str, *, limit: int = 100) -> Sequence[Handed]:
    """Texts for a colleague's own hand that nothing was decided about, oldest first."""
    return await tx.all(
        select(Handed)
        .where(
            col(Handed.corp) == tx.corp, col(Handed.channel) == "hand", col(Handed.state) == "waiting",
            col(Handed.member_id) == member_id,
        )
        .order_by(col(Handed.id))
        .limit(limit)
    )  # fmt: skip


async def settle(tx: Tx, handed_id: int, *, of: tuple[str, ...], **values: Any) -> bool:
    """Change one that is in one of these states; False when somebody was faster."""
    result = await tx.run(
        update(Handed)
        .where(col(Handed.corp) == tx.corp, col(Handed.id) == handed_id, col(Handed.state).in_(of))
        .values(**values)
    )
    return result.rowcount == 1


async def list_tasks(tx: Tx, state: str, *, now: datetime, limit: int = 20) -> Sequence[MassTask]:
    """Tasks that are to be looked at."""
    return await tx.all(
        select(MassTask)
        .where(col(MassTask.corp) == tx.corp, col(MassTask.state) == state, col(MassTask.look_at) <= now)
        .order_by(col(MassTask.look_at))
        .limit(limit)
    )


async def known_msgids(tx: Tx, *, since: datetime) -> set[str]:
    """WeCom's names of the tasks that we know."""
    rows = await tx.rows(
        select(col(MassTask.msgid)).where(col(MassTask.corp) == tx.corp, col(MassTask.called_at) >= since)
    )
    return {row[0] for row in rows} - {""}


async def change_task(tx: Tx, task_id: int, **values: Any) -> None:
    """Set what is known of a task."""
    await tx.run(update(MassTask).where(col(MassTask.corp) == tx.corp, col(MassTask.id) == task_id).values(**values))


async def find_task(tx: Tx, task_id: int) -> MassTask | None:
    """One task, or None."""
    return await tx.first(select(MassTask).where(col(MassTask.corp) == tx.corp, col(MassTask.id) == task_id))


async def confirm_rates(tx: Tx, *, since: datetime) -> list[tuple[str, int, int, int]]:
    """(colleague, tasks, of them confirmed, customers) of 群发 since an instant."""
    rows = await tx.rows(
        select(
            col(MassTask.member_id), func.count(), func.count(col(MassTask.confirmed_at)),
            func.sum(col(MassTask.customers)),
        )
        .where(
            col(MassTask.corp) == tx.corp, col(MassTask.called_at) >= since, col(MassTask.state).in_(("made", "over"))
        )
        .group_by(col(MassTask.member_id))
        .order_by(col(MassTask.member_id))
    )  # fmt: skip
    return [(row[0], int(row[1]), int(row[2]), int(row[3] or 0)) for row in rows]


async def count_ends(tx: Tx, *, since: datetime) -> dict[tuple[str, str], int]:
    """(channel, state) → how many, of what was handed to colleagues since an instant."""
    rows = await tx.rows(
        select(col(Handed.channel), col(Handed.state), func.count())
        .where(col(Handed.corp) == tx.corp, col(Handed.at) >= since)
        .group_by(col(Handed.channel), col(Handed.state))
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}
