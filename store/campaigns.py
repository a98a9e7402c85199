"""Campaigns and events, found by number, name or the code in their links; what they cost, day by day."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from store.origin import Campaign, CampaignCost
from store.tables import Enquiry
from store.tx import Tx

_BY_CODE = select(Campaign).where(col(Campaign.corp) == bindparam("corp"), col(Campaign.code) == bindparam("code"))
_BY_NAME = select(Campaign).where(col(Campaign.corp) == bindparam("corp"), col(Campaign.name) == bindparam("name"))
_BY_ID = select(Campaign).where(col(Campaign.corp) == bindparam("corp"), col(Campaign.id) == bindparam("id"))


async def find_by_mark(tx: Tx, mark: str) -> Campaign | None:
    """The campaign that a link's code or an utm_campaign means."""
    mark = mark.strip()[:60]
    if not mark:
        return None
    return await tx.first(_BY_CODE, code=mark) or await tx.first(_BY_NAME, name=mark)


async def find_campaign(tx: Tx, campaign_id: int) -> Campaign | None:
    """The campaign of a number."""
    return await tx.first(_BY_ID, id=campaign_id)


async def list_campaigns(tx: Tx, *, before: int | None = None, limit: int = 200) -> Sequence[Campaign]:
    """Newest first, those with a smaller number than `before`."""
    wanted = select(Campaign).where(col(Campaign.corp) == tx.corp)
    if before is not None:
        wanted = wanted.where(col(Campaign.id) < before)
    return await tx.all(wanted.order_by(col(Campaign.id).desc()).limit(limit))


async def add_cost(
    tx: Tx, campaign_id: int, amount: int, day: str, *, note: str, by: str | None, key: str | None, now: datetime
) -> bool:
    """Book a cost in fen on a day (2026-06-01); False when one with this key stands there already."""
    if key is not None:
        known = select(col(CampaignCost.id)).where(col(CampaignCost.corp) == tx.corp, col(CampaignCost.key) == key)
        if await tx.first(known) is not None:
            return False
    await tx.add(
        CampaignCost(
            corp=tx.corp, campaign_id=campaign_id, day=day, amount=amount, note=note, by=by, key=key, at=now
        )
    )  # fmt: skip
    return True


async def cost_of(tx: Tx, campaign_id: int) -> int:
    """What a campaign has cost so far, in fen."""
    rows = await tx.rows(
        select(func.coalesce(func.sum(col(CampaignCost.amount)), 0)).where(
            col(CampaignCost.corp) == tx.corp, col(CampaignCost.campaign_id) == campaign_id
        )
    )
    return int(rows[0][0])


async def count_enquiries(tx: Tx, campaign_id: int) -> int:
    """How many enquiries a campaign has brought."""
    rows = await tx.rows(
        select(func.count()).where(col(Enquiry.corp) == tx.corp, col(Enquiry.campaign_id) == campaign_id)
    )
    return int(rows[0][0])


async def name_of_each(tx: Tx) -> dict[int, str]:
    """The name of every campaign by its number."""
    return dict(await tx.rows(select(col(Campaign.id), col(Campaign.name)).where(col(Campaign.corp) == tx.corp)))
