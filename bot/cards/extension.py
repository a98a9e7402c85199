"""A colleague asks for more time: what for, until when, and the manager's 同意 or 不同意."""

from dataclasses import dataclass
from datetime import datetime

from bot.cards.asked import Asked, moment, rating_of, title_of, words_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.duty import hours_of
from bot.lead_actions import More
from bot.promise_actions import DecideExtension
from config.worktime import parse_span
from leads.extension import open_request
from leads.rights import can_act
from store import clocks, leads, timeline
from store.members import name_of
from store.tables import Lead
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """The request; `ended` says how it ended, "" while it is open."""

    lead: Lead
    clock_id: int
    label: str
    asker: str
    reason: str
    due: str
    until: str
    last: str
    ended: str


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the request and what it would mean; None when it is not this reader's to decide."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    clock = await clocks.find_clock(tx, int(asked.params["clock"]))
    if lead is None or clock is None or asked.who is None or not await can_act(tx, lead, asked.who):
        return None
    told = await timeline.list_last(tx, lead.id or 0, ("extension_requested",), limit=5)
    at = datetime.fromisoformat(str(asked.params["at"]))
    item = next((one for one in told if one.at == at), None)
    if item is None:
        return None
    still = await open_request(tx, clock)
    calendar = await hours_of(tx, lead, ctx)
    until = calendar.due(max(ctx.now, clock.due_at), parse_span(str(item.data["span"])))
    last = await timeline.last_followup(tx, lead.id or 0)
    return View(
        lead=lead,
        clock_id=clock.id or 0,
        label=str(clock.rule.get("label", clock.name)),
        asker=await name_of(tx, item.by),
        reason=words_of(item.text, reveal=False),
        due=moment(clock.due_at, now=ctx.now, zone=ctx.rules.zone),
        until=moment(until, now=ctx.now, zone=ctx.rules.zone),
        last=words_of(last.text, reveal=False, most=30) if last is not None else "还没有跟进",
        ended="" if still is not None else "已处理",
    )


def draw(view: View) -> Card:
    """The request and two buttons."""
    lead_id = view.lead.id or 0
    return Card(
        title=f"{view.asker}申请延期:{title_of(view.lead)}",
        subtitle=rating_of(view.lead),
        source="申请延期",
        quote_title="原因",
        quote=view.reason,
        fields=(
            Field("时限", view.label), Field("原来到", view.due), Field("想延到", view.until),
            Field("上次跟进", view.last),
        ),
        buttons=()
        if view.ended
        else (
            Button("同意", DecideExtension(lead_id, view.clock_id, 1), "primary"),
            Button("不同意", DecideExtension(lead_id, view.clock_id, 0)),
            Button("详情", More(lead_id)),
        ),
        done=view.ended,
    )  # fmt: skip
