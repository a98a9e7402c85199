"""Orders, contracts, and what is carried over to other systems."""

import sqlalchemy as sa
from alembic import op

from store.columns import wide_integer

revision = "0045_orders"
down_revision = "0044_quotes"


def upgrade() -> None:
    op.create_table(
        "sales_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("quote_version", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("amount", wide_integer(), nullable=False),
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("theirs", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("delivery_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sales_order_id", "sales_order", ["corp", "id"])
    op.create_index("ix_sales_order_lead", "sales_order", ["corp", "lead_id"])
    op.create_index("ix_sales_order_opportunity", "sales_order", ["corp", "opportunity_id"])
    op.create_index(
        "ix_sales_order_theirs",
        "sales_order",
        ["corp", "theirs"],
        sqlite_where=sa.text("theirs <> ''"),
        postgresql_where=sa.text("theirs <> ''"),
    )
    op.create_index("uq_sales_order_quote", "sales_order", ["corp", "quote_id"], unique=True)
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(), nullable=False),
        sa.Column("amount", wide_integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("token_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    op.create_index("ix_contract_id", "contract", ["corp", "id"])
    op.create_index("ix_contract_lead", "contract", ["corp", "lead_id"])
    op.create_index("ix_contract_opportunity", "contract", ["corp", "opportunity_id"])
    op.create_index(
        "ix_contract_token",
        "contract",
        ["corp", "token"],
        sqlite_where=sa.text("token <> ''"),
        postgresql_where=sa.text("token <> ''"),
    )
    op.create_index("uq_contract_no", "contract", ["corp", "no"], unique=True)
    op.create_table(
        "connector_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connector_call")),
    )
    op.create_index(
        "ix_connector_call_lane",
        "connector_call",
        ["corp", "lane", "id"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        "ix_connector_call_run",
        "connector_call",
        ["corp", "run_at"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        "ix_connector_call_state",
        "connector_call",
        ["corp", "connector", "state"],
        sqlite_where=sa.text("state IN ('new', 'parked')"),
        postgresql_where=sa.text("state IN ('new', 'parked')"),
    )
    op.create_index("uq_connector_call_key", "connector_call", ["corp", "key"], unique=True)
