"""One field is asked for: by buttons where there is something to choose from, otherwise by the next sentence."""

from dataclasses import dataclass

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Choice, Option
from bot.context import Context
from bot.lead_actions import Supply
from leads.lifecycle import MOVES, move_of
from leads.missing import QUESTIONS
from leads.rights import can_tend
from leads.wanted import Wanted, missing, wanted_of
from store import leads
from store.tables import Lead
from store.tx import Tx

BUTTONS, OPTIONS = 5, 10
EXAMPLES = {"number": "例如 300", "date": "例如 2026-05-20 或 下周三", "text": "", "select": "", "multi": ""}


@dataclass(frozen=True)
class View:
    """The field, the move that waits for it ("" for none) and how many fields that move still waits for."""

    lead: Lead
    wanted: Wanted
    move: str
    left: int


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read what is asked; None when the lead is not the reader's any more."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    wanted = wanted_of(str(asked.params.get("field", "")), rules=ctx.rules)
    move = str(asked.params.get("move", ""))
    if lead is None or wanted is None or asked.who is None or not await can_tend(tx, lead, asked.who):
        return None
    left = len(missing(lead, MOVES[move_of(move)].after, rules=ctx.rules)) if move else 0
    return View(lead, wanted, move, left)


def draw(view: View) -> Card:
    """The question."""
    wanted, lead_id = view.wanted, view.lead.id or 0
    waits = f"补上就{MOVES[move_of(view.move)].label},还差 {view.left} 项" if view.move else "改成什么?"
    said = _said(wanted)
    buttons: tuple[Button, ...] = ()
    choice = None
    if wanted.type == "select" and len(wanted.options) > BUTTONS:
        choice = Choice("value", wanted.label, tuple(Option(one, one) for one in wanted.options[:OPTIONS]))
        buttons = (Button("确定", Supply(lead_id, wanted.key, view.move), "primary"),)
    else:
        buttons = tuple(Button(one, Supply(lead_id, wanted.key, view.move, one)) for one in _offered(wanted))
    return Card(
        title=f"{wanted.label}:{title_of(view.lead)}", subtitle=waits, source="补一项", text=said, choice=choice,
        buttons=buttons,
    )  # fmt: skip


def _offered(wanted: Wanted) -> tuple[str, ...]:
    if wanted.key == "budget" and not wanted.own:
        return tuple(label for label, _ in QUESTIONS["budget"].answers)
    return wanted.options if wanted.type == "select" else ()


def _said(wanted: Wanted) -> str:
    if wanted.type == "multi":
        return f"可以选几个,直接回复,例如「{'、'.join(wanted.options[:2])}」。有:{'、'.join(wanted.options)}"
    if wanted.type == "select":
        return f"点一个,或者直接回复:{'、'.join(wanted.options)}"
    example = "例如 50万" if wanted.key == "budget" else EXAMPLES[wanted.type]
    return "直接回复就好" + (f",{example}" if example else "") + "。不想填就回复「算了」"
