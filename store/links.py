"""Addresses in our messages that only their receiver has: to stop, to open, to follow a link."""

import base64
import re
from datetime import datetime

from sqlalchemy import Column, Index, Text, bindparam, select, update
from sqlmodel import Field, col

from store.columns import Utc
from store.row import Row
from store.tx import Tx

TOKEN = r"[A-Za-z0-9_-]{22}"


class Link(Row, table=True):
    """One address in one message. Kinds: message (to stop, and its opening), click (to `url`), page (a file to read).

    `message` is the message's key in the outbox. `times` people came by it (first at `seen_at`), `machines` how often
    a program did.
    """

    corp: str = Field(primary_key=True)
    token: str = Field(primary_key=True)
    kind: str
    lead_id: int
    message: str
    channel: str = ""
    topic: str = ""
    content: str = ""
    url: str = Field(default="", sa_column=Column("url", Text, nullable=False))
    label: str = ""
    by: str | None = None  # the colleague in whose name it was sent
    made_at: datetime = Field(sa_type=Utc)
    seen_at: datetime | None = Field(default=None, sa_type=Utc)
    times: int = 0
    machines: int = 0

    __table_args__ = (
        Index("ix_link_lead", "corp", "lead_id"),
        Index("ix_link_content", "corp", "content", "made_at"),
        Index("ix_link_message", "corp", "message"),
    )


_BY_TOKEN = select(Link).where(col(Link.corp) == bindparam("corp"), col(Link.token) == bindparam("token")).limit(1)


async def find_link(tx: Tx, token: str) -> Link | None:
    """The address with that token, or None; a token that was cut off or has words behind it is nobody's."""
    if re.fullmatch(TOKEN, token) is None:
        return None
    return await tx.first(_BY_TOKEN, token=token)


async def keep_link(tx: Tx, link: Link) -> str:
    """Keep an address; made anew for the same message, it is the same one. Returns its token."""
    values = {name: value for name, value in link.__dict__.items() if not name.startswith("_")}
    await tx.run(tx.insert(Link).values(**values).on_conflict_do_nothing())
    return link.token


def token_of(tx: Tx, message: str, which: str) -> str:
    """The token of one address in one message: 128 bits of a keyed hash, which tell nothing and cannot be guessed."""
    return base64.urlsafe_b64encode(tx.keys.blind("link", f"{message}|{which}")).decode().rstrip("=")


async def count_visit(tx: Tx, token: str, *, machine: bool, now: datetime) -> None:
    """Somebody (or a program) came by an address."""
    statement = update(Link).where(col(Link.corp) == tx.corp, col(Link.token) == token)
    if machine:
        await tx.run(statement.values(machines=col(Link.machines) + 1))
        return
    await tx.run(statement.values(times=col(Link.times) + 1))
    await tx.run(statement.where(col(Link.seen_at).is_(None)).values(seen_at=now))
