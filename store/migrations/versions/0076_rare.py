"""Leads of a time, of a stage, a grade or a temperature are counted in indexes of their own before they are listed."""

from alembic import op

revision = "0076_rare"
down_revision = "0075_whose"


def upgrade() -> None:
    op.create_index("ix_lead_created", "lead", ["corp", "created_at", "id"])
    op.create_index("ix_lead_such", "lead", ["corp", "stage", "grade", "temperature", "id"])
