"""A dry run: what people would hear, by which way and when, if they set out now and did nothing; nothing is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import col

from config.journey import END, Journey
from config.rules import Rules
from nurture.journey import Way, ending, entered, hindrance, over
from nurture.permit import permit
from nurture.quiet import next_hour
from nurture.wording import step_text
from store import leads
from store.leads import OPEN_STAGES
from store.tables import Lead
from store.tx import Tx

LONGEST = timedelta(days=400)
MOST = 80  # steps of one lead
TRIES = 8


@dataclass(frozen=True)
class Stop:
    """One thing that would happen; `channel` of a message, `refused` why it would not go, `put_off` why no earlier."""

    at: datetime
    step: str
    text: str
    channel: str = ""
    refused: str = ""
    put_off: str = ""


@dataclass(frozen=True)
class Foreseen:
    """One lead's way. `cause`: a word of CAUSES or ENDINGS for whoever would not set out."""

    lead: Lead = field(repr=False)
    stops: tuple[Stop, ...] = ()
    cause: str = ""


async def list_travellers(tx: Tx, journey: Journey, *, limit: int = 20) -> Sequence[Lead]:
    """The newest leads that could set out, for a look at what they would get."""
    only, start = journey.only, journey.start
    conditions = [col(Lead.stage).in_(only.stage or (start.stage if start.kind == "stage" else ()) or OPEN_STAGES)]
    if not journey.owned:
        conditions.append(col(Lead.owner_id).is_(None))
    if only.source or start.source:
        conditions.append(col(Lead.source).in_(only.source or start.source))
    found: list[Lead] = []
    before: int | None = None
    while len(found) < limit:
        rows = await leads.list_leads(tx, *conditions, before=before, limit=200)
        found += [lead for lead in rows if not hindrance(journey, lead, "") and not ending(journey, lead)]
        if len(rows) < 200:
            break
        before = rows[-1].id
    return found[:limit]


async def foresee(
    tx: Tx, lead: Lead, name: str, journey: Journey, *, day: str = "", first: bool = False, rules: Rules, now: datetime
) -> Foreseen:
    """The way of one lead from now on, as far as it can be known: nobody opens anything, nobody claims it.

    `first`: only as far as its first message.
    """
    if cause := ending(journey, lead) or hindrance(journey, lead, ""):
        return Foreseen(lead, cause=cause)
    stops: list[Stop] = []
    at, step, sent_at = now, journey.names[0], None
    seed = f"{name}:{lead.id}:"
    for _ in range(MOST):
        if step == END or at > now + LONGEST:
            break
        one = journey.find(step)
        if one.kind == "send":
            stop = await _letter(tx, lead, journey, step, rules=rules, now=at)
            stops.append(stop)
            sent_at = None if stop.refused else stop.at
            if first:
                break
        elif one.kind in ("tell", "give", "set"):
            stops.append(Stop(at, step, step_text(one, rules=rules)))
        way = Way(seed, day or f"{now.astimezone(rules.zone):%Y-%m-%d}", sent_at)
        onward = entered(journey, step, lead, way, zone=rules.zone, now=at)
        if isinstance(onward, datetime):
            at, step = onward, over(journey, step)
        else:
            step = onward
    return Foreseen(lead, tuple(stops))


async def _letter(tx: Tx, lead: Lead, journey: Journey, name: str, *, rules: Rules, now: datetime) -> Stop:
    step = journey.find(name)
    topic = rules.nurture.topic_called(step.topic) or step.topic
    refused = ""
    for channel in step.send:
        at, put_off = now, ""
        for _ in range(TRIES):
            asked = await permit(tx, lead.id or 0, channel=channel, topic=topic, rules=rules, now=at)
            if asked.allowed or asked.until is None:
                break
            at, put_off = asked.until, asked.code
        if asked.allowed:
            at = next_hour(channel, rules=rules, now=at)
            return Stop(at, name, step_text(step, rules=rules), channel, put_off=put_off)
        refused = refused or asked.why
    return Stop(now, name, step_text(step, rules=rules), refused=refused)
