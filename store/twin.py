"""Tables of what may be one: leads that were merged, and customers whom two colleagues call theirs."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from store.columns import Utc, only_where
from store.row import Row
from store.sealed import SealedJson


class Merge(Row, table=True):
    """Two leads that became one: `loser` is the row that went, `survivor` what the other one was before.

    `moved` names the rows that changed hands ({table: [key, …]}), `changed` those that were altered besides.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    survivor_id: int
    loser_id: int
    at: datetime = Field(sa_type=Utc)
    by: str | None = None
    loser: dict[str, Any] | None = Field(default=None, sa_column=Column("loser", SealedJson("merge.loser")))
    survivor: dict[str, Any] | None = Field(default=None, sa_column=Column("survivor", SealedJson("merge.survivor")))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column("after", SealedJson("merge.after")))
    moved: dict[str, Any] | None = Field(default=None, sa_column=Column("moved", SealedJson("merge.moved")))
    changed: list[Any] | None = Field(default=None, sa_column=Column("changed", SealedJson("merge.changed")))
    undone_at: datetime | None = Field(default=None, sa_type=Utc)
    undone_by: str | None = None

    __table_args__ = (
        Index(
            "uq_merge_loser",
            "corp",
            "loser_id",
            unique=True,
            **only_where("undone_at IS NULL"),
        ),
        Index("ix_merge_survivor", "corp", "survivor_id"),
    )


class MergeTrace(Row, table=True):
    """A row written on the survivor that came through the other lead's number or contacts: an undo takes it along."""

    __tablename__ = "merge_trace"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    loser_id: int
    name: str  # of the table
    key: int  # the row's id

    __table_args__ = (Index("ix_merge_trace_loser", "corp", "loser_id"),)


class Dispute(Row, table=True):
    """Two colleagues and one customer: who had the first touch, and what the manager decided."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    holder_id: str
    claimant_id: str
    opened_at: datetime = Field(sa_type=Utc)
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    decided_by: str | None = None
    winner_id: str | None = None

    __table_args__ = (Index("ix_dispute_lead", "corp", "lead_id"),)
