"""Messages that wait for a colleague's tap or confirmation, and who is whose friend in WeChat."""

import sqlalchemy as sa
from alembic import op

revision = "0061_handed"
down_revision = "0060_exports"


def upgrade() -> None:
    op.create_table(
        "friend",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_friend")),
    )
    op.create_index("ix_friend_lead", "friend", ["corp", "lead_id", "member_id"])
    op.create_table(
        "handed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("channel", "member_id", "content", "topic")),
        sa.Column("subject", sa.String(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("text", "external_id", "mark")),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed")),
    )
    op.create_index("uq_handed_key", "handed", ["corp", "key"], unique=True)
    op.create_index("ix_handed_open", "handed", ["corp", "channel", "state", "at"])
    op.create_index("ix_handed_task", "handed", ["corp", "task_id"])
    op.create_index("ix_handed_lead", "handed", ["corp", "lead_id"])
    op.create_index("ix_handed_done", "handed", ["corp", "member_id", "done_at"])
    op.create_table(
        "mass_task",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("corp", "member_id", "sender")),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("msgid", "state")),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_task")),
    )
    op.create_index("ix_mass_task_look", "mass_task", ["corp", "state", "look_at"])
    op.create_index("ix_mass_task_at", "mass_task", ["corp", "called_at"])
