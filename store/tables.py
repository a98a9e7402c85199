"""The tables about people and leads: who they are, what they asked and did, and what was promised them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, text
from sqlmodel import Field

from store.columns import Utc, added, json_type, month_of, only_where, wide_integer
from store.row import Row
from store.sealed import Sealed, SealedJson


class Member(Row, table=True):
    """A colleague. `id` is the company's own id; `wecom` and `dingtalk` are the platforms' user ids."""

    corp: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    role: str  # rep, manager, marketing, admin
    team: str = ""
    wecom: str | None = None
    dingtalk: str | None = None
    mobile: str = Field(default="", sa_column=Column("mobile", Sealed("member.mobile")))
    email: str = Field(default="", sa_column=Column("email", Sealed("member.email")))
    regions: list[str] = Field(default_factory=list, sa_column=Column("regions", json_type()))
    industries: list[str] = Field(default_factory=list, sa_column=Column("industries", json_type()))
    products: list[str] = Field(default_factory=list, sa_column=Column("products", json_type()))
    capacity: int | None = None
    weight: int = 1
    state: str = "active"  # active, left

    __table_args__ = (
        Index("uq_member_wecom", "corp", "wecom", unique=True),
        Index("uq_member_dingtalk", "corp", "dingtalk", unique=True),
    )


class Lead(Row, table=True):
    """One person who may buy. `version` grows with every change: a stale button can be told from a fresh one."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    name: str = ""
    company: str = ""
    title: str = ""
    city: str = ""
    district: str = Field(default="", sa_column=added("district"))
    phone: str = Field(default="", sa_column=Column("phone", Sealed("lead.phone")))
    email: str = Field(default="", sa_column=Column("email", Sealed("lead.email")))
    wechat: str = Field(default="", sa_column=Column("wechat", Sealed("lead.wechat")))
    need: str = Field(default="", sa_column=Column("need", Sealed("lead.need")))
    also: list[Any] | None = Field(  # further ways to reach the person: [["phone", "+86139…"], …]
        default=None, sa_column=Column("also", SealedJson("lead.also"))
    )
    phone_flaw: str = ""  # why the number cannot be called; "" when it can, or when there is none
    # why nobody can be reached with what was left: such a lead starts no promise and counts in no cost
    flaw: str = Field(default="", sa_column=added("flaw"))
    industry: str = Field(default="", sa_column=added("industry"))
    product: str = Field(default="", sa_column=added("product"))
    budget_min: int | None = Field(default=None, sa_column=Column("budget_min", wide_integer()))
    budget_max: int | None = Field(default=None, sa_column=Column("budget_max", wide_integer()))
    # what stands in the company's own fields, by key (indexed on PostgreSQL); personal values apart and sealed
    own: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column("own", json_type(), nullable=False, server_default=text("'{}'"))
    )
    own_sealed: dict[str, Any] | None = Field(default=None, sa_column=Column("own_sealed", SealedJson("lead.own")))
    # what a person did lately, faded: kind → [how many, when that was]; see leads/heat.py
    heat: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column("heat", json_type(), nullable=False, server_default=text("'{}'"))
    )
    stage: str = "new"
    score: int = 0
    grade: str = "D"
    temperature: str = "cold"
    chance: float | None = None  # of winning, 0 to 1, as of last night; lists are sorted by it
    score_parts: list[Any] = Field(default_factory=list, sa_column=Column("score_parts", json_type()))
    pool: str = ""
    owner_id: str | None = None
    cover_id: str | None = None  # who works on it while the owner is away
    source: str = ""
    enquiries: int = 0
    next_step_at: datetime | None = Field(default=None, sa_type=Utc)
    next_step: str = Field(default="", sa_column=Column("next_step", Sealed("lead.next_step")))
    created_at: datetime = Field(sa_type=Utc)
    owned_at: datetime | None = Field(default=None, sa_type=Utc)
    contacted_at: datetime | None = Field(default=None, sa_type=Utc)
    touched_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_reason: str = ""
    rules_version: int = 0
    version: int = 1

    __table_args__ = (
        Index(
            "ix_lead_free",
            "corp",
            "pool",
            "score",
            "id",
            **only_where("owner_id IS NULL AND stage IN ('new', 'nurturing', 'mql')"),
        ),
        Index("ix_lead_owner", "corp", "owner_id", "stage", **only_where("owner_id IS NOT NULL")),
        Index("ix_lead_cover", "corp", "cover_id", **only_where("cover_id IS NOT NULL")),
        Index("ix_lead_id", "corp", "id"),
        Index("ix_lead_closed", "corp", "id", **only_where("stage IN ('won', 'lost')")),
        Index("ix_lead_next", "corp", "next_step_at", "id", **only_where("next_step_at IS NOT NULL")),
        Index("ix_lead_score", "corp", "score", "id"),
        Index("ix_lead_created", "corp", "created_at", "id"),
        Index("ix_lead_such", "corp", "stage", "grade", "temperature", "id"),
        Index("ix_lead_touched", "corp", text("coalesce(touched_at, created_at)"), "id"),
        Index("ix_lead_company", "corp", "company"),
        Index("ix_lead_name", "corp", "name"),
        {"sqlite_autoincrement": True},
    )

    @property
    def no(self) -> str:
        """The lead's number as people say it: L1024."""
        return f"L{self.id}"


class Identity(Row, table=True):
    """One way to know a person (phone, email, wechat, external), unique in a company: the guard against twins."""

    corp: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    hash: bytes = Field(sa_column=Column("hash", LargeBinary, primary_key=True))
    lead_id: int

    __table_args__ = (Index("ix_identity_lead", "corp", "lead_id"),)


class CompanyGram(Row, table=True):
    """A piece of a lead's company name (two characters, or =the whole), by which alike names are found quickly."""

    __tablename__ = "company_gram"

    corp: str = Field(primary_key=True)
    gram: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class Enquiry(Row, table=True):
    """One time that the person asked; `submission_id` makes a repeated delivery the same enquiry."""

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    source: str
    submission_id: str | None = None
    need: str = Field(default="", sa_column=Column("need", Sealed("enquiry.need")))
    utm: dict[str, str] = Field(default_factory=dict, sa_column=Column("utm", json_type()))
    campaign_id: int | None = None
    at: datetime = Field(sa_type=Utc)

    __table_args__ = (
        Index("uq_enquiry_submission", "corp", "source", "submission_id", unique=True),
        Index("ix_enquiry_lead", "corp", "lead_id"),
        Index("ix_enquiry_source", "corp", "source", "at"),
        Index("ix_enquiry_campaign", "corp", "campaign_id", "at", **only_where("campaign_id IS NOT NULL")),
    )


class BehaviourRow(Row, table=True):
    """One thing that a person did; `weight` is 0 for a machine's. The same `key` stands there once."""

    __tablename__ = "behaviour"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    kind: str
    at: datetime = Field(sa_type=Utc)
    weight: float
    key: str | None = None

    __table_args__ = (
        Index("uq_behaviour_key", "corp", "key", unique=True),
        Index("ix_behaviour_lead", "corp", "lead_id", "at"),
    )


class TimelineItem(Row, table=True):
    """One fact about a lead: what happened, when, by whom. `text` is sealed, `data` never holds personal data."""

    __tablename__ = "timeline"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    kind: str
    at: datetime = Field(sa_type=Utc)
    by: str | None = None
    text: str = Field(default="", sa_column=Column("text", Sealed("timeline.text")))
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column("data", json_type()))

    __table_args__ = (
        Index("ix_timeline_lead", "corp", "lead_id", "id"),
        Index("ix_timeline_by", "corp", "by", "kind", "at"),
        Index("ix_timeline_disqualified", "corp", "at", **only_where("kind = 'disqualified'")),
        Index("ix_timeline_released", "corp", "at", **only_where("kind = 'released'")),
    )


class Clock(Row, table=True):
    """A promise about time on one lead; it keeps the rule (`rule`) with which it was started.

    Of `length` microseconds of working time, `spent` had gone when it began, or went on, to run at `run_from`.
    """

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    name: str
    state: str  # running, paused, met, overdue, cancelled
    started_at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    run_from: datetime | None = Field(default=None, sa_type=Utc)
    length: int = Field(default=0, sa_column=Column("length", BigInteger, nullable=False, server_default=text("0")))
    spent: int = Field(default=0, sa_column=Column("spent", BigInteger, nullable=False, server_default=text("0")))
    turn: int = Field(default=0, sa_column=Column("turn", Integer, nullable=False, server_default=text("0")))
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)  # when it was kept, or broken for the first time
    held: int | None = None  # 1: it was kept in time, 0: it was broken
    met_by: str | None = None  # who did what was promised, in time or late
    source: str | None = None  # once it is settled, those of the lead's first enquiry, as in `reached`
    campaign_id: int | None = None
    steps: list[Any] = Field(default_factory=list, sa_column=Column("steps", json_type()))  # taken: [{"at", "what"}]
    rule: dict[str, Any] = Field(default_factory=dict, sa_column=Column("rule", json_type()))
    rules_version: int

    __table_args__ = (
        Index("ix_clock_lead", "corp", "lead_id", "id"),
        Index(
            "ix_clock_settled", "corp", month_of("settled_at"), "name", "held", "source", "campaign_id", "settled_at",
            "met_by", "lead_id", **only_where("settled_at IS NOT NULL"),
        ),
        Index("ix_clock_state", "corp", "state", "due_at"),
        Index("ix_clock_id", "corp", "id"),
    )  # fmt: skip
