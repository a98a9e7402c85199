"""Messages to customers of which nobody knows whether they arrived: whoever answers for them decides, road by road."""

from dataclasses import dataclass
from datetime import timedelta

from bot.cards.asked import Asked
from bot.cards.card import Button, Card
from bot.context import Context
from bot.customer_actions import DecideUnsure
from leads.reach_facts import CHANNEL_LABELS
from store import roads
from store.tx import Tx

LATELY = timedelta(days=7)
MOST = 3  # roads with buttons


@dataclass(frozen=True)
class Unsure:
    """(road, how many) of those that may have arrived, and of those that have not."""

    unsure: tuple[tuple[str, int], ...]
    failed: tuple[tuple[str, int], ...]


async def is_unsure(tx: Tx, ctx: Context) -> bool:
    """Whether there is anything to show."""
    return bool(await roads.count_unsure(tx) or await roads.count_failed(tx, since=ctx.now - LATELY))


async def look(tx: Tx, asked: Asked, ctx: Context) -> Unsure:
    """Read how many there are."""
    failed = await roads.count_failed(tx, since=ctx.now - LATELY)
    return Unsure(tuple(await roads.count_unsure(tx)), tuple(failed))


def draw(view: Unsure) -> Card:
    """What it means to send them again, and what it means not to."""
    total = sum(count for _, count in view.unsure)
    lines = []
    if view.unsure:
        lines += [
            f"{_told(view.unsure)}:发出的那一刻断了线或机器人停了,不知道客户收到没有。",
            "再发一次,有的客户会收到两遍;不再发,有的客户可能一遍也没收到。",
        ]
    if view.failed:
        lines.append(f"最近 7 天没送到的:{_told(view.failed)},原因在各条线索的动态里。")
    buttons = []
    for road, _ in view.unsure[:MOST]:
        label = _label(road)
        buttons.append(Button(f"不再发{label}", DecideUnsure(road, 0), style="primary"))
        buttons.append(Button(f"再发{label}", DecideUnsure(road, 1)))
    title = f"给客户的消息:{total} 条不知道送没送到" if total else "给客户的消息"
    return Card(title=title, source="未送达", text="\n".join(lines), buttons=tuple(buttons))


def _told(counts: tuple[tuple[str, int], ...]) -> str:
    return "、".join(f"{_label(road)} {count} 条" for road, count in counts)


def _label(road: str) -> str:
    return {"mass": "群发", "hand": "亲自发"}.get(road, CHANNEL_LABELS.get(road, road))
