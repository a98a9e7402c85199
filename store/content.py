"""The content library: texts and files for customers, each published as versions."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Column, LargeBinary, Text, bindparam, func, select, update
from sqlmodel import Field, col

from store.columns import Utc, json_type, one_of
from store.leads import OPEN_STAGES
from store.row import Row
from store.tables import Lead
from store.tx import Tx


class Content(Row, table=True):
    """One version of a piece; the newest that is not retired is the current one. `mark` is the hash of all it says."""

    corp: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    subject: str = ""
    topic: str = ""
    tags: list[str] = Field(default_factory=list, sa_column=Column("tags", json_type()))
    text: str = Field(default="", sa_column=Column("text", Text, nullable=False))
    link: str = Field(default="", sa_column=Column("link", Text, nullable=False))
    expires_on: str = ""  # the last day on which it may be sent, such as 2026-12-31
    file_name: str = ""
    pages: list[str] = Field(default_factory=list, sa_column=Column("pages", json_type()))
    given: list[str] = Field(default_factory=list, sa_column=Column("given", json_type()))
    mark: str = ""
    at: datetime = Field(sa_type=Utc)
    by: str | None = None
    note: str = ""
    retired_at: datetime | None = Field(default=None, sa_type=Utc)

    def is_current(self, today: date) -> bool:
        """Whether it may be sent on a day."""
        return self.retired_at is None and (not self.expires_on or self.expires_on >= today.isoformat())


class ContentFile(Row, table=True):
    """A file of one version: number 0 is the file itself, from 1 on the pictures of its pages."""

    __tablename__ = "content_file"

    corp: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    file_name: str
    kind: str
    body: bytes = Field(sa_column=Column("body", LargeBinary, nullable=False))


_NEWEST = (
    select(Content)
    .where(col(Content.corp) == bindparam("corp"), col(Content.name) == bindparam("name"))
    .order_by(col(Content.version).desc())
    .limit(1)
)


async def find_piece(tx: Tx, name: str) -> Content | None:
    """The newest version of a piece (retired or expired ones too), or None."""
    return await tx.first(_NEWEST, name=name)


async def list_pieces(tx: Tx, *, retired: bool = False) -> Sequence[Content]:
    """The newest version of every piece, the latest published first."""
    newest = (
        select(col(Content.name), func.max(col(Content.version)).label("version"))
        .where(col(Content.corp) == tx.corp)
        .group_by(col(Content.name))
        .subquery()
    )
    query = (
        select(Content)
        .join(newest, (newest.c.name == col(Content.name)) & (newest.c.version == col(Content.version)))
        .where(col(Content.corp) == tx.corp)
    )
    if not retired:
        query = query.where(col(Content.retired_at).is_(None))
    return await tx.all(query.order_by(col(Content.at).desc(), col(Content.name)))


async def retire(tx: Tx, name: str, *, now: datetime) -> bool:
    """A piece is sent no more; False when it was not there, or was retired before."""
    result = await tx.run(
        update(Content)
        .where(col(Content.corp) == tx.corp, col(Content.name) == name, col(Content.retired_at).is_(None))
        .values(retired_at=now)
    )
    return result.rowcount > 0


async def find_file(tx: Tx, name: str, version: int, number: int) -> ContentFile | None:
    """A file of one version."""
    return await tx.first(
        select(ContentFile).where(
            col(ContentFile.corp) == tx.corp, col(ContentFile.name) == name, col(ContentFile.version) == version,
            col(ContentFile.number) == number,
        )
    )  # fmt: skip


async def count_lacking(tx: Tx, column: str) -> int:
    """How many open leads have nothing in a column of text."""
    rows = await tx.rows(
        select(func.count()).where(
            col(Lead.corp) == tx.corp, one_of(Lead.stage, OPEN_STAGES), getattr(Lead, column) == ""
        )
    )
    return int(rows[0][0])


async def count_lacking_own(tx: Tx, key: str) -> int:
    """The same for a field of the company's own."""
    rows = await tx.rows(select(col(Lead.own)).where(col(Lead.corp) == tx.corp, one_of(Lead.stage, OPEN_STAGES)))
    return sum(not (own or {}).get(key) for (own,) in rows)
