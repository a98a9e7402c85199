"""What was learned from closed leads, and the chance by which lists are sorted."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type

revision = "0016_odds"
down_revision = "0015_origin"

CLOSED = sa.text("stage IN ('won', 'lost')")


def upgrade() -> None:
    op.add_column("lead", sa.Column("chance", sa.Float(), nullable=True))
    op.create_index(
        "ix_lead_closed", "lead", ["corp", "id"], unique=False, sqlite_where=CLOSED, postgresql_where=CLOSED
    )
    op.create_table(
        "learned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("night", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("won", sa.Integer(), nullable=False),
        sa.Column("body", json_type(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned")),
    )
    op.create_index("uq_learned_night", "learned", ["corp", "night"], unique=True)
