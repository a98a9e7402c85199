"""The company's own fields on a lead: plain values by key, and the personal ones sealed."""

import sqlalchemy as sa
from alembic import op

from store.columns import json_type

revision = "0010_own"
down_revision = "0009_cover"


def upgrade() -> None:
    op.add_column("lead", sa.Column("own", json_type(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("lead", sa.Column("own_sealed", sa.LargeBinary(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "ix_lead_own", "lead", ["own"], postgresql_using="gin", postgresql_ops={"own": "jsonb_path_ops"}
        )
