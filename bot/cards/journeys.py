"""A journey as a picture in chat, and the question whether one that was said in a sentence shall start."""

import asyncio
from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, File
from bot.cards.journey_picture import png_of
from bot.cards.picture import find_font
from bot.context import Context
from bot.customer_actions import DropJourney, StartJourney
from bot.journeys.said import counted
from config.journey import Journey
from nurture.picture import svg
from store.talk import find_draft
from store.tx import Tx


async def look(tx: Tx, asked: Asked, ctx: Context) -> File | None:
    """The picture of a journey of the rules, with its counts, or of one that is only said so far."""
    draft_id = asked.params.get("draft")
    if draft_id is not None:
        draft = await find_draft(tx, int(draft_id), asked.who.id or "" if asked.who is not None else "")
        if draft is None:
            return None
        journey = Journey.model_validate(draft.content["plain"])
        return await _file(journey.label, svg(journey, rules=ctx.rules))
    name = str(asked.params.get("journey", ""))
    found = ctx.rules.journeys.get(name)
    if found is None:
        return None
    return await _file(found.label, svg(found, rules=ctx.rules, counts=await counted(tx, name, found)))


async def _file(label: str, drawn: str) -> File:
    """What a chat shows at once, drawn beside the loop; where this machine has no Chinese font, a file to open."""
    if find_font() is None:
        return File(f"{label}.svg", drawn.encode())
    return File(f"{label}.png", await asyncio.to_thread(png_of, drawn))


@dataclass(frozen=True)
class Question:
    """A journey that waits for its start."""

    draft_id: int
    label: str
    steps: int


async def look_draft(tx: Tx, asked: Asked, ctx: Context) -> Question | None:
    """Read what was said."""
    draft = await find_draft(tx, int(asked.params["sketch"]), asked.who.id or "" if asked.who is not None else "")
    if draft is None:
        return None
    return Question(int(asked.params["sketch"]), draft.content["plain"]["label"], len(draft.content["plain"]["steps"]))


def draw_draft(view: Question) -> Card:
    """One tap starts it."""
    return Card(
        title=f"旅程「{view.label}」",
        subtitle=f"{view.steps} 步,还没有启动",
        source="旅程",
        text="启动以后,从现在起符合条件的线索就会上路",
        buttons=(Button("启动", StartJourney(view.draft_id), "primary"), Button("丢弃", DropJourney(view.draft_id))),
    )
