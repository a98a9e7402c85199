"""A task of 群发 that a colleague has to confirm in WeCom, and how 群发 went lately."""

from dataclasses import dataclass
from datetime import timedelta

from bot.cards.asked import Asked
from bot.cards.card import Card, Field, Text
from bot.context import Context
from store import handed
from store.handed import MassTask
from store.members import name_of
from store.tx import Tx

LATELY = timedelta(days=30)


async def look(tx: Tx, asked: Asked, ctx: Context) -> MassTask | None:
    """The task; None when it is for somebody else."""
    task = await handed.find_task(tx, int(asked.params.get("task", 0)))
    return task if task is not None and asked.who is not None and asked.who.id == task.member_id else None


def draw(task: MassTask) -> Card:
    """What to do where."""
    return Card(
        title=f"有一条群发等你确认,{task.customers} 位客户",
        subtitle="企业微信里点一下「发送」,客户才会收到",
        source="企业群发",
        urgency="todo",
        text="打开企业微信「工作台 → 客户联系 → 群发助手」,看过内容,点「发送」。觉得不合适可以不发。",
        quote_title="要发的话",
        quote=task.text[:200] + ("…" if len(task.text) > 200 else ""),
        fields=(Field("客户", f"{task.customers} 位"),),
    )


@dataclass(frozen=True)
class Rates:
    """(colleague, tasks, confirmed, customers) of the last month, and how the messages ended."""

    rates: tuple[tuple[str, int, int, int], ...]
    ends: dict[tuple[str, str], int]


async def look_rates(tx: Tx, asked: Asked, ctx: Context) -> Rates:
    """Read them."""
    since = ctx.now - LATELY
    rates = [(await name_of(tx, one[0]), *one[1:]) for one in await handed.confirm_rates(tx, since=since)]
    return Rates(tuple(rates), await handed.count_ends(tx, since=since))


def draw_rates(view: Rates) -> Card | Text:
    """Who confirms, and what reached whom."""
    if not view.rates and not view.ends:
        return Text("最近 30 天没有群发,也没有要同事亲自发的消息。")
    lines = []
    for name, tasks, confirmed, customers in view.rates:
        lines.append(f"{name}:{tasks} 次,确认了 {confirmed} 次({confirmed * 100 // tasks}%),{customers} 位客户")
    for channel, label in (("mass", "群发"), ("hand", "亲自发")):
        told = {state: count for (of, state), count in view.ends.items() if of == channel}
        if told:
            waiting = told.get("waiting", 0) + told.get("asked", 0)
            lines.append(
                f"{label}:发出 {told.get('sent', 0)} 条,等着 {waiting} 条,没发 {told.get('skipped', 0)} 条,"
                f"送不到 {told.get('refused', 0)} 条"
            )
    return Card(title="群发和亲自发(最近 30 天)", source="企业群发", text="\n".join(lines))
