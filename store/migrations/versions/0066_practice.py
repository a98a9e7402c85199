"""Who practises, how far they are, and in which room; a message knows the room that it was asked for in."""

import sqlalchemy as sa
from alembic import op

revision = "0066_practice"
down_revision = "0065_paid"


def upgrade() -> None:
    op.create_table(
        "practice",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "member_id", name="pk_practice"),
    )
    active = sa.text("state IN ('open', 'paused')")
    op.create_index("ix_practice_on", "practice", ["corp"], sqlite_where=active, postgresql_where=active)
    op.add_column("outbox", sa.Column("room", sa.Text(), nullable=False, server_default=sa.text("''")))
