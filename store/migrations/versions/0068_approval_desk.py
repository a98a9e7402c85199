"""Consent may be asked in the OA of either platform."""

import sqlalchemy as sa
from alembic import op

revision = "0068_approval_desk"
down_revision = "0067_webhooks"


def upgrade() -> None:
    op.add_column("approval", sa.Column("desk", sa.String(), nullable=False, server_default=sa.text("''")))
    op.execute("update approval set desk = 'dingtalk' where way = 'oa'")
