"""A leaver's customers on their way to a colleague: how many went over, wait, refused, failed; then each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cards.asked import Asked, moment, title_of
from bot.cards.card import Button, Card, Field, Text
from bot.context import Context
from bot.office_actions import ShowHeirs
from sla.inherit import TAKES
from store import inherit, leads
from store.members import name_of
from store.tx import Tx

PAGE = 20  # customers of one message
GROUPS = (
    ("成功", ("done",)), ("等待", ("waiting", "asking", "wanted")), ("拒绝", ("refused",)), ("失败", ("failed",)),
)  # fmt: skip
FIRST = ("failed", "refused", "waiting", "asking", "wanted", "done")  # whom somebody must act on stand first


@dataclass(frozen=True)
class View:
    """From whom to whom, how many customers are in each state, until when the last wait, and what is in the way."""

    number: int
    giver: str
    taker: str
    counts: Mapping[str, int]
    until: str = ""
    error: str = ""
    reasons: tuple[str, ...] = ()


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Count a bequest; its number stands behind the card's name."""
    bequest = await inherit.find_bequest(tx, int(asked.card.partition(":")[2] or 0))
    if bequest is None or asked.who is None or asked.who.role not in ("manager", "admin"):
        return None
    number = bequest.id or 0
    since = await inherit.first_asked(tx, number)
    failed = await inherit.list_in(tx, number, "failed", limit=PAGE)
    return View(
        number,
        await name_of(tx, bequest.from_id),
        await name_of(tx, bequest.to_id),
        await inherit.count_in(tx, number),
        f"{(since + TAKES).astimezone(ctx.rules.zone):%m-%d %H:%M}" if since else "",
        bequest.error,
        tuple(dict.fromkeys(row.why for row in failed))[:2],
    )


def draw(view: View) -> Card:
    """Four counts, what is in the way, a button for each customer's own state."""
    total = sum(view.counts.values())
    rows = tuple(Field(label, f"{_of(view, states)} 位") for label, states in GROUPS)
    waits = f"没拒绝的自动转好,最早 {view.until}" if view.until else ""
    over = "都有结果了" if total and not _of(view, GROUPS[1][1]) else ""
    return Card(
        title=f"微信客户:{view.giver} → {view.taker},共 {total} 位",
        subtitle=view.error or over or waits or "正在一批一批地交给企业微信,每批 100 位",
        source="客户继承",
        text=";".join(view.reasons),
        fields=rows,
        buttons=(Button("每位客户", ShowHeirs(view.number), "primary"),),
    )


def _of(view: View, states: tuple[str, ...]) -> int:
    return sum(view.counts.get(state, 0) for state in states)


@dataclass(frozen=True)
class Each:
    """A page of customers, each with what became of them."""

    title: str
    rows: tuple[tuple[str, str], ...]


async def look_each(tx: Tx, asked: Asked, ctx: Context) -> Each | None:
    """Read a page of a bequest's customers, those first on whom somebody must act."""
    number, shown = int(asked.params.get("bequest", 0)), int(asked.params.get("shown", 0))
    bequest = await inherit.find_bequest(tx, number)
    if bequest is None or asked.who is None:
        return None
    found: list[inherit.Inheritance] = []
    for state in FIRST:
        if len(found) < shown + PAGE:
            found += await inherit.list_in(tx, number, state, limit=shown + PAGE - len(found))
    rows = []
    for row in found[shown : shown + PAGE]:
        lead = await leads.find_lead(tx, row.lead_id) if row.lead_id else None
        label = next(label for label, states in GROUPS if row.state in states)
        until = row.asked_at + TAKES if row.state == "waiting" and row.asked_at else None
        rest = f"(到 {moment(until, now=ctx.now, zone=ctx.rules.zone)})" if until else f":{row.why}" if row.why else ""
        rows.append((title_of(lead) if lead is not None else "没有线索的客户", label + rest))
    who = await name_of(tx, bequest.from_id)
    return Each(f"{who}的微信客户,第 {shown + 1} 到 {shown + len(rows)} 位", tuple(rows))


def draw_each(view: Each) -> Text:
    """One line a customer."""
    if not view.rows:
        return Text("没有更多客户了。")
    return Text("\n".join([view.title, *(f"· {name} {state}" for name, state in view.rows)]))


@dataclass(frozen=True)
class Rest:
    """How many customers come after a page, and where it ends."""

    number: int
    shown: int
    left: int


async def look_rest(tx: Tx, asked: Asked, ctx: Context) -> Rest | None:
    """Count who comes after the page."""
    number, shown = int(asked.params.get("bequest", 0)), int(asked.params.get("shown", 0))
    left = sum((await inherit.count_in(tx, number)).values()) - shown
    return Rest(number, shown, left) if left > 0 else None


def draw_rest(view: Rest) -> Card:
    """A button for the next page."""
    return Card(
        title=f"还有 {view.left} 位客户",
        source="客户继承",
        buttons=(Button("下一页", ShowHeirs(view.number, view.shown), "primary"),),
    )
