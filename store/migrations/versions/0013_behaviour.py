"""What people did, and how warm that makes a lead."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type

revision = "0013_behaviour"
down_revision = "0012_imports_in_chat"


def upgrade() -> None:
    op.add_column("lead", sa.Column("heat", json_type(), nullable=False, server_default=sa.text("'{}'")))
    op.create_table(
        "behaviour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_behaviour")),
    )
    op.create_index("uq_behaviour_key", "behaviour", ["corp", "key"], unique=True)
    op.create_index("ix_behaviour_lead", "behaviour", ["corp", "lead_id", "at"])
