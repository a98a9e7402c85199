"""Reports that somebody wants at a fixed time; who gave a lead back, found by time."""

import sqlalchemy as sa
from alembic import op

revision = "0043_subscriptions"
down_revision = "0041_views"


def upgrade() -> None:
    texts = ("report", "team", "every", "clock", "group", "to", "words")
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscription_by", "subscription", ["corp", "by"])
    only = sa.text("kind = 'released'")
    op.create_index("ix_timeline_released", "timeline", ["corp", "at"], sqlite_where=only, postgresql_where=only)
