"""Who is at a page: a browser that a chat tool has vouched for, until they leave, sign out or stay away."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Column, Index, LargeBinary, bindparam, delete, select, update
from sqlmodel import Field, col

from store.columns import Utc
from store.row import Row
from store.tx import Tx

IDLE = timedelta(hours=12)  # a working day without a look
LONGEST = timedelta(days=7)  # then the chat tool is asked again, whatever happened
SEEN_EVERY = timedelta(minutes=5)  # how exactly the last look is kept


class PageSession(Row, table=True):
    """One browser of one member. `mark` is a hash of what its cookie holds, `login` of the state that opened it."""

    __tablename__ = "page_session"

    corp: str = Field(primary_key=True)
    mark: bytes = Field(sa_column=Column("mark", LargeBinary, primary_key=True))
    login: bytes = Field(sa_column=Column("login", LargeBinary, nullable=False))
    member_id: str
    way: str  # the platform that vouched: wecom, dingtalk
    made_at: datetime = Field(sa_type=Utc)
    seen_at: datetime = Field(sa_type=Utc)

    __table_args__ = (
        Index("uq_page_session_login", "corp", "login", unique=True),
        Index("ix_page_session_member", "corp", "member_id"),
    )


def mark_of(secret: str) -> bytes:
    """What is kept of a cookie or a login: 256 random bits cannot be guessed back from their hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


_LIVING = select(PageSession).where(
    col(PageSession.corp) == bindparam("corp"),
    col(PageSession.mark) == bindparam("mark"),
    col(PageSession.seen_at) > bindparam("seen_after", type_=Utc),
    col(PageSession.made_at) > bindparam("made_after", type_=Utc),
)


async def find_session(tx: Tx, secret: str, *, now: datetime) -> PageSession | None:
    """The session of a cookie while it lives, or None."""
    return await tx.first(_LIVING, mark=mark_of(secret), seen_after=now - IDLE, made_after=now - LONGEST)


async def open_session(tx: Tx, secret: str, member_id: str, *, way: str, login: str, now: datetime) -> bool:
    """Begin a session; False when the same login has opened one before."""
    values = {
        "corp": tx.corp, "mark": mark_of(secret), "login": mark_of(login), "member_id": member_id, "way": way,
        "made_at": now, "seen_at": now,
    }  # fmt: skip
    return (await tx.run(tx.insert(PageSession).values(**values).on_conflict_do_nothing())).rowcount == 1


async def see_session(tx: Tx, session: PageSession, *, now: datetime) -> None:
    """Somebody has just looked."""
    await tx.run(
        update(PageSession)
        .where(col(PageSession.corp) == tx.corp, col(PageSession.mark) == session.mark)
        .values(seen_at=now)
    )


async def end_session(tx: Tx, secret: str) -> None:
    """Somebody signs out."""
    await tx.run(delete(PageSession).where(col(PageSession.corp) == tx.corp, col(PageSession.mark) == mark_of(secret)))


async def forget_old(tx: Tx, *, now: datetime, limit: int) -> int:
    """Sessions that nobody can use any more go; returns how many."""
    old = (
        select(col(PageSession.mark))
        .where(col(PageSession.corp) == tx.corp, col(PageSession.made_at) <= now - LONGEST)
        .limit(limit)
    )
    gone = delete(PageSession).where(col(PageSession.corp) == tx.corp, col(PageSession.mark).in_(old))
    return (await tx.run(gone)).rowcount
