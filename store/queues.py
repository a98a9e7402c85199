"""The rows that wait for work: callbacks that came in, messages to send, instants to keep, jobs to do."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field

from store.columns import Utc, json_type, only_where
from store.row import Row
from store.sealed import SealedBytes, SealedJson


class Inbox(Row, table=True):
    """An acknowledged event of a platform. States: new, done, parked (failed for good, visible, can be re-run)."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    platform: str
    key: str  # what makes a repeated delivery the same event
    lane: str  # events of one sender keep their order
    body: bytes = Field(sa_column=Column("body", SealedBytes("inbox.body")))
    received_at: datetime = Field(sa_type=Utc)
    state: str = "new"
    attempts: int = 0
    run_at: datetime = Field(sa_type=Utc)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    fence: int = 0
    error: str = ""

    __table_args__ = (
        Index("uq_inbox_key", "corp", "key", unique=True),
        # by number, so that a row is added at its end: a place for each lane would be a page to write for each callback
        Index("ix_inbox_open", "corp", "id", "lane", **only_where("state = 'new'")),
        Index("ix_inbox_parked", "corp", "key", **only_where("state = 'parked'")),
    )


class Outbox(Row, table=True):
    """A message to a place. States: queued, sending, sent, failed, unknown (nobody knows whether it arrived), stopped

    (to a customer who must not get it any more).
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    platform: str
    place: str
    lane: str
    member_id: str | None = None
    card: str
    lead_id: int | None = None
    purpose: str  # ring: a new message; refresh: what is shown must be true; reach: a customer hears from us
    params: dict[str, Any] = Field(default_factory=dict, sa_column=Column("params", SealedJson("outbox.params")))
    key: str  # the effect happens once per key
    # in which room of the company it was asked for (see store/practice.py); "" is the company itself
    room: str = Field(default="", sa_column=Column("room", Text, nullable=False, server_default=text("''")))
    ref: str = ""
    body: bytes | None = Field(default=None, sa_column=Column("body", SealedBytes("outbox.body")))
    updating: bool = False  # the body replaces a card instead of being a new message
    state: str = "queued"
    attempts: int = 0
    run_at: datetime = Field(sa_type=Utc)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    fence: int = 0
    error: str = ""
    platform_id: str = ""
    created_at: datetime = Field(sa_type=Utc)
    first_sent_at: datetime | None = Field(default=None, sa_type=Utc)
    sent_at: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (
        Index("uq_outbox_key", "corp", "key", unique=True),
        Index("ix_outbox_open", "corp", "lane", "id", **only_where("state IN ('queued', 'sending')")),
        Index("ix_outbox_due", "corp", "state", "id", **only_where("state = 'queued' AND purpose != 'reach'")),
        Index("ix_outbox_road", "corp", "platform", "run_at", **only_where("state = 'queued' AND purpose = 'reach'")),
        Index("ix_outbox_spent", "corp", "platform", "run_at", **only_where("state != 'queued' AND purpose = 'reach'")),
        Index(
            "ix_outbox_number",
            "corp",
            "platform",
            "platform_id",
            **only_where("purpose = 'reach' AND platform_id != ''"),
        ),
        Index("ix_outbox_reached", "corp", "lead_id", "first_sent_at", **only_where("purpose = 'reach'")),
        Index(
            "uq_outbox_refresh",
            "corp",
            "lane",
            "card",
            "lead_id",
            unique=True,
            **only_where("state = 'queued' AND purpose = 'refresh'"),
        ),
        Index("ix_outbox_id", "corp", "id"),
        Index("ix_outbox_lead", "corp", "lead_id", **only_where("card = 'lead' AND purpose = 'ring'")),
        Index("ix_outbox_state", "corp", "state", "id"),
        Index("ix_outbox_asked", "corp", "lane", "created_at"),
    )


class Due(Row, table=True):
    """Something that must happen at an instant: a clock's step, a promised call, the morning's offers."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    kind: str
    key: str
    lane: str = ""
    lead_id: int | None = None
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column("payload", json_type()))
    state: str = "new"  # new, done, cancelled, parked
    attempts: int = 0
    run_at: datetime = Field(sa_type=Utc)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    fence: int = 0
    error: str = ""

    __table_args__ = (
        Index("uq_due_key", "corp", "key", unique=True),
        Index("ix_due_run", "corp", "run_at", **only_where("state = 'new'")),
        Index("ix_due_lead", "corp", "lead_id"),
    )


class Photo(Row, table=True):
    """A picture that a member sent and that waits to be read; the platform keeps it, we keep its name there.

    States: new, done. `lane` is the member's: those of one keep their order, and everybody's first one comes first.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    platform: str
    key: str
    lane: str
    media_id: str
    received_at: datetime = Field(sa_type=Utc)
    state: str = "new"
    attempts: int = 0
    run_at: datetime = Field(sa_type=Utc)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    fence: int = 0
    error: str = ""

    __table_args__ = (
        Index("uq_photo_key", "corp", "key", unique=True),
        Index("ix_photo_open", "corp", "lane", "id", **only_where("state = 'new'")),
        Index("ix_photo_due", "corp", "run_at", **only_where("state = 'new'")),
    )


class Job(Row, table=True):
    """Work of the system itself, such as putting the menu into the app; done once per key."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    kind: str
    key: str
    lane: str = ""
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column("payload", json_type()))
    state: str = "new"
    attempts: int = 0
    run_at: datetime = Field(sa_type=Utc)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    fence: int = 0
    error: str = ""

    __table_args__ = (
        Index("uq_job_key", "corp", "key", unique=True),
        Index("ix_job_run", "corp", "run_at", **only_where("state = 'new'")),
        Index("ix_job_open", "corp", "lane", "id", **only_where("state = 'new'")),
    )


class ConnectorCall(Row, table=True):
    """Something to be carried over to another system, with its body as it was decided: a repeat says the same.

    States: new, done, parked (given up: visible, can be tried again).
    """

    __tablename__ = "connector_call"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    connector: str
    what: str  # order
    subject_id: int
    key: str  # what the other system knows a repeat by
    lane: str
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column("body", SealedJson("connector_call.body")))
    state: str = "new"
    attempts: int = 0
    run_at: datetime = Field(sa_type=Utc)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    fence: int = 0
    error: str = ""
    created_at: datetime = Field(sa_type=Utc)

    __table_args__ = (
        Index("uq_connector_call_key", "corp", "key", unique=True),
        Index("ix_connector_call_run", "corp", "run_at", **only_where("state = 'new'")),
        Index("ix_connector_call_lane", "corp", "lane", "id", **only_where("state = 'new'")),
        Index("ix_connector_call_state", "corp", "connector", "state", **only_where("state IN ('new', 'parked')")),
    )
