"""More time for a promise: for how long, and why."""

from dataclasses import dataclass

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Choice, Option
from bot.context import Context
from bot.promise_actions import Postpone, RequestExtension
from store import clocks, leads
from store.tables import Lead
from store.tx import Tx

REASONS = ("客户出差或休假", "等客户内部评审", "资料还没备齐")
WISHES = (("1d", "延 1 天"), ("3d", "延 3 天"), ("5d", "延 5 天"))
SPANS = (("2h", "延 2 小时"), ("1d", "延 1 天"))


@dataclass(frozen=True)
class View:
    """Which promise of which lead."""

    lead: Lead
    clock_id: int
    label: str
    request: bool = False  # the owner asks the manager, instead of the manager deciding


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the promise."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    clock = await clocks.find_clock(tx, int(asked.params["clock"]))
    if lead is None or clock is None:
        return None
    return View(lead, clock.id or 0, str(clock.rule.get("label", clock.name)), bool(asked.params.get("request")))


def draw(view: View) -> Card:
    """A reason to choose and two lengths; in words any other."""
    lead_id = view.lead.id or 0
    if view.request:
        return Card(
            title=f"申请延期:{title_of(view.lead)}",
            subtitle=f"「{view.label}」要多久(上班时间)?主管同意才算",
            source="申请延期",
            text=f"也可以直接发:申请延期 {view.lead.no} 2天 你的原因",
            choice=Choice("reason", "原因", tuple(Option(one, one) for one in REASONS), REASONS[0]),
            buttons=tuple(
                Button(text, RequestExtension(lead_id, view.clock_id, span), "plain" if number else "primary")
                for number, (span, text) in enumerate(WISHES)
            ),
        )
    return Card(
        title=f"顺延:{title_of(view.lead)}",
        subtitle=f"「{view.label}」再给多久(上班时间)?超时的记录会留着",
        source="顺延",
        text=f"也可以直接发:顺延 {view.lead.no} 3天 你的原因",
        choice=Choice("reason", "原因", tuple(Option(one, one) for one in REASONS), REASONS[0]),
        buttons=tuple(
            Button(text, Postpone(lead_id, view.clock_id, span), "plain" if number else "primary")
            for number, (span, text) in enumerate(SPANS)
        ),
    )
