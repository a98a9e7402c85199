"""A rule said in a sentence waits for one tap; a new version is in force, with what differs and one tap back."""

from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, Text
from bot.context import Context
from bot.office_actions import DropRule, PublishRule, RollBack
from store.talk import find_draft
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


@dataclass(frozen=True)
class Question:
    """A change of the rules that waits for its publication; `may`: whether the reader can publish it."""

    draft_id: int
    says: str
    may: bool


async def look_draft(tx: Tx, asked: Asked, ctx: Context) -> Question | None:
    """Read what was said."""
    if asked.who is None:
        return None
    draft = await find_draft(tx, int(asked.params["sketch"]), asked.who.id or "")
    if draft is None:
        return None
    return Question(int(asked.params["sketch"]), str(draft.content["says"]), asked.who.role == "admin")


def draw_draft(view: Question) -> Card:
    """One tap publishes it."""
    publish = (Button("发布", PublishRule(view.draft_id), "primary"),) if view.may else ()
    who = "最近 30 天会怎样,算好马上发给你" + ("" if view.may else "。要生效,请管理员发同样的一句话来发布")
    return Card(
        title=view.says,
        subtitle="我是这样理解的,还没有生效",
        source="规则",
        text=who,
        buttons=(*publish, Button("丢弃", DropRule(view.draft_id))),
    )
