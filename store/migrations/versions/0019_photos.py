"""Pictures of business cards that members sent."""

import sqlalchemy as sa
from alembic import op

revision = "0019_photos"
down_revision = "0018_inherit"


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("media_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index("uq_photo_key", "photo", ["corp", "key"], unique=True)
    open_ = sa.text("state = 'new'")
    op.create_index("ix_photo_open", "photo", ["corp", "lane", "id"], sqlite_where=open_, postgresql_where=open_)
    op.create_index("ix_photo_due", "photo", ["corp", "run_at"], sqlite_where=open_, postgresql_where=open_)
