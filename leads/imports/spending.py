"""The campaigns of a history and what they cost: opened and booked once, and taken back with their batch."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import col

from config.rules import Rules
from leads.campaign import new_code
from leads.imports.history import Deed
from leads.money import fen_of
from store.batch import ImportKept
from store.campaigns import add_cost, find_by_mark, find_campaign
from store.origin import Campaign, CampaignCost
from store.tables import Enquiry
from store.tx import Tx

KINDS = ("campaign", "cost")
NO_COST = "amount 要写成元,最多两位小数,例如 5000 或 99.99"


def no_campaign(deed: Deed) -> str:
    """The sentence for a cost of a campaign that no line before it has named."""
    return f"前面没有编号为「{deed.word('campaign')[:40]}」的活动"


class Spending:
    """The campaigns by their numbers in the old system; `ids` is remembered from slice to slice."""

    def __init__(self, tx: Tx, batch_no: str, ids: dict[str, int], *, rules: Rules) -> None:
        self._tx = tx
        self._batch_no = batch_no
        self._rules = rules
        self.ids = dict(ids)
        self.made: dict[int, dict[str, Any]] = {}  # line → what it made
        self.flaws: dict[int, str] = {}  # line → why it cannot be booked

    async def book(self, deeds: Sequence[Deed]) -> None:
        """Open and book what these lines say, in their order."""
        for deed in deeds:
            if deed.kind == "campaign":
                await self._open(deed)
            elif deed.kind == "cost":
                await self._cost(deed)

    async def _open(self, deed: Deed) -> None:
        name, source = deed.word("name")[:60], deed.word("source")[:60]
        known = await find_by_mark(self._tx, name)
        if known is not None and source and known.source != source:
            name = f"{name[:40]}({source[:8]}·{deed.word('ref')[:8]})"
            known = await find_by_mark(self._tx, name)
        if known is None:
            known = Campaign(
                corp=self._tx.corp, name=name, source=source or name, form=next(iter(self._rules.forms), ""),
                code=new_code(), created_at=deed.at,
            )  # fmt: skip
            await self._tx.add(known)
            self.made[deed.line] = {"campaign": known.id}
        self.ids[deed.word("ref")] = known.id or 0

    async def _cost(self, deed: Deed) -> None:
        campaign_id = self.ids.get(deed.word("campaign"))
        if campaign_id is None:
            self.flaws[deed.line] = no_campaign(deed)
            return
        fen = fen_of(deed.said.get("amount"))
        if fen is None:
            self.flaws[deed.line] = NO_COST
            return
        key = f"history:{sha256(deed.text.encode()).hexdigest()[:32]}"
        day = deed.at.astimezone(self._rules.zone).date().isoformat()
        booked = await add_cost(
            self._tx, campaign_id, fen, day, note=self._batch_no, by=None, key=key, now=deed.at
        )  # fmt: skip
        if booked:
            self.made[deed.line] = {"cost": key}


async def withdraw(tx: Tx, batch_id: int) -> None:
    """What a batch has booked goes, and the campaigns that it opened, unless somebody uses them."""
    rows = await tx.rows(
        select(col(ImportKept.kind), col(ImportKept.content)).where(
            col(ImportKept.corp) == tx.corp, col(ImportKept.batch_id) == batch_id, col(ImportKept.kind).in_(KINDS)
        )
    )
    for kind, content in rows:
        if kind == "cost" and "cost" in content:
            await tx.run(
                delete(CampaignCost).where(col(CampaignCost.corp) == tx.corp, col(CampaignCost.key) == content["cost"])
            )
    for kind, content in rows:
        if kind != "campaign" or not isinstance(content.get("campaign"), int):
            continue
        campaign = await find_campaign(tx, content["campaign"])
        used = [
            await tx.first(
                select(column).where(col(table.corp) == tx.corp, col(table.campaign_id) == content["campaign"])
            )
            for table, column in ((CampaignCost, col(CampaignCost.id)), (Enquiry, col(Enquiry.id)))
        ]
        if campaign is not None and used == [None, None]:
            await tx.run(delete(Campaign).where(col(Campaign.corp) == tx.corp, col(Campaign.id) == campaign.id))
