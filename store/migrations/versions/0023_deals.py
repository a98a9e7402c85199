"""Opportunities, payments, who decides about a deal, commitments and targets."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type, wide_integer

revision = "0023_deals"
down_revision = "0022_follower"


def upgrade() -> None:
    op.create_table(
        "opportunity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("pipeline", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("amount", wide_integer(), nullable=True),
        sa.Column("expected_on", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("competitor", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ticked", json_type(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("renews_on", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("stage_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closed_owner_id", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_opportunity_lead", "opportunity", ["corp", "lead_id", "id"])
    op.create_index("ix_opportunity_id", "opportunity", ["corp", "id"])
    op.create_index("ix_opportunity_owner", "opportunity", ["corp", "owner_id", "result"])
    _where("ix_opportunity_closed", "opportunity", "closed_at")
    _where("ix_opportunity_batch", "opportunity", "batch_id")
    op.create_index("uq_opportunity_key", "opportunity", ["corp", "key"], unique=True)
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("amount", wide_integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index("ix_payment_opportunity", "payment", ["corp", "opportunity_id", "id"])
    op.create_index("ix_payment_at", "payment", ["corp", "at"])
    _where("ix_payment_batch", "payment", "batch_id")
    op.create_index("uq_payment_key", "payment", ["corp", "key"], unique=True)
    op.create_table(
        "deal_contact",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("corp", "lead_id", "opportunity_id", name=op.f("pk_deal_contact")),
    )
    op.create_index("ix_deal_contact_opportunity", "deal_contact", ["corp", "opportunity_id"])
    op.create_table(
        "commitment",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("amount", wide_integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("corp", "week", "opportunity_id", name=op.f("pk_commitment")),
    )
    op.create_table(
        "target",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("amount", wide_integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("corp", "month", "kind", "who", name=op.f("pk_target")),
    )


def _where(name: str, table: str, column: str) -> None:
    condition = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, ["corp", column], sqlite_where=condition, postgresql_where=condition)
