"""Promises that can pause, begin anew and climb a ladder: how much of the time had gone, and when it runs again."""

import sqlalchemy as sa
from alembic import op

revision = "0005_clocks"
down_revision = "0004_duty"


def upgrade() -> None:
    op.add_column("clock", sa.Column("run_from", sa.DateTime(timezone=True), nullable=True))
    for name, kind in (("length", sa.BigInteger()), ("spent", sa.BigInteger()), ("turn", sa.Integer())):
        op.add_column("clock", sa.Column(name, kind, nullable=False, server_default=sa.text("0")))
