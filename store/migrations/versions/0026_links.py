"""Addresses that only one customer has: to stop, to open, to follow."""

import sqlalchemy as sa
from alembic import op

revision = "0026_links"
down_revision = "0025_reach"


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("machines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "token", name=op.f("pk_link")),
    )
    op.create_index("ix_link_lead", "link", ["corp", "lead_id"])
    op.create_index("ix_link_content", "link", ["corp", "content", "made_at"])
    op.create_index("ix_link_message", "link", ["corp", "message"])
