"""A lead's row for reports says whose it is: a team's numbers come out of the indexes alone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0075_whose"
down_revision = "0074_touched"

STAGES = ("mql", "sal", "sql", "opportunity", "won")


def upgrade() -> None:
    op.add_column("reached", sa.Column("whose", sa.String(), nullable=False, server_default=""))
    for name in ("cohort", *STAGES):
        op.drop_index(f"ix_reached_{name}", "reached")
    its = "FROM lead l WHERE l.corp = reached.corp AND l.id = reached.lead_id"
    op.execute(
        f"UPDATE reached SET whose = coalesce((SELECT coalesce(l.owner_id, ':' || l.pool) {its}), '')"  # noqa: S608
    )
    _by_month("captured_at", "cohort", ["furthest", "automated", "whose"])
    bought = sa.text("paid <> 0 OR won_at IS NOT NULL")
    op.drop_index("ix_reached_customer", "reached")
    op.create_index(
        "ix_reached_customer", "reached", ["corp", "source", "campaign_id", "paid", "won_at", "lead_id"],
        sqlite_where=bought, postgresql_where=bought,
    )  # fmt: skip
    for stage in STAGES:
        _by_month(f"{stage}_at", stage, ["furthest", "whose"], f"{stage}_at IS NOT NULL")


def _by_month(at: str, name: str, more: Sequence[str], condition: str = "") -> None:
    """Month, groups, instant on an embedded store; on a server, which needs no order to group, the instant first."""
    embedded = op.get_context().dialect.name == "sqlite"
    touch = ["source", "campaign_id"]
    columns = [sa.text(f"substr({at}, 1, 7)"), *touch, at] if embedded else [at, *touch]
    where = sa.text(condition) if condition else None
    op.create_index(
        f"ix_reached_{name}", "reached", ["corp", *columns, *more], sqlite_where=where, postgresql_where=where
    )
