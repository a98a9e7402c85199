"""Who is away, and the fairness of each assignment rule; the district of a lead, for regions finer than a city."""

import sqlalchemy as sa
from alembic import op

revision = "0004_duty"
down_revision = "0003_identity"


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("backup_id", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_member", "absence", ["corp", "member_id", "until"])
    op.create_table(
        "ledger",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("corp", "rule", "member_id", name=op.f("pk_ledger")),
    )
    op.add_column("lead", sa.Column("district", sa.String(), nullable=False, server_default=sa.text("''")))
