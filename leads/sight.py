"""Which leads a person sees in a list: the rule of leads/rights.py, asked of the store for all of them at once."""

from typing import Any

from sqlalchemy import and_, false, or_, select
from sqlmodel import col

from config.rules import Rules
from leads.rights import Who, pools_of
from store.tables import Lead, Member
from store.tx import Tx


def sight_of(tx: Tx, who: Who, *, rules: Rules) -> list[Any]:
    """Conditions that hold for the leads this person may see; none for those who see all."""
    if who.role in ("admin", "marketing"):
        return []
    pools = pools_of(who, rules=rules)
    ways: list[Any] = [
        col(Lead.owner_id) == who.id,
        col(Lead.cover_id) == who.id,
        and_(col(Lead.owner_id).is_(None), col(Lead.pool).in_(pools)) if pools else false(),
    ]
    if who.role == "manager":
        ways.append(col(Lead.owner_id).in_(_of_team(tx, who.team)) if who.team else col(Lead.owner_id).is_not(None))
    return [or_(*ways)]


def hands_of(tx: Tx, who: Who) -> list[Any]:
    """Conditions for the leads that this person, or a manager's team, works on; none for those who see all."""
    if who.role in ("admin", "marketing") or (who.role == "manager" and not who.team):
        return []
    if who.role == "manager":
        return [col(Lead.owner_id).in_(_of_team(tx, who.team))]
    return [or_(col(Lead.owner_id) == who.id, col(Lead.cover_id) == who.id)]


def _of_team(tx: Tx, team: str) -> Any:
    return select(col(Member.id)).where(col(Member.corp) == tx.corp, col(Member.team) == team)
