"""Campaigns and their costs, consents, forms' counts, the state of channels; an enquiry knows its campaign."""

import sqlalchemy as sa
from alembic import op

from store.columns import wide_integer

revision = "0015_origin"
down_revision = "0014_channels"


def upgrade() -> None:
    op.add_column("enquiry", sa.Column("campaign_id", sa.Integer(), nullable=True))
    op.create_index("ix_enquiry_source", "enquiry", ["corp", "source", "at"])
    known = sa.text("campaign_id IS NOT NULL")
    op.create_index(
        "ix_enquiry_campaign", "enquiry", ["corp", "campaign_id", "at"], sqlite_where=known, postgresql_where=known
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("starts_on", sa.String(), nullable=False),
        sa.Column("ends_on", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_campaign_name", "campaign", ["corp", "name"], unique=True)
    op.create_index("uq_campaign_code", "campaign", ["corp", "code"], unique=True)
    op.create_index("ix_campaign_id", "campaign", ["corp", "id"])
    op.create_table(
        "campaign_cost",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("amount", wide_integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_cost")),
    )
    op.create_index("ix_campaign_cost_day", "campaign_cost", ["corp", "day", "campaign_id"])
    op.create_index("ix_campaign_cost_campaign", "campaign_cost", ["corp", "campaign_id"])
    op.create_index("uq_campaign_cost_key", "campaign_cost", ["corp", "key"], unique=True)
    op.create_table(
        "attendance",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "campaign_id", "lead_id", name=op.f("pk_attendance")),
    )
    op.create_index("ix_attendance_lead", "attendance", ["corp", "lead_id"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_lead", "consent", ["corp", "lead_id", "purpose"])
    op.create_table(
        "form_count",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "form", "day", "kind", name=op.f("pk_form_count")),
    )
    op.create_table(
        "channel_state",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("forged", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "channel", name=op.f("pk_channel_state")),
    )
    op.create_table(
        "source_watch",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "source", name=op.f("pk_source_watch")),
    )
