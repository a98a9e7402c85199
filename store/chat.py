"""Tables of the chat with a member: the living cards, the last deeds, what we talk about, what waits for a tap."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field

from store.columns import Utc, json_type
from store.row import Row
from store.sealed import SealedJson


class CardPlace(Row, table=True):
    """The living card of one lead for one member: which message it is, and the code for its next update."""

    __tablename__ = "card_place"

    corp: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    card: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    ref: str
    code: str = ""
    code_at: datetime | None = Field(default=None, sa_type=Utc)
    drawn: bytes = Field(default=b"", sa_column=Column("drawn", LargeBinary))  # hash of what the card shows

    __table_args__ = (Index("ix_card_place_lead", "corp", "lead_id"),)


class Act(Row, table=True):
    """A member's last deeds with what they changed, so that one of them can be taken back within ten minutes."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    member_id: str
    kind: str
    lead_id: int
    at: datetime = Field(sa_type=Utc)
    before: dict[str, Any] = Field(default_factory=dict, sa_column=Column("before", SealedJson("act.before")))
    version_after: int
    undone_at: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (Index("ix_act_member", "corp", "member_id", "id"),)


class Focus(Row, table=True):
    """What we are talking about with a member: the lead last opened or acted on, and the list shown last."""

    corp: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    lead_id: int | None = None
    listed: list[int] = Field(default_factory=list, sa_column=Column("listed", json_type()))
    asked: str = ""  # what a bare number or the next sentence answers: "", "other:<draft>", "note:<lead>"
    at: datetime = Field(sa_type=Utc)


class Draft(Row, table=True):
    """What was understood from free words and waits for one tap."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    member_id: str
    kind: str  # followup, lead, namecard
    lead_id: int | None = None
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column("content", SealedJson("draft.content")))
    at: datetime = Field(sa_type=Utc)
    state: str = "open"  # open, older (still waits for its tap), saved, dropped

    __table_args__ = (Index("ix_draft_member", "corp", "member_id", "state"),)
