"""Who is on which journey, at which step, by which version of it; who sleeps, and in which plan to wake them."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field

from store.columns import Utc, only_where
from store.row import Row


class JourneyPlan(Row, table=True):
    """A journey as it was when somebody set out; `mark` is the hash of what it says. Never changed."""

    __tablename__ = "journey_plan"

    corp: str = Field(primary_key=True)
    mark: str = Field(primary_key=True)
    journey: str
    version: int  # of the rules that it came with first
    plan: str = Field(sa_column=Column("plan", Text, nullable=False))  # as JSON
    at: datetime = Field(sa_type=Utc)

    __table_args__ = (Index("ix_journey_plan_journey", "corp", "journey", "at"),)


class JourneySeat(Row, table=True):
    """Nobody sets out twice: a lead, a journey and the occasion of it ("" where there is only one)."""

    __tablename__ = "journey_seat"

    corp: str = Field(primary_key=True)
    journey: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    occasion: str = Field(primary_key=True)

    __table_args__ = (Index("ix_journey_seat_lead", "corp", "lead_id"),)


class JourneyRun(Row, table=True):
    """One lead's way through a journey. States: running, paused, finished, goal, exited.

    `visit` grows with every step that is entered: what a step does is keyed by run and visit. `run_at`: when the step
    at which it rests is over; `rest`: how much of that (microseconds) was left when it was paused, None while it runs.
    """

    __tablename__ = "journey_run"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    lead_id: int
    journey: str
    occasion: str = ""
    mark: str
    state: str = "running"
    step: str = ""
    visit: int = 0
    cause: str = ""  # why it is paused, or why it ended
    holding: str = ""  # what lets it rest until a person says otherwise: replied, hand
    day: str = ""  # the run's own day (of an event, a festival, a date), such as 2026-06-30
    variant: str = ""  # into which groups it was drawn: "s2=a"
    begun_at: datetime = Field(sa_type=Utc)
    step_at: datetime = Field(sa_type=Utc)
    run_at: datetime = Field(sa_type=Utc)
    rest: int | None = Field(default=None, sa_column=Column("rest", BigInteger, nullable=True))
    sent_at: datetime | None = Field(default=None, sa_type=Utc)  # when the last message is to go
    ended_at: datetime | None = Field(default=None, sa_type=Utc)

    __table_args__ = (
        Index("ix_journey_run_lead", "corp", "lead_id", "id"),
        Index("ix_journey_run_open", "corp", "lead_id", **only_where("state IN ('running', 'paused')")),
        Index("ix_journey_run_state", "corp", "journey", "state", "step"),
        Index("ix_journey_run_id", "corp", "id"),
        {"sqlite_autoincrement": True},
    )


class JourneyVisit(Row, table=True):
    """A step that a run has come to, when, and by which way it was left ("" while it is there)."""

    __tablename__ = "journey_visit"

    corp: str = Field(primary_key=True)
    run_id: int = Field(primary_key=True)
    visit: int = Field(primary_key=True)
    journey: str
    step: str
    at: datetime = Field(sa_type=Utc)
    left: str = ""  # the step (or end) that it led to; "stopped" where the run ended in between
    note: str = ""  # what came of it: why a message was withheld

    __table_args__ = (Index("ix_journey_visit_step", "corp", "journey", "step", "left"),)


class DormantPlan(Row, table=True):
    """A lead that has been silent for long is in exactly one plan to wake it, or is left alone for good.

    `plan` is a journey's name, "" for 不再联系 with the `reason`. What came of it: `answered_at`, `offered_at`.
    """

    __tablename__ = "dormant_plan"

    corp: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    plan: str
    reason: str = ""
    silent_since: datetime = Field(sa_type=Utc)
    planned_at: datetime = Field(sa_type=Utc)
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    answer: str = ""  # the fact by which it woke

    __table_args__ = (
        Index("ix_dormant_plan_answered", "corp", "answered_at", **only_where("answered_at IS NOT NULL")),
    )
