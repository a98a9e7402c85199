"""Counts of a platform's monthly quota."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005_clocks"


def upgrade() -> None:
    op.create_table(
        "usage",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "platform", "month", "kind", name=op.f("pk_usage")),
    )
