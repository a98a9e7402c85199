"""A colleague asks for help with a lead: what they want to know, and enough of the lead to answer."""

from dataclasses import dataclass

from bot.cards.asked import Asked, budget_of, stage_of, title_of, words_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.hand_actions import AnswerHelp
from store import helps, timeline
from store.helps import Help
from store.leads import find_lead
from store.members import name_of
from store.tables import Lead
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """The question and its lead; numbers stay with the owner."""

    row: Help
    lead: Lead
    by: str
    last_words: str


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read it; None once it is answered."""
    row = await helps.find(tx, int(asked.params.get("help", 0)))
    lead = await find_lead(tx, asked.lead_id or 0)
    if row is None or lead is None or asked.who is None or asked.who.id != row.to_id or row.answered_at is not None:
        return None
    last = await timeline.last_followup(tx, lead.id or 0)
    words = words_of(last.text, reveal=False) if last is not None else words_of(lead.need, reveal=False)
    return View(row, lead, await name_of(tx, row.by_id), words)


def draw(view: View) -> Card:
    """The question with one button."""
    about = {"阶段": stage_of(view.lead), "预算": budget_of(view.lead), "最近": view.last_words[:30]}
    return Card(
        title=f"{view.by}想请你帮忙:{title_of(view.lead)}",
        subtitle="答完之前,你看得到这条线索",
        source="同事求助",
        urgency="todo",
        quote_title=f"{view.by}问",
        quote=view.row.words[:300],
        fields=tuple(Field(name, value) for name, value in about.items() if value),
        buttons=(Button("回话", AnswerHelp(view.row.id or 0), "primary"),),
    )
