"""The promised minute has come: the last words, the number, and one tap to say how it went."""

from dataclasses import dataclass

from bot.cards.asked import Asked, budget_of, moment, phone_of, title_of, words_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.lead_actions import AskFollowUp, More, NoteCall
from leads.rights import can_act, works_on
from store import leads, timeline
from store.tables import Lead
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """What the card shows; `done` says why nothing is left to do."""

    lead: Lead
    reveal: bool
    promised: str
    last_words: str
    last_at: str
    done: str


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the lead with its last follow-up."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None:
        return None
    mine = works_on(lead, asked.who) and lead.stage in leads.OPEN_STAGES
    last = await timeline.last_followup(tx, lead.id or 0)
    rang = await timeline.list_last(tx, lead.id or 0, ("reminded",), limit=1)
    worked = bool(last and rang and last.id > rang[0].id)  # type: ignore[operator]
    reveal = mine and await can_act(tx, lead, asked.who)
    done = "已不在你手上" if not mine else ("已跟进" if worked else "")
    return View(
        lead=lead,
        reveal=reveal,
        promised=moment(lead.next_step_at, now=ctx.now, zone=ctx.rules.zone) if lead.next_step_at else "",
        last_words=words_of(last.text, reveal=reveal) if last and mine else "",
        last_at=moment(last.at, now=ctx.now, zone=ctx.rules.zone) if last else "",
        done=done,
    )


def draw(view: View) -> Card:
    """The card that rings."""
    lead_id, version = view.lead.id or 0, view.lead.version
    fields = (
        Field("电话", phone_of(view.lead, reveal=view.reveal)),
        Field("约定", view.promised),
        Field("预算", budget_of(view.lead)),
    )
    return Card(
        title=f"到点了:{title_of(view.lead)}",
        subtitle="你约好的下一步",
        urgency="todo",
        source="跟进提醒",
        quote_title=f"上次跟进 {view.last_at}" if view.last_words else "",
        quote=view.last_words,
        fields=tuple(field for field in fields if field.value),
        buttons=()
        if view.done
        else (
            Button("打通了", NoteCall(lead_id, version, "talked"), "primary"),
            Button("没人接", NoteCall(lead_id, version, "missed")),
            Button("记一笔", AskFollowUp(lead_id)),
            Button("详情", More(lead_id)),
        ),
        done=view.done,
    )
