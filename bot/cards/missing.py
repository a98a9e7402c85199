"""One question after a call, three buttons: what is still missing and would tell most."""

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card
from bot.context import Context
from bot.lead_actions import Fill
from leads.missing import QUESTIONS, Question
from leads.rights import can_act
from store import leads
from store.tables import Lead
from store.tx import Tx


async def look(tx: Tx, asked: Asked, ctx: Context) -> tuple[Lead, Question] | None:
    """Read the lead; None when it is not the reader's any more."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    question = QUESTIONS.get(str(asked.params.get("field", "")))
    if lead is None or question is None or asked.who is None or not await can_act(tx, lead, asked.who):
        return None
    return lead, question


def draw(view: tuple[Lead, Question]) -> Card:
    """The question and its three answers."""
    lead, question = view
    return Card(
        title=question.text,
        subtitle=title_of(lead),
        source="补一项",
        text="点一下就记好,不知道就不用管",
        buttons=tuple(
            Button(label, Fill(lead.id or 0, question.field, number))
            for number, (label, _) in enumerate(question.answers)
        ),
    )
