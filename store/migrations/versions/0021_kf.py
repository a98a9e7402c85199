"""Talks in 微信客服."""

import sqlalchemy as sa
from alembic import op

revision = "0021_kf"
down_revision = "0020_stopwatch"


def upgrade() -> None:
    op.create_table(
        "kf_talk",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("external_id", sa.LargeBinary(), nullable=True),
        sa.Column("scene", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "account", "hash", name=op.f("pk_kf_talk")),
    )
    op.create_index("ix_kf_talk_lead", "kf_talk", ["corp", "lead_id"])
