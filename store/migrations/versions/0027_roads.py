"""Messages to customers are taken road by road, and counted by road."""

import sqlalchemy as sa
from alembic import op

revision = "0027_roads"
down_revision = "0026_links"


def upgrade() -> None:
    op.drop_index("ix_outbox_reach", "outbox")
    for name, condition in (
        ("ix_outbox_road", "state = 'queued' AND purpose = 'reach'"),
        ("ix_outbox_spent", "state != 'queued' AND purpose = 'reach'"),
    ):
        where = sa.text(condition)
        op.create_index(name, "outbox", ["corp", "platform", "run_at"], sqlite_where=where, postgresql_where=where)
