"""Who works on a lead while its owner is away."""

import sqlalchemy as sa
from alembic import op

revision = "0009_cover"
down_revision = "0008_imports"


def upgrade() -> None:
    op.add_column("lead", sa.Column("cover_id", sa.String(), nullable=True))
    op.create_index(
        "ix_lead_cover", "lead", ["corp", "cover_id"], sqlite_where=sa.text("cover_id IS NOT NULL"),
        postgresql_where=sa.text("cover_id IS NOT NULL"),
    )  # fmt: skip
