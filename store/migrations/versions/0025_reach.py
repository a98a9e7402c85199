"""What customers may hear from us: consents by topic and channel, stops, and messages that are not for colleagues."""

import sqlalchemy as sa
from alembic import op

revision = "0025_reach"
down_revision = "0024_prices"


def upgrade() -> None:
    for name, default in (("topic", ""), ("channel", ""), ("way", "form")):
        column = sa.Column(name, sa.String(), nullable=False, server_default=sa.text(f"'{default}'"))
        op.add_column("consent", column)
    op.add_column("consent", sa.Column("by", sa.String(), nullable=True))
    op.add_column("consent", sa.Column("proof", sa.LargeBinary(), nullable=True))
    op.create_table(
        "contact_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_stop")),
    )
    op.create_index("ix_contact_stop_lead", "contact_stop", ["corp", "lead_id"])
    op.create_index("ix_contact_stop_hash", "contact_stop", ["corp", "kind", "hash"])
    op.drop_index("ix_outbox_due", "outbox")
    for name, columns, condition in (
        ("ix_outbox_due", ["corp", "state", "id"], "state = 'queued' AND purpose != 'reach'"),
        ("ix_outbox_reach", ["corp", "run_at"], "state = 'queued' AND purpose = 'reach'"),
        ("ix_outbox_reached", ["corp", "lead_id", "first_sent_at"], "purpose = 'reach'"),
    ):
        where = sa.text(condition)
        op.create_index(name, "outbox", columns, sqlite_where=where, postgresql_where=where)
