"""Which card is drawn how: a card is a view of the present state, read and drawn at the moment it is sent."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.cards import (
    adoption,
    approval,
    attachment,
    batch,
    brief,
    clock,
    company,
    connectors,
    content,
    deal,
    deal_asked,
    deal_group,
    dispute,
    duplicates,
    exporting,
    extension,
    feedback,
    forecast,
    group,
    hand,
    inherit,
    journeys,
    lead,
    leaver,
    listing,
    mass,
    merge,
    missing,
    morning,
    numbers,
    overdue,
    own,
    paper,
    picture,
    plain,
    postpone,
    qr,
    question,
    quote,
    recheck,
    reminder,
    rules,
    shelf,
    sop,
    story,
    unsure,
    victory,
    wanted,
    weekly,
    why,
)
from bot.cards import help as help_card
from bot.cards.asked import Asked
from bot.cards.card import Card, Message
from bot.cards.practice import SIGN, marked
from bot.context import Context
from bot.deeper import with_page
from leads.rights import Who
from store.members import find_member
from store.queues import Outbox
from store.tx import Tx


@dataclass(frozen=True)
class Drawing:
    """How a card reads what it shows and how it is drawn. `living`: it hangs in the chat and is kept true.

    `anew`: where it cannot be changed any more, it is posted once again.
    """

    look: Callable[[Tx, Asked, Context], Awaitable[Any]]
    draw: Callable[[Any], Message]
    living: bool = False
    anew: bool = False


def _as_is(message: Message) -> Message:
    return message


DRAWINGS: dict[str, Drawing] = {
    "lead": Drawing(lead.look, lead.draw, living=True),
    "clock": Drawing(clock.look, clock.draw, living=True),
    "reminder": Drawing(reminder.look, reminder.draw, living=True),
    "group": Drawing(group.look, group.draw, living=True),
    "deal": Drawing(deal.look, deal.draw, living=True),
    "deal_group": Drawing(deal_group.look, deal_group.draw),
    "deals": Drawing(deal.look_list, deal.draw_list),
    "deal_wanted": Drawing(deal_asked.look, deal_asked.draw_wanted),
    "convert": Drawing(deal_asked.look_convert, deal_asked.draw_convert),
    "forecast": Drawing(forecast.look, forecast.draw),
    "company": Drawing(company.look, company.draw),
    "win": Drawing(deal_asked.look, deal_asked.draw_win),
    "lose": Drawing(deal_asked.look, deal_asked.draw_lose),
    "pool": Drawing(listing.look_pool, listing.draw_pool),
    "list": Drawing(listing.look, listing.draw),
    "story": Drawing(story.look, story.draw),
    "history": Drawing(story.look_history, story.draw_history),
    "duplicates": Drawing(duplicates.look, duplicates.draw),
    "draft": Drawing(question.look_draft, question.draw_draft),
    "ask": Drawing(question.look_ask, question.draw_ask),
    "when": Drawing(question.look_when, question.draw_when),
    "done": Drawing(question.look_done, question.draw_done),
    "missing": Drawing(missing.look, missing.draw),
    "own": Drawing(own.look, own.draw),
    "wanted": Drawing(wanted.look, wanted.draw),
    "dispute": Drawing(dispute.look, dispute.draw),
    "overdue": Drawing(overdue.look, overdue.draw),
    "extension": Drawing(extension.look, extension.draw),
    "postpone": Drawing(postpone.look, postpone.draw),
    "morning": Drawing(morning.look, morning.draw),
    "leaver": Drawing(leaver.look, leaver.draw),
    "drill": Drawing(leaver.look_drill, leaver.draw_drill),
    "inherit": Drawing(inherit.look, inherit.draw, living=True, anew=True),
    "heirs": Drawing(inherit.look_each, inherit.draw_each),
    "heirs_left": Drawing(inherit.look_rest, inherit.draw_rest),
    "brief": Drawing(brief.look, brief.draw),
    "picture": Drawing(picture.look, _as_is),
    "victory": Drawing(victory.look, victory.draw),
    "adoption": Drawing(adoption.look, adoption.draw),
    "baseline": Drawing(adoption.look_baseline, adoption.draw_baseline),
    "numbers": Drawing(numbers.look, numbers.draw),
    "weekly": Drawing(weekly.look, weekly.draw),
    "quote": Drawing(quote.look, quote.draw, living=True, anew=True),
    "paper": Drawing(paper.look, _as_is),
    "connectors": Drawing(connectors.look, connectors.draw),
    "approval": Drawing(approval.look, approval.draw, living=True),
    "refusal": Drawing(approval.look, approval.draw),
    "merge": Drawing(merge.look, merge.draw),
    "recheck": Drawing(recheck.look, recheck.draw),
    "export": Drawing(exporting.look, exporting.draw),
    "import": Drawing(batch.look, batch.draw),
    "returned": Drawing(batch.look_returned, _as_is),
    "content": Drawing(content.look, content.draw),
    "shelf": Drawing(shelf.look, shelf.draw),
    "content_file": Drawing(content.look_file, _as_is),
    "undelivered": Drawing(plain.look_undelivered, plain.draw_undelivered),
    "unsure": Drawing(unsure.look, unsure.draw),
    "journey": Drawing(journeys.look, _as_is),
    "journey_draft": Drawing(journeys.look_draft, journeys.draw_draft),
    "hand": Drawing(hand.look, hand.draw),
    "sop": Drawing(sop.look, sop.draw),
    "hand_text": Drawing(hand.look_text, _as_is),
    "attachments": Drawing(attachment.look, attachment.draw),
    "attachment": Drawing(attachment.look_file, _as_is),
    "attached": Drawing(attachment.look_kept, attachment.draw_kept),
    "help_asked": Drawing(help_card.look, help_card.draw),
    "feedback": Drawing(feedback.look_ask, feedback.draw_ask),
    "feedback_told": Drawing(feedback.look_told, feedback.draw_told),
    "quick": Drawing(hand.look_quick, hand.draw_quick),
    "mass": Drawing(mass.look, mass.draw),
    "mass_rates": Drawing(mass.look_rates, mass.draw_rates),
    "rules": Drawing(rules.look, rules.draw),
    "rule_draft": Drawing(rules.look_draft, rules.draw_draft),
    "note": Drawing(plain.look_note, _as_is),
    "why": Drawing(why.look, why.draw),
    "qr": Drawing(qr.look, _as_is),
    "stopwatch": Drawing(why.look_stopwatch, why.draw),
    "help": Drawing(plain.look_help, plain.draw_help),
}


def drawing_of(card: str) -> Drawing:
    """The drawing of a card's name; what stands behind a colon only tells one card of a lead from another."""
    return DRAWINGS[card.partition(":")[0]]


async def draw(tx: Tx, asked: Asked, ctx: Context) -> Message | None:
    """The card as it is now for this reader; None when there is nothing to show them (any more)."""
    drawing = drawing_of(asked.card)
    view = await drawing.look(tx, asked, ctx)
    return None if view is None else await with_page(tx, drawing.draw(view), asked, ctx)


def where(tx: Tx, row: Outbox, ctx: Context) -> tuple[Tx, Context]:
    """Where a message looks what it shows up: in the company, or in the room in which it was asked for."""
    return (tx.beside(row.room), ctx.practising()) if row.room else (tx, ctx)


async def draw_row(tx: Tx, ctx: Context, row: Outbox) -> Message | None:
    """What a row of the outbox asks for, as it is now; what comes from a room says so."""
    member = await find_member(tx, row.member_id) if row.member_id else None
    asked = Asked(row.card, Who.of(member) if member else None, row.lead_id, row.params, row.purpose == "refresh")
    message = await draw(tx, asked, ctx)
    return marked(message) if message is not None and row.room else message


async def answered(tx: Tx, ctx: Context, row: Outbox) -> Card:
    """A question's card after its answer: what was asked stays readable, the buttons are gone."""
    card = Card(title=str(row.params.get("about") or (f"L{row.lead_id}" if row.lead_id else "线索助手")))
    name = next((name for name in ("draft", "import", "dispute") if name in row.params), None)
    if name is not None:
        member = await find_member(tx, row.member_id) if row.member_id else None
        param = "batch" if name == "import" else name
        asked = Asked(name, Who.of(member) if member else None, None, {param: row.params[name]})
        drawn = await draw(tx, asked, ctx)
        card = drawn if isinstance(drawn, Card) else card
    title = f"{SIGN}{card.title}" if row.room else card.title
    return replace(card, title=title, subtitle="", buttons=(), done=str(row.params["done"]))


def fingerprint(message: Message) -> bytes:
    """What a card shows, as 16 bytes: equal cards need no update."""
    return hashlib.sha256(repr(message).encode("utf-8", "surrogatepass")).digest()[:16]


def ref_of(row: Outbox) -> str:
    """Our name of a message, made of what every platform allows in one.

    WeCom never takes a name twice in the life of an app, not even from a store made anew: hence the random end.
    """
    return f"{row.card.replace(':', '-')}-{row.id}-{secrets.token_hex(4)}"
