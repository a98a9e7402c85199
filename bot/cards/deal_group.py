"""What the group of a deal reads: which deal, how far, whose; never a name, a number or words of the customer."""

from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Text
from bot.context import Context
from leads.mask import said
from leads.understand.address import address_of
from leads.understand.industry import industry_of
from store import deal_groups, deals, leads
from store.members import name_of
from store.tx import Tx

ENDS = {
    "won": "🎉 {no} 赢单了,大家辛苦!",
    "lost": "{no} 输单了。原因在卡片上,私聊线索助手发「商机 {no}」看。谢谢大家帮忙。",
    "reopened": "{no} 又打开了,接着谈。",
}


@dataclass(frozen=True)
class View:
    """A deal as its group may read it; `hears`: what is said to the robot in this group reaches it."""

    no: str
    what: str
    customer: str
    stage: str
    product: str
    expected_on: str
    owner: str
    hears: bool
    page: str


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the deal; None when it, or its customer, is not there any more."""
    deal = await deals.find_deal(tx, int(asked.params.get("opportunity") or 0))
    lead = await leads.find_lead(tx, deal.lead_id) if deal is not None else None
    row = await deal_groups.of_deal(tx, deal.id or 0) if deal is not None else None
    if deal is None or lead is None or row is None:
        return None
    parts = (address_of(lead.name, lead.title), industry_of(lead.company), said(lead.city, reveal=False))
    page = f"{ctx.public_url.rstrip('/')}/app/leads/{lead.no}" if ctx.public_url else ""
    return View(
        deal.no, str(asked.params.get("what") or ""), " · ".join(part for part in parts if part), deal.stage,
        said(deal.product, reveal=False), deal.expected_on, await name_of(tx, deal.owner_id) or "",
        row.platform == "dingtalk", page,
    )  # fmt: skip


def draw(view: View) -> Text:
    """A few lines."""
    if view.what in ENDS:
        return Text(ENDS[view.what].format(no=view.no))
    how = [view.product, f"阶段「{view.stage}」" if view.stage else ""]
    how += [f"预计 {view.expected_on} 成交" if view.expected_on else "", f"{view.owner}负责" if view.owner else ""]
    note = "@我 说「记:…」" if view.hears else f"私聊线索助手发「记 {view.no} …」"
    lines = [
        f"这是商机 {view.no} 的群。", view.customer, ",".join(part for part in how if part),
        f"说定了什么,{note},就记在这条线索上。",
        f"客户资料不发到群里:私聊线索助手发「商机 {view.no}」看卡片。", view.page,
    ]  # fmt: skip
    return Text("\n".join(line for line in lines if line))
