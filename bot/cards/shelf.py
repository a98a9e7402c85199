"""A file waits to be put into the content library: what it is about, then until when it may be sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card
from bot.context import Context
from bot.customer_actions import DropShelved, ShelveAbout, ShelveUntil
from store.talk import find_draft
from store.tx import Tx

SPANS = (("30 天", 30), ("90 天", 90), ("一年", 365), ("长期", 0))
MOST = 4  # topics that have a button


@dataclass(frozen=True)
class View:
    """What waits; `topic` once it was said, `topics` by name with their labels."""

    draft_id: int
    title: str
    name: str
    topics: Mapping[str, str]
    consent: frozenset[str]
    topic: str = ""


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read it; None once it was decided."""
    draft = await find_draft(tx, int(asked.params.get("draft", 0)), asked.who.id or "" if asked.who else "")
    if draft is None or draft.state != "open":
        return None
    topics = ctx.rules.nurture.topics
    return View(
        draft.id or 0, str(draft.content["title"]), str(draft.content["name"]),
        {name: one.label for name, one in topics.items()},
        frozenset(name for name, one in topics.items() if one.consent), str(asked.params.get("topic", "")),
    )  # fmt: skip


def draw(view: View) -> Card:
    """First the topics, then the spans."""
    drop = Button("不放了", DropShelved(view.draft_id), "danger")
    if not view.topic:
        shown = list(view.topics.items())[:MOST]
        agreed = "、".join(label for name, label in shown if name in view.consent)
        buttons = [Button(label[:10], ShelveAbout(view.draft_id, name)) for name, label in shown]
        text = f"它是关于什么的?{f'「{agreed}」只发给同意过的客户。' if agreed else ''}"
        return Card(
            title=f"把《{view.title}》放进素材库", subtitle=view.name, source="素材库", text=text,
            buttons=(*buttons, drop),
        )  # fmt: skip
    buttons = [Button(label, ShelveUntil(view.draft_id, view.topic, days)) for label, days in SPANS]
    return Card(
        title=f"《{view.title}》能发到什么时候?", subtitle=f"主题「{view.topics.get(view.topic, view.topic)}」",
        source="素材库", text="过了那天谁也发不出去,排着队的也停。选好就放进去。", buttons=(*buttons, drop),
    )  # fmt: skip
