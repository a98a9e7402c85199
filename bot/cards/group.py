"""What a group may read of a free lead: how to address the customer, the line of business, a masked number."""

from dataclasses import dataclass

from bot.cards.asked import Asked, rating_of
from bot.cards.card import Text
from bot.context import Context
from leads.mask import said, shown_phone
from leads.rights import is_free
from leads.understand.address import address_of
from leads.understand.industry import industry_of
from store import leads
from store.tables import Lead
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """The free lead of an offer, or how many wait in a pool when there are too many to name."""

    lead: Lead | None
    pool_label: str
    waiting: int = 0


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the lead; None when somebody has taken it meanwhile."""
    if asked.lead_id is None:
        pool = str(asked.params["pool"])
        waiting = await leads.count_free(tx, [pool])
        return View(None, ctx.rules.pools[pool].label, waiting) if waiting else None
    lead = await leads.find_lead(tx, asked.lead_id)
    if lead is None or not is_free(lead) or lead.pool not in ctx.rules.pools:
        return None
    return View(lead, ctx.rules.pools[lead.pool].label)


def draw(view: View) -> Text:
    """A few lines; names, companies, words and whole numbers are told in private only."""
    lead = view.lead
    if lead is None:
        return Text(f"{view.pool_label}还有 {view.waiting} 条线索待领取。\n私聊线索助手发「线索池」就能领。")
    who = " · ".join(
        part
        for part in (address_of(lead.name, lead.title), industry_of(lead.company), said(lead.city, reveal=False))
        if part
    )
    phone = shown_phone(lead.phone, reveal=False) if lead.phone else ""
    lines = (f"【新线索】{lead.no}", who, phone, rating_of(lead), f"私聊线索助手发「领取 {lead.no}」,先到先得。")
    return Text("\n".join(line for line in lines if line))
