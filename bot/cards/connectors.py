"""连接: each other system with its last success, what waits, what was given up and why, and trying again."""

from dataclasses import dataclass

from bot.cards.asked import Asked, moment
from bot.cards.card import Button, Card, Text
from bot.connected import prefix_of
from bot.context import Context
from bot.quote_actions import RetryConnector
from store import order as orders
from store import pulse
from store.tx import Tx

BUTTONS = 5


@dataclass(frozen=True)
class System:
    """How one system is doing; `last` and `heard` are instants as people read them, `why` its last complaint."""

    name: str
    label: str
    last: str
    heard: str
    waiting: int
    parked: int
    aside: int  # news of theirs that could not be read
    why: str = ""


@dataclass(frozen=True)
class View:
    """All systems; `may_retry`: the reader may have everything tried again."""

    systems: tuple[System, ...]
    may_retry: bool = False


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read how each declared system is doing."""
    if asked.who is None:
        return None
    return View(await systems_of(tx, ctx), asked.who.role in ("manager", "admin"))


async def systems_of(tx: Tx, ctx: Context) -> tuple[System, ...]:
    """Each declared system, in the order of the settings."""
    found = []
    for name, connector in ctx.connectors.items():
        out = await pulse.state_of(tx, prefix_of(name).rstrip(":"))
        inward = await pulse.state_of(tx, f"{prefix_of(name)}in")
        calls = await orders.count_calls(tx, name)
        parked = await orders.list_parked(tx, name, limit=1)
        last, heard = (
            moment(at, now=ctx.now, zone=ctx.rules.zone) if at is not None else "还没有"
            for at in (out.fetched_at, inward.fetched_at)
        )
        why = out.cause or (parked[0].error if parked else "")
        found.append(
            System(
                name, connector.label, last if connector.orders is not None else "", heard if connector.feeds else "",
                calls.get("new", 0), calls.get("parked", 0), await pulse.count_parked(tx, prefix_of(name)), why,
            )
        )  # fmt: skip
    return tuple(found)


def draw(view: View) -> Card | Text:
    """A line each, and a button for those with something to try again."""
    lines = [_line(one) for one in view.systems]
    ill = [one for one in view.systems if one.waiting or one.parked or one.aside]
    if not ill or not view.may_retry:
        return Text("\n".join(["连接:", *lines]))
    return Card(
        title="连接",
        subtitle=f"{len(ill)} 个有积压",
        source="连接",
        text="\n".join(lines),
        buttons=tuple(Button(f"重试 {one.label}"[:10], RetryConnector(one.name), "primary") for one in ill[:BUTTONS]),
    )


def _line(one: System) -> str:
    parts = [f"最近送到 {one.last}"] if one.last else []
    parts += [f"最近收到 {one.heard}"] if one.heard else []
    parts.append(f"积压 {one.waiting}")
    if one.parked:
        parts.append(f"🔴 待人工 {one.parked}")
    if one.aside:
        parts.append(f"放着没读懂 {one.aside}")
    return f"· {one.label}:{','.join(parts)}" + (f"({one.why})" if one.why else "")
