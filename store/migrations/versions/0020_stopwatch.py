"""Which cards of a lead were sent, and when: found through the lead."""

import sqlalchemy as sa
from alembic import op

revision = "0020_stopwatch"
down_revision = "0019_photos"


def upgrade() -> None:
    only = sa.text("card = 'lead' AND purpose = 'ring'")
    op.create_index("ix_outbox_lead", "outbox", ["corp", "lead_id"], sqlite_where=only, postgresql_where=only)
