"""What each lead has come to, counted by reports; when a promise was kept or broken, and who met it."""

import sqlalchemy as sa
from alembic import op

revision = "0041_reached"
down_revision = "0040_pages"

STAGES = ("mql", "sal", "sql", "opportunity", "won")


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "reached",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("captured_at", instant, nullable=False),
        *(sa.Column(f"{stage}_at", instant, nullable=True) for stage in STAGES),
        sa.Column("furthest", sa.Integer(), nullable=False),
        sa.Column("contact_at", instant, nullable=True),
        sa.Column("contact_by", sa.String(), nullable=True),
        sa.Column("response", sa.BigInteger(), nullable=True),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("touched", sa.Boolean(), nullable=False),
        sa.Column("automated", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "lead_id", name=op.f("pk_reached")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO reached (corp, lead_id, source, captured_at, furthest, offered, touched, automated, stale) "
        "SELECT corp, id, source, created_at, 0, false, false, 0, true FROM lead"
    )
    op.create_index(
        "ix_reached_captured", "reached",
        ["corp", "captured_at", "source", "furthest", "automated", "response", "contact_by", "campaign_id"],
    )  # fmt: skip
    for stage in STAGES:
        there = sa.text(f"{stage}_at IS NOT NULL")
        more = [] if stage == "won" else ["furthest"]
        op.create_index(
            f"ix_reached_{stage}", "reached", ["corp", f"{stage}_at", "source", *more, "campaign_id"],
            sqlite_where=there, postgresql_where=there,
        )  # fmt: skip
    stale = sa.text("stale")
    op.create_index("ix_reached_stale", "reached", ["corp", "lead_id"], sqlite_where=stale, postgresql_where=stale)
    op.add_column("clock", sa.Column("settled_at", instant, nullable=True))
    op.add_column("clock", sa.Column("held", sa.Integer(), nullable=True))
    op.add_column("clock", sa.Column("met_by", sa.String(), nullable=True))
    op.execute(
        "UPDATE clock SET settled_at = CASE WHEN state = 'met' THEN ended_at ELSE due_at END, "
        "held = CASE WHEN state = 'met' THEN 1 ELSE 0 END, "
        'met_by = (SELECT max(t."by") FROM timeline t WHERE t.corp = clock.corp AND t.lead_id = clock.lead_id '
        "AND t.kind IN ('claimed', 'followup_logged') AND t.at = clock.ended_at) WHERE state IN ('met', 'overdue')"
    )
    settled = sa.text("settled_at IS NOT NULL")
    op.create_index(
        "ix_clock_settled", "clock", ["corp", "settled_at", "name", "held", "met_by", "lead_id"],
        sqlite_where=settled, postgresql_where=settled,
    )  # fmt: skip
