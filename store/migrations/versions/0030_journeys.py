"""Journeys: their plans, who sits where, each step that somebody came to, and the plans for those who sleep."""

import sqlalchemy as sa
from alembic import op

revision = "0030_journeys"
down_revision = "0029_content"


def upgrade() -> None:
    op.create_table(
        "journey_plan",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("corp", "mark", name=op.f("pk_journey_plan")),
    )
    op.create_index("ix_journey_plan_journey", "journey_plan", ["corp", "journey", "at"])
    op.create_table(
        "journey_seat",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "journey", "lead_id", "occasion", name=op.f("pk_journey_seat")),
    )
    op.create_index("ix_journey_seat_lead", "journey_seat", ["corp", "lead_id"])
    op.create_table(
        "journey_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("holding", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rest", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_run")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journey_run_lead", "journey_run", ["corp", "lead_id", "id"])
    _where("ix_journey_run_open", "journey_run", ["corp", "lead_id"], "state IN ('running', 'paused')")
    op.create_index("ix_journey_run_state", "journey_run", ["corp", "journey", "state", "step"])
    op.create_index("ix_journey_run_id", "journey_run", ["corp", "id"])
    op.create_table(
        "journey_visit",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "run_id", "visit", name=op.f("pk_journey_visit")),
    )
    op.create_index("ix_journey_visit_step", "journey_visit", ["corp", "journey", "step", "left"])
    op.create_table(
        "dormant_plan",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "lead_id", name=op.f("pk_dormant_plan")),
    )
    op.create_index("ix_dormant_plan_at", "dormant_plan", ["corp", "planned_at"])
    _where("ix_dormant_plan_answered", "dormant_plan", ["corp", "answered_at"], "answered_at IS NOT NULL")


def _where(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
