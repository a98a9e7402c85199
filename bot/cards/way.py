"""How a person found us: by which campaign, looking for what, on which page; whoever calls them may begin with that."""

from leads.mask import said
from store import campaigns, leads
from store.tables import Lead
from store.tx import Tx

WAY = ("活动", "关键词", "落地页")


async def way_of(tx: Tx, lead: Lead) -> tuple[tuple[str, str], ...]:
    """By which campaign, keyword and page the person came the last time that they asked."""
    marks, campaign_id = await leads.latest_marks(tx, lead.id or 0)
    campaign = await campaigns.find_campaign(tx, campaign_id) if campaign_id is not None else None
    told = {
        "活动": campaign.name if campaign is not None else marks.get("campaign", ""),
        "关键词": marks.get("term", ""),
        "落地页": _page_of(marks.get("landing", "")),
    }
    return tuple((name, said(value, reveal=False)) for name, value in told.items() if value)


def _page_of(address: str) -> str:
    """The part of an address that a rep knows the page by: /cameras/line-scan, or the site where it is the front."""
    host, _, path = address.partition("://")[2].partition("?")[0].partition("/")
    return f"/{path}" if path else host or address
