"""Pictures, files and recordings that belong to a lead; sealed like everything personal, and in every backup."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, select, update
from sqlmodel import Field, col

from store.columns import Utc
from store.row import Row
from store.sealed import Sealed, SealedBytes
from store.tx import Tx


class Attachment(Row, table=True):
    """Something that was dropped into the chat. States: waiting (the platform has it), kept, gone (`cause`)."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    member_id: str
    key: str  # of the message it came with
    name: str = Field(default="", sa_column=Column("name", Sealed("attachment.name"), nullable=False))
    kind: str  # picture, file, recording, video
    size: int = 0
    platform: str
    media_id: str
    body: bytes | None = Field(default=None, sa_column=Column("body", SealedBytes("attachment.body")))
    state: str = "waiting"
    cause: str = ""
    at: datetime = Field(sa_type=Utc)

    __table_args__ = (
        Index("uq_attachment_key", "corp", "key", unique=True),
        Index("ix_attachment_lead", "corp", "lead_id", "id"),
    )

    @property
    def no(self) -> str:
        """How people name it: F12."""
        return f"F{self.id}"


_ABOUT = (
    col(Attachment.id), col(Attachment.lead_id), col(Attachment.member_id), col(Attachment.name), col(Attachment.kind),
    col(Attachment.size), col(Attachment.at),
)  # fmt: skip


async def add(tx: Tx, row: Attachment) -> int | None:
    """Keep one that waits, once per key; its id, or None when it is known."""
    values = {name: value for name, value in row.__dict__.items() if not name.startswith("_") and name != "id"}
    made = await tx.run(tx.insert(Attachment).values(**values).on_conflict_do_nothing())
    if made.rowcount != 1:
        return None
    return await tx.first(
        select(col(Attachment.id)).where(col(Attachment.corp) == tx.corp, col(Attachment.key) == row.key)
    )


async def find(tx: Tx, attachment_id: int) -> Attachment | None:
    """One with its content, or None."""
    return await tx.first(
        select(Attachment).where(col(Attachment.corp) == tx.corp, col(Attachment.id) == attachment_id)
    )


async def settle(tx: Tx, attachment_id: int, **values: Any) -> bool:
    """End the waiting of one; False when it does not wait any more."""
    result = await tx.run(
        update(Attachment)
        .where(
            col(Attachment.corp) == tx.corp, col(Attachment.id) == attachment_id, col(Attachment.state) == "waiting"
        )
        .values(**values)
    )  # fmt: skip
    return result.rowcount == 1


async def take_off(tx: Tx, attachment_id: int, *, cause: str) -> bool:
    """Nothing of it is kept any more; False when nothing was."""
    result = await tx.run(
        update(Attachment)
        .where(col(Attachment.corp) == tx.corp, col(Attachment.id) == attachment_id, col(Attachment.state) == "kept")
        .values(state="gone", body=None, cause=cause)
    )
    return result.rowcount == 1


async def list_kept(tx: Tx, lead_id: int, *, limit: int = 50) -> Sequence[Any]:
    """What is known of a lead's attachments, without their content, the newest first."""
    return await tx.rows(
        select(*_ABOUT)
        .where(col(Attachment.corp) == tx.corp, col(Attachment.lead_id) == lead_id, col(Attachment.state) == "kept")
        .order_by(col(Attachment.id).desc())
        .limit(limit)
    )
