"""A provider's own number of a message finds it."""

import sqlalchemy as sa
from alembic import op

revision = "0042_numbers"
down_revision = "0041_reached"


def upgrade() -> None:
    where = sa.text("purpose = 'reach' AND platform_id != ''")
    op.create_index(
        "ix_outbox_number", "outbox", ["corp", "platform", "platform_id"], sqlite_where=where, postgresql_where=where
    )
