"""How many messages to customers are planned for each day."""

import sqlalchemy as sa
from alembic import op

revision = "0046_budget"
down_revision = "0045_orders"


def upgrade() -> None:
    op.create_table(
        "send_day",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "channel", "day", name=op.f("pk_send_day")),
    )
