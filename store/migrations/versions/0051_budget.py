"""How many messages to customers are planned for each day."""

import sqlalchemy as sa
from alembic import op

revision = "0051_budget"
down_revision = "0050_page_views"


def upgrade() -> None:
    op.create_table(
        "send_day",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "channel", "day", name=op.f("pk_send_day")),
    )
