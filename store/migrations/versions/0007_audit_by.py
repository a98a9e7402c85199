"""What one member has looked at today is found through an index."""

from alembic import op

revision = "0007_audit_by"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_audit_by", "audit", ["corp", "by", "act", "at"], unique=False)
