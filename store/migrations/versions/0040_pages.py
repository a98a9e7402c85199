"""Browsers that a chat tool has vouched for."""

import sqlalchemy as sa
from alembic import op

revision = "0040_pages"
down_revision = "0030_journeys"


def upgrade() -> None:
    op.create_table(
        "page_session",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("login", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("corp", "mark", name=op.f("pk_page_session")),
    )
    op.create_index("uq_page_session_login", "page_session", ["corp", "login"], unique=True)
    op.create_index("ix_page_session_member", "page_session", ["corp", "member_id"])
