"""A dispute is about one lead: the second one was never written down."""

from alembic import op

revision = "0077_dispute"
down_revision = "0076_rare"


def upgrade() -> None:
    op.drop_column("dispute", "other_lead_id")
