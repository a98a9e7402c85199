"""What became of a piece of content: seen, answered, and what its receivers bought afterwards."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import col

from store import bulk
from store.deal import Opportunity
from store.links import Link
from store.tables import BehaviourRow, TimelineItem
from store.tx import Tx

LATELY = timedelta(days=90)  # whose messages are counted
ANSWERS_WITHIN = timedelta(days=7)  # an answer later than that is to something else
BUYS_WITHIN = timedelta(days=90)


@dataclass(frozen=True)
class Effect:
    """What became of a piece: messages with it, opened and clicked by people, machines apart; by whom it was sent.

    `replied`: messages that their customer answered within a week. `deals`: opportunities that were won within ninety
    days of a message with it to their lead, each once.
    """

    sent: int = 0
    opened: int = 0
    clicked: int = 0
    machines: int = 0
    leads: tuple[int, ...] = ()
    by: tuple[tuple[str, int], ...] = ()
    replied: int = 0
    deals: int = 0


async def effect_of(tx: Tx, name: str, *, since: datetime) -> Effect:
    """What became of a piece that went out since an instant."""
    rows: Sequence[Any] = await tx.rows(
        select(
            col(Link.kind), col(Link.message), col(Link.lead_id), col(Link.times), col(Link.machines), col(Link.by),
            col(Link.made_at),
        ).where(col(Link.corp) == tx.corp, col(Link.content) == name, col(Link.made_at) >= since)
    )  # fmt: skip
    messages = {row[1]: row for row in rows if row[0] == "message"}
    clicked = {row[1] for row in rows if row[0] != "message" and row[3]} & set(messages)
    opened = {key for key, row in messages.items() if row[3]} | clicked
    received: dict[int, list[datetime]] = {}
    for row in messages.values():
        insort(received.setdefault(row[2], []), row[6])
    by = Counter(row[5] for row in messages.values() if row[5])
    answers = await _answers(tx, received, since=since)
    return Effect(
        sent=len(messages), opened=len(opened), clicked=len(clicked), machines=sum(row[4] for row in rows),
        leads=tuple(sorted(received)), by=tuple(sorted(by.items(), key=lambda one: (-one[1], one[0]))),
        replied=sum(
            followed(at, answers.get(lead_id, ()), ANSWERS_WITHIN) for lead_id, ats in received.items() for at in ats
        ),
        deals=await _deals(tx, received, since=since),
    )  # fmt: skip


def followed(at: datetime, later: Sequence[datetime], within: timedelta) -> bool:
    """Whether one of these instants (in order) comes after this one, and soon enough."""
    place = bisect_left(later, at)
    return place < len(later) and later[place] <= at + within


async def _answers(tx: Tx, lead_ids: Iterable[int], *, since: datetime) -> Mapping[int, Sequence[datetime]]:
    """When customers wrote or answered, in order; what only stops our messages is no answer."""
    wrote: dict[int, set[datetime]] = {}
    stopped: dict[int, set[datetime]] = {}
    for some in bulk.in_slices(sorted(lead_ids)):
        told = select(col(TimelineItem.lead_id), col(TimelineItem.kind), col(TimelineItem.at)).where(
            col(TimelineItem.corp) == tx.corp, col(TimelineItem.lead_id).in_(some),
            col(TimelineItem.kind).in_(("wrote", "contact_stopped")), col(TimelineItem.at) >= since,
        )  # fmt: skip
        for lead_id, kind, at in await tx.rows(told):
            (wrote if kind == "wrote" else stopped).setdefault(lead_id, set()).add(at)
        booked = select(col(BehaviourRow.lead_id), col(BehaviourRow.at)).where(
            col(BehaviourRow.corp) == tx.corp, col(BehaviourRow.lead_id).in_(some), col(BehaviourRow.kind) == "reply",
            col(BehaviourRow.weight) > 0, col(BehaviourRow.at) >= since,
        )  # fmt: skip
        for lead_id, at in await tx.rows(booked):
            wrote.setdefault(lead_id, set()).add(at)
    return {lead_id: sorted(ats - stopped.get(lead_id, set())) for lead_id, ats in wrote.items()}


async def _deals(tx: Tx, received: Mapping[int, Sequence[datetime]], *, since: datetime) -> int:
    """How many opportunities were won while one of these messages to their lead was recent enough."""
    count = 0
    for some in bulk.in_slices(sorted(received)):
        won = select(col(Opportunity.lead_id), col(Opportunity.closed_at)).where(
            and_(
                col(Opportunity.corp) == tx.corp, col(Opportunity.lead_id).in_(some), col(Opportunity.result) == "won",
                col(Opportunity.closed_at) >= since,
            )
        )  # fmt: skip
        for lead_id, at in await tx.rows(won):
            count += any(sent <= at <= sent + BUYS_WITHIN for sent in received[lead_id])
    return count
