"""Which group chat belongs to which deal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

PEOPLE = sa.JSON().with_variant(JSONB(), "postgresql")

revision = "0064_deal_group"
down_revision = "0063_also"


def upgrade() -> None:
    op.create_table(
        "deal_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("people", PEOPLE, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_group")),
    )
    op.create_index("uq_deal_group", "deal_group", ["corp", "opportunity_id"], unique=True)
    op.create_index("uq_deal_group_chat", "deal_group", ["corp", "platform", "chat"], unique=True)
