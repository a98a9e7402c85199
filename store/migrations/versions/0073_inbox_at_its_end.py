"""Callbacks that wait are found by their number: each is added at the end of its index, whoever it comes from."""

import sqlalchemy as sa
from alembic import op

revision = "0073_inbox_at_its_end"
down_revision = "0072_months"


def upgrade() -> None:
    waiting = sa.text("state = 'new'")
    op.drop_index("ix_inbox_due", "inbox")
    op.drop_index("ix_inbox_open", "inbox")
    op.create_index("ix_inbox_open", "inbox", ["corp", "id", "lane"], sqlite_where=waiting, postgresql_where=waiting)
