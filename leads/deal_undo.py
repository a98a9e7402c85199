"""What an act did to a lead's deals, so that it can be taken back: what it changed is as before, what it made goes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlmodel import col

from leads.errors import NothingToUndo
from store import contacts, deals
from store.columns import Utc
from store.deal import Opportunity
from store.schema import METADATA
from store.tx import Tx

KEPT = tuple(name for name in Opportunity.model_fields if name not in ("id", "corp", "version"))
OURS = ("deal_contact", "commitment")  # what goes with an opportunity that is taken back


async def frozen_deals(tx: Tx, lead_id: int) -> dict[str, Any]:
    """A lead's deals as JSON, by id."""
    return {str(deal.id): _frozen(deal) for deal in await deals.list_of_lead(tx, lead_id)}


def _frozen(deal: Opportunity) -> dict[str, Any]:
    values = {name: getattr(deal, name) for name in KEPT}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


async def require_unbuilt(tx: Tx, lead_id: int, before: Mapping[str, Any]) -> None:
    """Raise NothingToUndo when a quote, a payment or the like belongs to a deal that the act made."""
    for deal in await deals.list_of_lead(tx, lead_id):
        if str(deal.id) in before:
            continue
        for name, table in METADATA.tables.items():
            if "opportunity_id" not in table.c or name in OURS:
                continue
            rows = await tx.rows(select(func.count()).where(table.c.corp == tx.corp, table.c.opportunity_id == deal.id))
            if rows[0][0]:
                raise NothingToUndo(
                    f"{deal.no} 已经有了报价、回款这样的记录,不能再撤销。谈不成就发「输单 {deal.no} 原因」。"
                )


async def restore_deals(tx: Tx, lead_id: int, before: Mapping[str, Any]) -> None:
    """The deals are what they were; what is not in `before` was made by the act and goes."""
    for deal in await deals.list_of_lead(tx, lead_id):
        was = before.get(str(deal.id))
        if was is None:
            await contacts.drop_deal(tx, deal.id or 0)
            await tx.run(delete(Opportunity).where(col(Opportunity.corp) == tx.corp, col(Opportunity.id) == deal.id))
        elif was != _frozen(deal):
            await deals.change_deal(tx, deal.id or 0, **_thawed(was))


def _thawed(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = METADATA.tables["opportunity"].c
    return {
        name: datetime.fromisoformat(value) if value and isinstance(columns[name].type, Utc) else value
        for name, value in values.items()
    }
