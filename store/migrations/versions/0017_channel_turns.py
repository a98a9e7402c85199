"""Channels are fetched in turns; what was given up is counted by channel."""

import sqlalchemy as sa
from alembic import op

revision = "0017_channel_turns"
down_revision = "0016_odds"


def upgrade() -> None:
    op.add_column("channel_state", sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_column("channel_state", "forged")
    op.drop_column("channel_state", "unreadable")
    parked = sa.text("state = 'parked'")
    op.create_index("ix_inbox_parked", "inbox", ["corp", "key"], sqlite_where=parked, postgresql_where=parked)
