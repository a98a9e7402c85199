"""Consent may be asked in the OA of either platform."""

import sqlalchemy as sa
from alembic import op

revision = "0066_approval_desk"
down_revision = "0065_paid"


def upgrade() -> None:
    op.add_column("approval", sa.Column("desk", sa.String(), nullable=False, server_default=""))
    op.execute("update approval set desk = 'dingtalk' where way = 'oa'")
