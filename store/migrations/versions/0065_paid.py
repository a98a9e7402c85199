"""What a lead's deals have brought in to date stands in its row; deals are counted without reading them whole."""

import sqlalchemy as sa
from alembic import op

revision = "0065_paid"
down_revision = "0064_deal_group"


def upgrade() -> None:
    op.add_column("reached", sa.Column("paid", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.execute(
        "UPDATE reached SET paid = (SELECT coalesce(sum(p.amount), 0) FROM opportunity o JOIN payment p "
        "ON p.corp = o.corp AND p.opportunity_id = o.id WHERE o.corp = reached.corp AND o.lead_id = reached.lead_id) "
        "WHERE EXISTS (SELECT 1 FROM opportunity o WHERE o.corp = reached.corp AND o.lead_id = reached.lead_id)"
    )
    paid = sa.text("paid <> 0")
    op.create_index(
        "ix_reached_paid", "reached", ["corp", "source", "campaign_id", "paid"],
        sqlite_where=paid, postgresql_where=paid,
    )  # fmt: skip
    op.drop_index("ix_opportunity_closed", "opportunity")
    closed = sa.text("closed_at IS NOT NULL")
    op.create_index(
        "ix_opportunity_closed", "opportunity",
        ["corp", "closed_at", "result", "lead_id", "closed_owner_id", "owner_id", "amount"],
        sqlite_where=closed, postgresql_where=closed,
    )  # fmt: skip
    op.create_index(
        "ix_opportunity_created", "opportunity",
        ["corp", "created_at", "result", "lead_id", "amount", "closed_owner_id", "owner_id"],
    )  # fmt: skip
