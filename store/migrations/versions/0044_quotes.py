"""Quotes with their versions, and what somebody must agree to."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type, wide_integer

revision = "0044_quotes"
down_revision = "0043_subscriptions"


def upgrade() -> None:
    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quote_id", "quote", ["corp", "id"])
    op.create_index("ix_quote_lead", "quote", ["corp", "lead_id"])
    op.create_index("ix_quote_opportunity", "quote", ["corp", "opportunity_id", "id"])
    op.create_table(
        "quote_version",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("price_list", sa.Integer(), nullable=False),
        sa.Column("lines", json_type(), nullable=True),
        sa.Column("total", wide_integer(), nullable=False),
        sa.Column("full", wide_integer(), nullable=False),
        sa.Column("notes", json_type(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("token_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("corp", "quote_id", "version", name=op.f("pk_quote_version")),
    )
    op.create_index(
        "ix_quote_version_token",
        "quote_version",
        ["corp", "token"],
        sqlite_where=sa.text("token <> ''"),
        postgresql_where=sa.text("token <> ''"),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("subject_version", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("approver_id", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("oa", sa.String(), nullable=False),
        sa.Column("instance", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approval_id", "approval", ["corp", "id"])
    op.create_index(
        "ix_approval_instance",
        "approval",
        ["corp", "instance"],
        sqlite_where=sa.text("instance <> ''"),
        postgresql_where=sa.text("instance <> ''"),
    )
    op.create_index("ix_approval_lead", "approval", ["corp", "lead_id"])
    op.create_index(
        "ix_approval_open",
        "approval",
        ["corp", "approver_id"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_approval_subject", "approval", ["corp", "subject", "subject_id", "subject_version"])
