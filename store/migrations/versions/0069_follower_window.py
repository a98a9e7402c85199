"""Followers of official accounts can be answered while WeChat lets us."""

import sqlalchemy as sa
from alembic import op

revision = "0069_follower_window"
down_revision = "0068_approval_desk"


def upgrade() -> None:
    op.add_column("follower", sa.Column("openid", sa.LargeBinary(), nullable=True))
    op.add_column("follower", sa.Column("wrote_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("follower", sa.Column("replies", sa.Integer(), nullable=False, server_default=sa.text("0")))
