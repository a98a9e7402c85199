"""No question looks for silent leads' plans by the day they were made: that index goes."""

from alembic import op

revision = "0071_dormant_plan_at"
down_revision = "0070_lead_orders"


def upgrade() -> None:
    op.drop_index("ix_dormant_plan_at", "dormant_plan")
