"""A published version of the rules says why it was published."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("rules_version") as table:
        table.add_column(sa.Column("note", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("rules_version") as table:
        table.alter_column("note", server_default=None)  # only the rows that were there needed one
