"""What a group may read of a free lead: how to address the customer, the line of business, a masked number.

Where a group's card can be pressed it carries 领取; elsewhere its words say how to claim in private.
"""

from dataclasses import dataclass

from bot.cards.asked import Asked, rating_of
from bot.cards.card import Button, Card, Text
from bot.context import Context
from bot.lead_actions import Claim
from config.words import STAGE_LABELS
from leads.mask import said, shown_phone
from leads.rights import is_free
from leads.understand.address import address_of
from leads.understand.industry import industry_of
from store import leads
from store.members import name_of
from store.tables import Lead
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """The lead of an offer, or how many wait in a pool when there are too many to name.

    `taken` says what has become of a lead that is not free any more.
    """

    lead: Lead | None
    pool_label: str = ""
    waiting: int = 0
    taken: str = ""


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the lead; None when somebody has taken it before the group was told."""
    if asked.lead_id is None:
        pool = str(asked.params["pool"])
        waiting = await leads.count_free(tx, [pool])
        return View(None, ctx.rules.pools[pool].label, waiting) if waiting else None
    lead = await leads.find_lead(tx, asked.lead_id)
    if lead is None:
        return None
    if is_free(lead) and lead.pool in ctx.rules.pools:
        return View(lead)
    if not asked.hangs:
        return None
    owner = await name_of(tx, lead.owner_id) if lead.owner_id else ""
    return View(lead, taken=f"已被{owner}领取" if owner else STAGE_LABELS[lead.stage])


def draw(view: View) -> Card | Text:
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
    return Card(
        title=f"【新线索】{lead.no}",
        subtitle=who,
        text="\n".join(line for line in (phone, rating_of(lead)) if line),
        buttons=() if view.taken else (Button("领取", Claim(lead.id or 0, lead.version), "primary"),),
        done=view.taken,
        instead="" if view.taken else f"私聊线索助手发「领取 {lead.no}」,先到先得。",
    )
