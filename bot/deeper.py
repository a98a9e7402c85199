"""Where more of what a card tells can be read: the page of ours, for whoever may see it there."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlencode

from bot.cards.asked import Asked
from bot.cards.card import Card, Link, Message, Text
from bot.context import Context
from leads.rights import can_see
from store.leads import find_lead
from store.tx import Tx

LEADERS = ("manager", "marketing", "admin")
OF_A_LEAD = frozenset(
    ("lead", "clock", "reminder", "deal", "quote", "approval", "brief", "dispute", "extension", "help_asked",
     "story", "history", "why")
)  # fmt: skip
BOARDS = {  # a report in chat → the board that shows the same numbers
    "day": "", "detail": "", "more": "", "funnel": "boards/funnel", "channel": "boards/sources",
    "attribution": "boards/sources", "received": "boards/sources", "ranking": "boards/team",
}  # fmt: skip
PLACES = {  # card → page, and what a tap on it promises
    "forecast": ("boards/pipeline", "打开预测"),
    "overdue": ("boards/sla", "打开时限"),
    "undelivered": ("messages", "打开未送达"),
    "pool": ("leads?scope=free", "打开线索池"),
}


async def with_page(tx: Tx, message: Message, asked: Asked, ctx: Context) -> Message:
    """The message with the way to its page; as it is where there is none, or nobody whom we know would go there."""
    if not isinstance(message, Card | Text) or not ctx.public_url or asked.who is None:
        return message
    link = await _link(tx, asked, ctx)
    return message if link is None else replace(message, link=link)


async def _link(tx: Tx, asked: Asked, ctx: Context) -> Link | None:
    """No address holds more than a number, days and a team: whoever reads it on the way learns nothing of a person."""
    card, base = asked.card.partition(":")[0], f"{ctx.public_url.rstrip('/')}/app/"
    if card in OF_A_LEAD and asked.lead_id:
        lead = await find_lead(tx, asked.lead_id)
        seen = lead is not None and asked.who is not None and await can_see(tx, lead, asked.who, rules=ctx.rules)
        return Link(f"打开 {lead.no}", f"{base}leads/{lead.no}") if lead is not None and seen else None
    if asked.who is None or asked.who.role not in LEADERS:
        return Link("打开线索池", f"{base}leads?scope=free") if card == "pool" else None
    if card == "numbers":
        told = asked.params
        days = {"from": told.get("first", ""), "to": told.get("last", ""), "team": told.get("team", "")}
        query = urlencode({name: value for name, value in days.items() if value})
        return Link("打开看板", f"{base}{BOARDS.get(str(told.get('report')), '')}?{query}")
    if card == "weekly":
        return Link("打开时限", f"{base}boards/sla?{urlencode(_week(asked))}")
    if card == "list" and asked.params.get("page"):
        return Link("打开全部", base + str(asked.params["page"]))
    place = PLACES.get(card)
    return Link(place[1], base + place[0]) if place is not None else None


def _week(asked: Asked) -> dict[str, str]:
    """The days of a week's card; the running week where none is named."""
    monday, team = str(asked.params.get("monday", "")), str(asked.params.get("team", ""))
    days = {"preset": "week"}
    if monday:
        days = {"from": monday, "to": str(date.fromisoformat(monday) + timedelta(days=6))}
    return {**days, **({"team": team} if team else {})}
