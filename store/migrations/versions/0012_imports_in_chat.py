"""Imports in chat: when a batch was confirmed, and the file that goes back to whoever sent it."""

import sqlalchemy as sa
from alembic import op

revision = "0012_imports_in_chat"
down_revision = "0011_quality"


def upgrade() -> None:
    op.add_column("import_batch", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_import_batch_digest", "import_batch", ["corp", "digest"], unique=False)
    op.create_table(
        "import_return",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("corp", "batch_id", name=op.f("pk_import_return")),
    )
