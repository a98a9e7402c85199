"""Followers of official accounts."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type

revision = "0022_follower"
down_revision = "0021_kf"


def upgrade() -> None:
    op.create_table(
        "follower",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("scene", sa.String(), nullable=False),
        sa.Column("deeds", json_type(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("corp", "account", "hash", name=op.f("pk_follower")),
    )
    op.create_index("ix_follower_lead", "follower", ["corp", "lead_id"])
