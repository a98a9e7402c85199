"""Files of leads that somebody wants to take along, and who agreed to the large ones."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, or_, select, update
from sqlmodel import Field, col

from store.columns import Utc, only_where
from store.row import Row
from store.tx import Tx


class ExportRequest(Row, table=True):
    """One file that needs a manager's word, called E3. `query` are the list's filters, `rows` how many were asked for.

    States: open, agreed, refused. An agreed one may be fetched until `until`.
    """

    __tablename__ = "export_request"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    by: str
    query: str
    format: str
    rows: int
    why: str = ""
    approver_id: str
    state: str = "open"
    asked_at: datetime = Field(sa_type=Utc)
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    until: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (
        Index("ix_export_request_by", "corp", "by", "id"),
        Index("ix_export_request_open", "corp", "approver_id", **only_where("state = 'open'")),
        {"sqlite_autoincrement": True},
    )

    @property
    def no(self) -> str:
        """The number as people say it: E3."""
        return f"E{self.id}"


async def find_request(tx: Tx, request_id: int) -> ExportRequest | None:
    """The request with that number, or None."""
    return await tx.first(
        select(ExportRequest).where(col(ExportRequest.corp) == tx.corp, col(ExportRequest.id) == request_id)
    )


async def list_requests(tx: Tx, member_id: str, *, limit: int = 20) -> Sequence[ExportRequest]:
    """What a member has asked for, or is to decide: newest first."""
    return await tx.all(
        select(ExportRequest)
        .where(
            col(ExportRequest.corp) == tx.corp,
            or_(
                col(ExportRequest.by) == member_id,
                (col(ExportRequest.approver_id) == member_id) & (col(ExportRequest.state) == "open"),
            ),
        )
        .order_by(col(ExportRequest.id).desc())
        .limit(limit)
    )


async def settle_request(
    tx: Tx, request_id: int, *, state: str, by: str | None, until: datetime | None, now: datetime
) -> bool:
    """Write the word down; False when another one came first."""
    result = await tx.run(
        update(ExportRequest)
        .where(
            col(ExportRequest.corp) == tx.corp, col(ExportRequest.id) == request_id, col(ExportRequest.state) == "open"
        )
        .values(state=state, decided_by=by, decided_at=now, until=until)
    )
    return result.rowcount == 1
