"""What people put together for themselves: lists with their filters, and dashboards of their own parts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, bindparam, delete, or_, select, update
from sqlmodel import Field, col

from store.columns import Utc, json_type
from store.row import Row
from store.tx import Tx

MOST = 50  # of one person and kind


class SavedView(Row, table=True):
    """One view. `kind`: leads (`body` {"query": …}) or board (`body` {"parts": […]}).

    `shared`: own, team (the owner's), all. `team` is the owner's team when it was saved.
    """

    __tablename__ = "saved_view"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    kind: str
    name: str
    owner_id: str
    team: str = ""
    shared: str = "own"
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column("body", json_type(), nullable=False))
    made_at: datetime = Field(sa_type=Utc)

    __table_args__ = (
        Index("uq_saved_view_name", "corp", "kind", "owner_id", "name", unique=True),
        {"sqlite_autoincrement": True},
    )


async def list_views(tx: Tx, kind: str, member_id: str, team: str) -> Sequence[SavedView]:
    """One's own views, then those shared with the team or with everybody."""
    mine = col(SavedView.owner_id) == member_id
    theirs = or_(
        col(SavedView.shared) == "all", (col(SavedView.shared) == "team") & (col(SavedView.team) == team)
    )  # fmt: skip
    return await tx.all(
        select(SavedView)
        .where(col(SavedView.corp) == tx.corp, col(SavedView.kind) == kind, or_(mine, theirs))
        .order_by(mine.desc(), col(SavedView.name), col(SavedView.id))
    )


_BY_ID = select(SavedView).where(col(SavedView.corp) == bindparam("corp"), col(SavedView.id) == bindparam("view_id"))


async def find_view(tx: Tx, view_id: int) -> SavedView | None:
    """The view with that id, or None."""
    return await tx.first(_BY_ID, view_id=view_id)


async def keep_view(tx: Tx, view: SavedView) -> int:
    """Save a view; one of the same owner, kind and name is replaced. Returns its id."""
    old = await tx.first(
        select(SavedView).where(
            col(SavedView.corp) == tx.corp, col(SavedView.kind) == view.kind,
            col(SavedView.owner_id) == view.owner_id, col(SavedView.name) == view.name,
        )
    )  # fmt: skip
    if old is None:
        await tx.add(view)
        return view.id or 0
    await tx.run(
        update(SavedView)
        .where(col(SavedView.corp) == tx.corp, col(SavedView.id) == old.id)
        .values(team=view.team, shared=view.shared, body=view.body)
    )
    return old.id or 0


async def drop_view(tx: Tx, view_id: int) -> None:
    """Forget a view."""
    await tx.run(delete(SavedView).where(col(SavedView.corp) == tx.corp, col(SavedView.id) == view_id))
