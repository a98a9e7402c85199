"""The leads that nobody has touched for longest, and what open deals are expected to bring, come out of indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0074_touched"
down_revision = "0073_inbox_at_its_end"


def upgrade() -> None:
    op.create_index("ix_lead_touched", "lead", ["corp", sa.text("coalesce(touched_at, created_at)"), "id"])
    op.drop_index("ix_opportunity_open", "opportunity")
    still_open = sa.text("result = 'open'")
    op.create_index(
        "ix_opportunity_open", "opportunity",
        ["corp", "pipeline", "stage", "result", "expected_on", "amount", "owner_id", "id"],
        sqlite_where=still_open, postgresql_where=still_open,
    )  # fmt: skip
