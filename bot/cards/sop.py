"""今天要亲自发的: who gets which text, all ready; all at once, one by one, or not at all."""

from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, Text
from bot.context import Context
from bot.hand_actions import SopAll, SopOne
from bot.sop import of_journey
from leads.mask import said
from store import content, handed
from store.leads import find_lead
from store.tx import Tx

MOST = 8


@dataclass(frozen=True)
class Ready:
    """One customer with the text that lies ready."""

    no: str
    name: str
    what: str


@dataclass(frozen=True)
class View:
    """What waits for the reader's hand; `until` is the last one that the card knows."""

    until: int
    rows: tuple[Ready, ...]
    more: int = 0


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read what waits for this reader."""
    if asked.who is None or asked.who.id is None:
        return None
    until = int(asked.params.get("until", 0))
    waiting = [one for one in await handed.list_waiting(tx, asked.who.id) if of_journey(one) and (one.id or 0) <= until]
    rows = []
    for one in waiting[:MOST]:
        lead, piece = await find_lead(tx, one.lead_id), await content.find_piece(tx, one.content)
        name = said(lead.name, reveal=False) if lead is not None else ""
        rows.append(Ready(f"L{one.lead_id}", name, piece.title if piece is not None else one.content))
    return View(until, tuple(rows), len(waiting) - len(rows))


def draw(view: View) -> Card | Text:
    """The list."""
    if not view.rows:
        return Text("要你亲自发的都处理完了。")
    lines = [f"{number}. {one.no} {one.name}:{one.what}" for number, one in enumerate(view.rows, 1)]
    lines += [f"还有 {view.more} 位"] if view.more else []
    return Card(
        title=f"{len(view.rows) + view.more} 位客户等你亲自发",
        subtitle="文字都备好了",
        source="要你亲自发",
        urgency="todo",
        text="\n".join(lines),
        buttons=(
            Button("要全部文字", SopAll(view.until, "text"), "primary"),
            Button("都发了", SopAll(view.until, "sent")),
            Button("一条条看", SopOne(view.until)),
            Button("都跳过", SopAll(view.until, "skipped")),
        ),
    )
