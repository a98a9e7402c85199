"""Large files of leads wait for a manager's word."""

import sqlalchemy as sa
from alembic import op

revision = "0060_exports"
down_revision = "0051_budget"


def upgrade() -> None:
    op.create_table(
        "export_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("approver_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_request")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_export_request_by", "export_request", ["corp", "by", "id"])
    where = sa.text("state = 'open'")
    op.create_index(
        "ix_export_request_open", "export_request", ["corp", "approver_id"], sqlite_where=where, postgresql_where=where
    )
