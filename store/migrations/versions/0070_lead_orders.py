"""Leads come in the order of what is due, or of their score, and open deals by stage, without reading all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0070_lead_orders"
down_revision = "0069_follower_window"


def upgrade() -> None:
    agreed = sa.text("next_step_at IS NOT NULL")
    op.create_index(
        "ix_lead_next", "lead", ["corp", "next_step_at", "id"], sqlite_where=agreed, postgresql_where=agreed
    )
    op.create_index("ix_lead_score", "lead", ["corp", "score", "id"])
    still = sa.text("result = 'open'")
    op.create_index(
        "ix_opportunity_open", "opportunity", ["corp", "pipeline", "stage", "result", "amount", "owner_id"],
        sqlite_where=still, postgresql_where=still,
    )  # fmt: skip
