"""One person, one lead: merges that can be undone, alike companies, what registers know, disputes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_identity"
down_revision = "0002"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("lead", sa.Column("also", sa.LargeBinary(), nullable=True))
    for name in ("flaw", "industry", "product"):
        op.add_column("lead", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "company_gram",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("gram", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "gram", "lead_id", name=op.f("pk_company_gram")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("loser_id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("loser", sa.LargeBinary(), nullable=True),
        sa.Column("survivor", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.Column("moved", sa.LargeBinary(), nullable=True),
        sa.Column("changed", sa.LargeBinary(), nullable=True),
        sa.Column("undone_at", AT, nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    standing = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_merge_loser", "merge", ["corp", "loser_id"], unique=True, sqlite_where=standing, postgresql_where=standing
    )
    op.create_index("ix_merge_survivor", "merge", ["corp", "survivor_id"], unique=False)
    op.create_table(
        "merge_trace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("loser_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_trace")),
    )
    op.create_index("ix_merge_trace_loser", "merge_trace", ["corp", "loser_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("corp", "lead_id", "field", name=op.f("pk_finding")),
    )
    op.create_table(
        "company_record",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("answer", JSON, nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("corp", "company", "provider", name=op.f("pk_company_record")),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("other_lead_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.String(), nullable=False),
        sa.Column("claimant_id", sa.String(), nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("winner_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_lead", "dispute", ["corp", "lead_id"], unique=False)
