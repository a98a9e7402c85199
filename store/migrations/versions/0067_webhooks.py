"""Other systems are told what happens to leads: their addresses, and what each was told or waits for."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type

revision = "0067_webhooks"
down_revision = "0066_practice"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_until", instant, nullable=True),
        sa.Column("events", json_type(), nullable=True),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", instant, nullable=True),
        sa.Column("rest_until", instant, nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index("ix_webhook_state", "webhook", ["corp", "state", "id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("told", json_type(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", instant, nullable=False),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("queued_at", instant, nullable=False),
        sa.Column("tried_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    new, done = sa.text("state = 'new'"), sa.text("state = 'done'")
    open_only = {"sqlite_where": new, "postgresql_where": new}
    op.create_index("uq_webhook_delivery_event", "webhook_delivery", ["corp", "webhook_id", "event_id"], unique=True)
    op.create_index("ix_webhook_delivery_run", "webhook_delivery", ["corp", "run_at"], **open_only)
    op.create_index("ix_webhook_delivery_lane", "webhook_delivery", ["corp", "lane", "id"], **open_only)
    op.create_index("ix_webhook_delivery_state", "webhook_delivery", ["corp", "webhook_id", "state", "id"])
    op.create_index("ix_webhook_delivery_log", "webhook_delivery", ["corp", "webhook_id", "id"])
    op.create_index("ix_webhook_delivery_lead", "webhook_delivery", ["corp", "lead_id"])
    op.create_index(
        "ix_webhook_delivery_old", "webhook_delivery", ["corp", "created_at"], sqlite_where=done, postgresql_where=done
    )
