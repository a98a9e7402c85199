"""Channel codes of WeCom, and which customers of members we know of."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type

revision = "0014_channels"
down_revision = "0013_behaviour"


def upgrade() -> None:
    op.create_table(
        "contact_way",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("config_id", sa.String(), nullable=False),
        sa.Column("qr_code", sa.String(), nullable=False),
        sa.Column("users", json_type(), nullable=True),
        sa.Column("tags", json_type(), nullable=True),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("applied", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vacant_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flaw", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "name", name=op.f("pk_contact_way")),
    )
    op.create_table(
        "contact_seen",
        sa.Column("corp", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("corp", "account", "hash", name=op.f("pk_contact_seen")),
    )
