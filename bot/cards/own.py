"""The fields of a lead that the company added, each with its value and a button to change it."""

from dataclasses import dataclass

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Field, Text
from bot.context import Context
from bot.lead_actions import AskField
from leads.own import shown_own
from leads.rights import can_see, can_tend
from store import leads
from store.tables import Lead
from store.tx import Tx

SHOWN = 6


@dataclass(frozen=True)
class View:
    """Every own field: its key, its label, its value ("" while it is open)."""

    lead: Lead
    rows: tuple[tuple[str, str, str], ...]
    said: str
    may_change: bool


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the lead's fields as this reader may see them."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None or not await can_see(tx, lead, asked.who, rules=ctx.rules):
        return None
    may = await can_tend(tx, lead, asked.who)
    held = {key: text for key, _, text in shown_own(lead, reveal=may, rules=ctx.rules)}
    rows = tuple((key, field.label, held.get(key, "")) for key, field in ctx.rules.fields.items())
    return View(lead, rows, str(asked.params.get("said", "")), may)


def draw(view: View) -> Card | Text:
    """What is open comes first among the buttons; a lead without own fields says how to change the others."""
    no = view.lead.no
    if not view.rows:
        return Text(f"{view.said + '。' if view.said else ''}改资料可以发:字段 {no} 预算=50万 城市=杭州。")
    first = sorted(view.rows, key=lambda row: bool(row[2]))[:SHOWN]
    return Card(
        title=title_of(view.lead),
        subtitle=view.said or "点一项就能改",
        source="字段",
        text=f"也可以直接发:字段 {no} {first[0][1]}=…",
        fields=tuple(Field(label, text or "还没填") for _, label, text in view.rows[:SHOWN]),
        buttons=tuple(Button(f"改{label}", AskField(view.lead.id or 0, key)) for key, label, _ in first)
        if view.may_change
        else (),
    )
