"""Tables that the house keeps for itself: who looked, who may come in, the rules, what was used."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Text
from sqlmodel import Field

from store.columns import Utc, json_type
from store.row import Row


class AuditItem(Row, table=True):
    """Who saw, exported or changed what, outside a lead's own story."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    at: datetime = Field(sa_type=Utc)
    by: str | None = None
    act: str
    subject: str = ""
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column("data", json_type()))

    __table_args__ = (
        Index("ix_audit_subject", "corp", "subject", "id"),
        Index("ix_audit_by", "corp", "by", "act", "at"),
    )


class ApiKey(Row, table=True):
    """A key of another system; only its hash is kept. `source` is what its leads are booked under."""

    __tablename__ = "api_key"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    name: str
    role: str  # admin, integration, readonly
    source: str = ""
    hash: bytes = Field(sa_column=Column("hash", LargeBinary, unique=True))
    created_at: datetime = Field(sa_type=Utc)
    revoked_at: datetime | None = Field(default=None, sa_type=Utc)


class RulesVersion(Row, table=True):
    """A published version of rules.yaml: what the server works by."""

    __tablename__ = "rules_version"

    corp: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text: str = Field(sa_column=Column("text", Text))
    at: datetime = Field(sa_type=Utc)
    by: str = ""
    note: str = ""  # why, in the words of whoever published it


class Property(Row, table=True):
    """Small facts about the store itself: the data key's fingerprint, when the app menu was last made."""

    corp: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str


class Usage(Row, table=True):
    """What was used of a platform's monthly quota: calls that we made, pushes that we got."""

    corp: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    month: str = Field(primary_key=True)  # 2026-11, by the company's clock
    kind: str = Field(primary_key=True)  # api, webhook
    count: int = 0
