"""Consent that nobody answers is asked of one more person."""

import sqlalchemy as sa
from alembic import op

revision = "0063_also"
down_revision = "0062_together"


def upgrade() -> None:
    op.add_column("approval", sa.Column("also_id", sa.String(), nullable=True))
