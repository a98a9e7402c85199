"""Who practises, and the room they do it in: a company of their own beside the real one, gone when they are done.

A room is a tenant like any other: its rows carry its own `corp`, so whatever counts, offers, exports, checks or sweeps
the company's rows never meets one of them (docs/decisions/0026-practice-in-a-room-of-its-own.md).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, bindparam, delete, insert, literal, select, update
from sqlmodel import Field, col

from store.columns import Utc, one_of, only_where
from store.queues import Due
from store.row import Row
from store.tx import Tx

ON = ("open", "paused")


class Practice(Row, table=True):
    """One member's last practice. States: open, paused (they went back to real leads), done, stopped."""

    corp: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    role: str  # whose lesson it is: rep, manager, marketing
    state: str
    step: int  # of the lesson, from 0
    subject_id: int  # the lead that the lesson is about
    began_at: datetime = Field(sa_type=Utc)
    at: datetime = Field(sa_type=Utc)  # of the last thing done in it

    __table_args__ = (Index("ix_practice_on", "corp", **only_where("state IN ('open', 'paused')")),)


def room_of(home: str, member_id: str) -> str:
    """The room of a member, as `Tx.beside` takes it."""
    return f"{home}/practice/{member_id}"


_ANY = (
    select(col(Practice.member_id))
    .where(col(Practice.corp) == bindparam("corp"), one_of(Practice.state, ON))
    .order_by(col(Practice.member_id))
)


async def practising(tx: Tx) -> Sequence[str]:
    """Who is in a practice now: mostly nobody."""
    return await tx.all(_ANY, corp=tx.corp)


_OF = select(Practice).where(col(Practice.corp) == bindparam("corp"), col(Practice.member_id) == bindparam("member_id"))


async def find_practice(tx: Tx, member_id: str) -> Practice | None:
    """A member's last practice, or None when they never had one."""
    return await tx.first(_OF, member_id=member_id)


async def save_practice(tx: Tx, row: Practice) -> None:
    """Keep where a member is; the one before is forgotten."""
    values = row.model_dump()
    changed = {name: value for name, value in values.items() if name not in ("corp", "member_id")}
    statement = tx.insert(Practice).values(**values)
    await tx.run(statement.on_conflict_do_update(index_elements=["corp", "member_id"], set_=changed))


async def furnish(tx: Tx, room: Tx, tables: Sequence[type[Row]]) -> None:
    """Bring the company's own texts and prices into a room."""
    for table in tables:
        columns = [column for column in table.__table__.columns if column.name != "corp"]  # type: ignore[attr-defined]
        theirs = table.__table__.c.corp  # type: ignore[attr-defined]
        rows = select(literal(room.corp), *columns).where(theirs == tx.corp)
        await tx.run(insert(table).from_select(["corp", *(column.name for column in columns)], rows))


async def take_due(room: Tx, kind: str, *, now: datetime) -> Sequence[Due]:
    """What of a kind has become due in a room, the earliest first; it counts as done."""
    those = (col(Due.corp) == room.corp, col(Due.kind) == kind, col(Due.state) == "new", col(Due.run_at) <= now)
    rows = await room.all(select(Due).where(*those).order_by(col(Due.run_at), col(Due.id)))
    await room.run(update(Due).where(*those).values(state="done"))
    return rows


async def clear(room: Tx) -> None:
    """Take everything out of a room; the company's own rows cannot be meant. Raises ValueError for a company."""
    if room.corp == room.home:
        raise ValueError("a company is no room")
    for table in Row.metadata.sorted_tables:
        if "corp" in table.c:
            await room.run(delete(table).where(table.c.corp == room.corp))
