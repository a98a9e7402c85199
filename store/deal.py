"""Deals: opportunities with who decides about them, what was paid, what leaders commit to, what was planned.

Money is whole fen; what people and programs read and write is yuan.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from store.columns import Utc, json_type, only_where, wide_integer
from store.row import Row
from store.sealed import Sealed

WON = "result = 'won' AND closed_at IS NOT NULL"


class Opportunity(Row, table=True):
    """One thing that one person may buy. `stage` is a name of the pipeline; a closed one keeps its last stage.

    `amount` is in fen, None while nobody knows. `key` makes what arises by itself, or is imported, arise once.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    pipeline: str = ""
    stage: str = ""
    name: str = ""
    product: str = ""
    amount: int | None = Field(default=None, sa_column=Column("amount", wide_integer()))
    expected_on: str = ""  # 2026-06-30, or ""
    owner_id: str | None = None
    competitor: str = ""
    result: str = "open"  # open, won, lost
    reason: str = ""  # why it was lost (or won, when somebody says so)
    ticked: list[Any] = Field(  # what of the playbook is done, as it is written there
        default_factory=list, sa_column=Column("ticked", json_type(), nullable=False, server_default=text("'[]'"))
    )
    origin: str = ""  # how it came by itself: renewal, asked, silence; "" when a person made it
    from_id: int | None = None  # the won opportunity that it follows
    renews_on: str = ""  # when what was won ends, and is to be renewed: 2027-06-30, or ""
    key: str | None = None
    batch_id: int | None = None  # the import that brought it
    created_at: datetime = Field(sa_type=Utc)
    created_by: str | None = None
    stage_at: datetime = Field(sa_type=Utc)
    touched_at: datetime = Field(sa_type=Utc)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_by: str | None = None
    closed_owner_id: str | None = None  # whose win or loss it is, whoever cares for it later
    version: int = 1

    __table_args__ = (
        Index("ix_opportunity_lead", "corp", "lead_id", "id"),
        Index("ix_opportunity_id", "corp", "id"),
        Index("ix_opportunity_owner", "corp", "owner_id", "result"),
        Index(
            "ix_opportunity_open", "corp", "pipeline", "stage", "result", "expected_on", "amount", "owner_id", "id",
            **only_where("result = 'open'"),
        ),
        Index(
            "ix_opportunity_closed", "corp", "closed_at", "result", "lead_id", "closed_owner_id", "owner_id", "amount",
            **only_where("closed_at IS NOT NULL"),
        ),
        Index(
            "ix_opportunity_created", "corp", "created_at", "result", "lead_id", "amount", "closed_owner_id",
            "owner_id",
        ),
        Index("ix_opportunity_won", "corp", text("coalesce(closed_owner_id, owner_id)"), "lead_id", **only_where(WON)),
        Index("ix_opportunity_batch", "corp", "batch_id", **only_where("batch_id IS NOT NULL")),
        Index("uq_opportunity_key", "corp", "key", unique=True),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    @property
    def no(self) -> str:
        """The opportunity's number as people say it: O88."""
        return f"O{self.id}"


class Payment(Row, table=True):
    """Money that came in for an opportunity (in fen); the same `key` stands there once."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    opportunity_id: int
    order_id: int | None = None
    amount: int = Field(sa_column=Column("amount", wide_integer(), nullable=False))
    at: datetime = Field(sa_type=Utc)
    by: str | None = None
    note: str = Field(default="", sa_column=Column("note", Sealed("payment.note")))
    key: str | None = None
    batch_id: int | None = None

    __table_args__ = (
        Index("ix_payment_opportunity", "corp", "opportunity_id", "id"),
        Index("ix_payment_at", "corp", "at"),
        Index("ix_payment_batch", "corp", "batch_id", **only_where("batch_id IS NOT NULL")),
        Index("uq_payment_key", "corp", "key", unique=True),
    )


class DealContact(Row, table=True):
    """What a person is in a purchase: of one opportunity, or (0) in everything that their company buys."""

    __tablename__ = "deal_contact"

    corp: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    opportunity_id: int = Field(primary_key=True)
    role: str = ""  # decider, influencer, user, buyer; "" when nobody has said
    at: datetime = Field(sa_type=Utc)
    by: str | None = None

    __table_args__ = (Index("ix_deal_contact_opportunity", "corp", "opportunity_id"),)


class Commitment(Row, table=True):
    """What a leader said in a week that a deal will bring in that week's span; `week` is the Monday that follows."""

    corp: str = Field(primary_key=True)
    week: str = Field(primary_key=True)  # 2026-06-29
    opportunity_id: int = Field(primary_key=True)
    owner_id: str | None = None
    amount: int = Field(sa_column=Column("amount", wide_integer(), nullable=False))
    at: datetime = Field(sa_type=Utc)
    by: str | None = None


class Target(Row, table=True):
    """What somebody, or a team, is to sign in a month (in fen)."""

    corp: str = Field(primary_key=True)
    month: str = Field(primary_key=True)  # 2026-06
    kind: str = Field(primary_key=True)  # member, team
    who: str = Field(primary_key=True)  # the member's id or the team's name
    amount: int = Field(sa_column=Column("amount", wide_integer(), nullable=False))
    at: datetime = Field(sa_type=Utc)
    by: str | None = None
