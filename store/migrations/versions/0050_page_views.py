"""How long customers looked at which page."""

import sqlalchemy as sa
from alembic import op

revision = "0050_page_views"
down_revision = "0045_orders"


def upgrade() -> None:
    op.create_table(
        "page_view",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("corp", "token", "device", "page", name=op.f("pk_page_view")),
    )
    op.create_index("ix_page_view_lead", "page_view", ["corp", "lead_id"])
