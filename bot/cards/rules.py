"""A new version of the rules is in force: what differs, and one tap back."""

from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, Text
from bot.context import Context
from bot.office_actions import RollBack
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """The announced version, the one before it, and the sentence with what differs."""

    version: int
    before: int
    text: str
    running: bool


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """What was announced; one tap back is offered while that version is the running one."""
    version, before = int(asked.params["version"]), int(asked.params["before"])
    return View(version, before, str(asked.params["text"]), version == ctx.rules.version)


def draw(view: View) -> Card | Text:
    """The announcement."""
    if not view.before or not view.running:
        return Text(view.text)
    head, _, differences = view.text.partition("\n")
    return Card(
        title=head.removesuffix("改动:").rstrip("。"),
        source="规则",
        text=differences,
        buttons=(Button(f"回退到第 {view.before} 版", RollBack(view.before, view.version)),),
    )
