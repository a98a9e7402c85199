"""Where leads come from: campaigns with their costs, what people agreed to, how forms and channels are doing."""

from datetime import datetime

from sqlalchemy import Column, Index, String, Text, text
from sqlmodel import Field

from store.columns import Utc, added, wide_integer
from store.row import Row
from store.sealed import Sealed


class Campaign(Row, table=True):
    """Something that marketing does to bring leads, or an event that people come to; `code` stands in its links.

    Days are such as 2026-06-01, "" when nobody has said. `door` is the code of an event's check-in page.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    name: str
    kind: str = "campaign"  # campaign, event
    source: str
    form: str = ""
    code: str
    door: str = ""
    starts_on: str = ""
    ends_on: str = ""
    created_at: datetime = Field(sa_type=Utc)
    created_by: str | None = None

    __table_args__ = (
        Index("uq_campaign_name", "corp", "name", unique=True),
        Index("uq_campaign_code", "corp", "code", unique=True),
        Index("ix_campaign_id", "corp", "id"),
        {"sqlite_autoincrement": True},
    )

    @property
    def no(self) -> str:
        """The campaign's number as people say it: C3."""
        return f"C{self.id}"


class CampaignCost(Row, table=True):
    """Money that a campaign cost on one day, in fen; a correction is a negative row. A `key` stands there once."""

    __tablename__ = "campaign_cost"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    campaign_id: int
    day: str
    amount: int = Field(sa_column=Column("amount", wide_integer(), nullable=False))
    note: str = ""
    by: str | None = None
    at: datetime = Field(sa_type=Utc)
    key: str | None = None

    __table_args__ = (
        Index("ix_campaign_cost_day", "corp", "day", "campaign_id"),
        Index("ix_campaign_cost_campaign", "corp", "campaign_id"),
        Index("uq_campaign_cost_key", "corp", "key", unique=True),
    )


class Attendance(Row, table=True):
    """Somebody and an event: when they registered, when they came and by which way that is known."""

    corp: str = Field(primary_key=True)
    campaign_id: int = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    registered_at: datetime | None = Field(default=None, sa_type=Utc)
    came_at: datetime | None = Field(default=None, sa_type=Utc)
    way: str = ""  # door, list

    __table_args__ = (Index("ix_attendance_lead", "corp", "lead_id"),)


class ConsentGiven(Row, table=True):
    """What a person agreed to, with the proof: which words (their hash), in which form, when, from where (masked).

    `topic` and `channel` say what it covers: "" as topic is nothing but the purpose, "" as channel is every channel.
    `way`: form, page, chat, api; `by` and `proof`: who heard it, and in which words or on which picture it stands.
    """

    __tablename__ = "consent"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    purpose: str
    version: str
    words: str  # SHA-256 of the text that was agreed to
    form: str
    address: str
    at: datetime = Field(sa_type=Utc)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Utc)
    topic: str = Field(default="", sa_column=added("topic"))
    channel: str = Field(default="", sa_column=added("channel"))
    way: str = Field(default="form", sa_column=Column("way", String(), nullable=False, server_default=text("'form'")))
    by: str | None = None
    proof: str = Field(default="", sa_column=Column("proof", Sealed("consent.proof")))

    __table_args__ = (Index("ix_consent_lead", "corp", "lead_id", "purpose"),)


class FormCount(Row, table=True):
    """What happened at a form on a day: shown (different visitors), sent, blocked (bots), incomplete, hurried."""

    __tablename__ = "form_count"

    corp: str = Field(primary_key=True)
    form: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    count: int = 0


class ChannelState(Row, table=True):
    """How far a channel has been fetched, and what is wrong with it; "" and None while all is well."""

    __tablename__ = "channel_state"

    corp: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    cursor: str = Field(default="", sa_column=Column("cursor", Text, nullable=False))
    fetched_at: datetime | None = Field(default=None, sa_type=Utc)  # the last answer that could be used
    failing_since: datetime | None = Field(default=None, sa_type=Utc)
    cause: str = ""
    tried_at: datetime | None = Field(default=None, sa_type=Utc)  # whoever sets it has the turn
    told: str = ""  # of what else marketing was told: "unreadable", "forged:2026-06-01", with blanks between


class SourceWatch(Row, table=True):
    """A source that has fallen silent: since when marketing knows, and the cause that was told."""

    __tablename__ = "source_watch"

    corp: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    alerted_at: datetime = Field(sa_type=Utc)
    last_at: datetime | None = Field(default=None, sa_type=Utc)
    cause: str = ""
