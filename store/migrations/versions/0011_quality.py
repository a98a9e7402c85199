"""What sales has called invalid in a period is found through an index."""

import sqlalchemy as sa
from alembic import op

revision = "0011_quality"
down_revision = "0010_own"


def upgrade() -> None:
    op.create_index(
        "ix_timeline_disqualified", "timeline", ["corp", "at"], unique=False,
        sqlite_where=sa.text("kind = 'disqualified'"), postgresql_where=sa.text("kind = 'disqualified'"),
    )  # fmt: skip
