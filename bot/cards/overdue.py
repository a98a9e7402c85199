"""What is late, one at a time with its next steps: 改派, 催办, 顺延; the following ones stand below."""

from dataclasses import dataclass

from bot.cards.asked import Asked, lasting, moment, rating_of, title_of
from bot.cards.card import Button, Card, Field, Text
from bot.context import Context
from bot.duty import hours_of, on_duty
from bot.lead_actions import AskTransfer, More
from bot.promise_actions import AskPostpone, Nudge, ShowOverdue
from leads.rights import Who, can_act, can_see
from store import clocks, leads, timeline
from store.tables import Clock, Lead
from store.tx import Tx

MOST = 10  # that can be opened by their number
BELOW = 3  # of the following ones that stand on the card
NOTHING = "现在没有超时的线索,大家都跟上了。"


@dataclass(frozen=True)
class Late:
    """One broken promise that nobody has caught up on, as its line tells it."""

    lead: Lead
    clock: Clock
    owner: str
    over: str


@dataclass(frozen=True)
class View:
    """The one that is shown, those after it, how many there are; `acts`: the reader may do something about it."""

    shown: Late | None
    following: tuple[Late, ...]
    count: int
    last: str = ""
    acts: bool = False
    watched: str = ""


async def find_late(tx: Tx, who: Who, ctx: Context) -> list[Clock]:
    """The broken promises that this person may see and that got no more time, the oldest first, one of each lead."""
    found: dict[int, Clock] = {}
    for clock in await clocks.list_late(tx, now=ctx.now):
        lead = await leads.find_lead(tx, clock.lead_id) if clock.lead_id not in found else None
        if lead is not None and await can_see(tx, lead, who, rules=ctx.rules):
            found[clock.lead_id] = clock
    return list(found.values())


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read what is late for this reader, beginning with the lead that was asked for, or the next one."""
    if asked.who is None:
        return None
    late = await find_late(tx, asked.who, ctx)
    watched = "、".join(f"{one.team}组到 {one.until:%m-%d}" for one in ctx.rules.watching(ctx.today))
    if not late:
        return View(None, (), 0, watched=watched)
    after = int(asked.params.get("after", 0))
    first = next((n for n, clock in enumerate(late) if clock.lead_id == after), -1) + 1 if after else 0
    turned = [*late[first:], *late[:first]]
    shown, *following = [await read_late(tx, clock, ctx) for clock in turned[: BELOW + 1]]
    last = await timeline.last_followup(tx, shown.lead.id or 0)
    leads_it = shown.lead.owner_id is None or await can_act(tx, shown.lead, asked.who)
    return View(
        shown,
        tuple(following),
        len(late),
        moment(last.at, now=ctx.now, zone=ctx.rules.zone) if last else "还没有",
        asked.who.role in ("manager", "admin") and leads_it,
        watched,
    )


async def read_late(tx: Tx, clock: Clock, ctx: Context) -> Late:
    """One broken promise with whose it is and for how long it has been so."""
    lead = await leads.get_lead(tx, clock.lead_id)
    member = await on_duty(tx, lead)
    calendar = await hours_of(tx, lead, ctx)
    over = calendar.worked(clock.due_at, ctx.now).total_seconds()
    owner = member.name + ("(顶班)" if lead.cover_id else "") if member is not None else "还没人领"
    return Late(lead, clock, owner, lasting(over))


def draw(view: View) -> Card | Text:
    """The card of the first one; nothing late is a sentence."""
    watched = f"只观察、不响铃:{view.watched}" if view.watched else ""
    if view.shown is None:
        return Text("\n".join(part for part in (NOTHING, watched) if part))
    lead, clock = view.shown.lead, view.shown.clock
    lead_id, clock_id = lead.id or 0, clock.id or 0
    rows = [
        Field("时限", f"{clock.rule.get('label', clock.name)},已超 {view.shown.over}"),
        Field("负责", view.shown.owner),
        Field("上次跟进", view.last),
        *(Field(f"{number}.", f"{title_of(one.lead)} · {one.owner}") for number, one in enumerate(view.following, 2)),
    ]
    acts = (
        Button("催办", Nudge(lead_id, clock_id), "primary"),
        Button("改派" if lead.owner_id else "指派", AskTransfer(lead_id)),
        Button("顺延", AskPostpone(lead_id, clock_id)),
    )
    onward = (Button("下一条", ShowOverdue(lead_id)),) if view.count > 1 else ()
    return Card(
        title=f"超时 {view.count} 条,先看 {title_of(lead)}",
        subtitle=rating_of(lead),
        source="超时",
        text="\n".join(part for part in ("回复序号打开,例如 1" if view.count > 1 else "", watched) if part),
        fields=tuple(rows),
        buttons=(*(acts if view.acts else ()), Button("详情", More(lead_id)), *onward),
    )
