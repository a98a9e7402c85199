"""Customers of somebody who left, on their way to a colleague."""

import sqlalchemy as sa
from alembic import op

revision = "0018_inherit"
down_revision = "0017_channel_turns"


def upgrade() -> None:
    op.create_table(
        "bequest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bequest")),
    )
    op.create_index("ix_bequest_from", "bequest", ["corp", "from_id", "id"])
    op.create_index(
        "ix_bequest_closed",
        "bequest",
        ["corp", "closed_at"],
        sqlite_where=sa.text("closed_at IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_table(
        "inheritance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("bequest_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("external_id", sa.LargeBinary(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inheritance")),
    )
    op.create_index("uq_inheritance_customer", "inheritance", ["corp", "bequest_id", "hash"], unique=True)
    op.create_index("ix_inheritance_hash", "inheritance", ["corp", "hash"])
    op.create_index("ix_inheritance_lead", "inheritance", ["corp", "lead_id"])
