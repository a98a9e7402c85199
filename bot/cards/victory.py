"""What a group reads when a deal is won: who, what, and how it came about."""

from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Text
from bot.cards.counted import minutes
from bot.context import Context
from leads.mask import said
from leads.money import yuan_text
from leads.understand.address import address_of
from store import deals, leads, timeline
from store.members import name_of
from store.reached import find_reached
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """A win as its group reads it; `amount` in fen, `response` in working minutes, `days` from the capture."""

    who: str
    no: str
    customer: str
    amount: int | None
    source: str
    days: int
    contacts: int
    response: float | None


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the deal and its lead's way; None when it is not won any more."""
    deal = await deals.find_deal(tx, int(asked.params.get("opportunity") or 0))
    lead = await leads.find_lead(tx, deal.lead_id) if deal is not None else None
    if deal is None or lead is None or deal.result != "won" or deal.closed_at is None:
        return None
    reached = await find_reached(tx, lead.id or 0)
    answered = reached.response / 60_000_000 if reached is not None and reached.response is not None else None
    return View(
        await name_of(tx, deal.closed_owner_id or deal.owner_id) or "同事", deal.no, address_of(lead.name, lead.title),
        deal.amount, lead.source, (deal.closed_at - lead.created_at).days,
        await timeline.count_of(tx, lead.id or 0, ("followup_logged",)), answered,
    )  # fmt: skip


def draw(view: View) -> Text:
    """🎉 李娜赢单 O88,50 万。…"""
    amount = f",{yuan_text(view.amount)}" if view.amount else ""
    story = [f"从「{said(view.source, reveal=False)}」来" if view.source else "", f"前后 {max(view.days, 1)} 天"]
    story.append(f"跟进 {view.contacts} 次" if view.contacts else "")
    story.append(f"{minutes(view.response)}就联系上了" if view.response is not None else "")
    told = ",".join(part for part in story if part)
    return Text(f"🎉 {view.who}赢单 {view.no}({view.customer}){amount}\n{told}。祝贺!")
