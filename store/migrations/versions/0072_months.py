"""Reports of an embedded store read rows in the order of their groups; a promise says which source brought its lead."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0072_months"
down_revision = "0071_dormant_plan_at"

STAGES = ("mql", "sal", "sql", "opportunity", "won")


def upgrade() -> None:
    op.add_column("clock", sa.Column("source", sa.String(), nullable=True))
    op.add_column("clock", sa.Column("campaign_id", sa.Integer(), nullable=True))
    for name in ("captured", *STAGES, "paid"):
        op.drop_index(f"ix_reached_{name}", "reached")
    op.drop_index("ix_clock_settled", "clock")
    its = "FROM reached r WHERE r.corp = clock.corp AND r.lead_id = clock.lead_id"
    op.execute(
        f"UPDATE clock SET source = (SELECT r.source {its}), campaign_id = (SELECT r.campaign_id {its}) "  # noqa: S608
        "WHERE settled_at IS NOT NULL"
    )
    op.create_index(
        "ix_reached_captured", "reached", ["corp", "captured_at", "response", "contact_by", "source", "campaign_id"]
    )
    _by_month("ix_reached_cohort", "reached", "captured_at", ["source", "campaign_id"], ["furthest", "automated"])
    for stage in STAGES:
        there = f"{stage}_at IS NOT NULL"
        _by_month(f"ix_reached_{stage}", "reached", f"{stage}_at", ["source", "campaign_id"], ["furthest"], there)
    groups = ["name", "held", "source", "campaign_id"]
    _by_month("ix_clock_settled", "clock", "settled_at", groups, ["met_by", "lead_id"], "settled_at IS NOT NULL")
    bought = sa.text("paid <> 0 OR won_at IS NOT NULL")
    op.create_index(
        "ix_reached_customer", "reached", ["corp", "source", "campaign_id", "paid", "won_at"],
        sqlite_where=bought, postgresql_where=bought,
    )  # fmt: skip
    won = sa.text("result = 'won' AND closed_at IS NOT NULL")
    op.create_index(
        "ix_opportunity_won", "opportunity", ["corp", sa.text("coalesce(closed_owner_id, owner_id)"), "lead_id"],
        sqlite_where=won, postgresql_where=won,
    )  # fmt: skip


def _by_month(name: str, table: str, at: str, groups: Sequence[str], more: Sequence[str], condition: str = "") -> None:
    """Month, groups, instant on an embedded store; on a server, which needs no order to group, the instant first."""
    embedded = op.get_context().dialect.name == "sqlite"
    columns = [sa.text(f"substr({at}, 1, 7)"), *groups, at] if embedded else [at, *groups]
    where = sa.text(condition) if condition else None
    op.create_index(name, table, ["corp", *columns, *more], sqlite_where=where, postgresql_where=where)
