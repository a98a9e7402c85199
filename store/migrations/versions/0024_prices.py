"""Price lists, stock and credit."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type, wide_integer

revision = "0024_prices"
down_revision = "0023_deals"


def upgrade() -> None:
    op.create_table(
        "price_list",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "version", name=op.f("pk_price_list")),
    )
    op.create_table(
        "price",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("aliases", json_type(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("price", wide_integer(), nullable=False),
        sa.Column("floor", wide_integer(), nullable=True),
        sa.Column("max_off", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("corp", "version", "sku", name=op.f("pk_price")),
    )
    op.create_table(
        "stock",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("count", wide_integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("corp", "sku", name=op.f("pk_stock")),
    )
    op.create_table(
        "credit",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("most", wide_integer(), nullable=False),
        sa.Column("used", wide_integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("corp", "lead_id", name=op.f("pk_credit")),
    )
    op.create_index("ix_credit_lead", "credit", ["corp", "lead_id"])
