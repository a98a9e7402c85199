"""A customer shall hear from us: one message is put down, once, for the moment at which it may go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from config.nurture import CHANNELS
from config.rules import Rules
from nurture import planner
from nurture.permit import permit
from nurture.quiet import next_hour
from store import outbox
from store.leads import find_lead
from store.tx import Tx

CARD = "letter"
PURPOSE = "reach"
TRIES = 8  # of finding a moment that is neither quiet nor too much


@dataclass(frozen=True)
class Wanted:
    """It stands in the outbox. `new`: it did not before; `run_at`: when it goes at the earliest."""

    key: str
    run_at: datetime
    new: bool


@dataclass(frozen=True)
class Withheld:
    """It will not be sent, and why: a word for programs, a sentence for people."""

    code: str
    why: str


async def want(
    tx: Tx,
    lead_id: int,
    *,
    channel: str,
    content: str,
    topic: str,
    key: str,
    variables: Mapping[str, str] | None = None,
    by: str | None = None,
    not_before: datetime | None = None,
    rules: Rules,
    now: datetime,
) -> Wanted | Withheld:
    """Put one message to a customer into the outbox, unless they may not get it; the same `key` writes nothing new.

    `content` is a piece of the library by name, `topic` one of the rules by name or label, `variables` fill what the
    piece leaves open, `by` is the colleague in whose name it goes (they hear when it does not arrive). It is asked
    about once more as it goes.
    """
    if channel not in CHANNELS:
        raise ValueError(f"there is no channel {channel!r}; there are {', '.join(CHANNELS)}")
    known = await outbox.find_by_key(tx, key)
    if known is not None:
        return Wanted(key, known.run_at, new=False)
    topic = rules.nurture.topic_called(topic) or topic
    run_at = max(now, not_before or now)
    for _ in range(TRIES):
        asked = await permit(tx, lead_id, channel=channel, topic=topic, rules=rules, now=run_at)
        if asked.allowed:
            break
        if asked.until is None or asked.until <= run_at:
            return Withheld(asked.code, asked.why)
        run_at = asked.until
    run_at = next_hour(channel, rules=rules, now=run_at)
    run_at = await planner.place(tx, channel, run_at=run_at, rules=rules, now=now)
    lead = await find_lead(tx, lead_id)
    lead_id = lead.id or lead_id if lead is not None else lead_id
    new = await outbox.ask(
        tx, platform=channel, place=f"L{lead_id}", lane=lane_of(channel, lead_id), card=CARD, key=key, now=now,
        member_id=by, lead_id=lead_id, purpose=PURPOSE, run_at=run_at,
        params={
            "content": content, "topic": topic, "variables": dict(variables or {}),
            "day": run_at.astimezone(rules.zone).date().isoformat(),
        },
    )  # fmt: skip
    return Wanted(key, run_at, new=new)


def lane_of(channel: str, lead_id: int) -> str:
    """A customer's place on a channel, as the outbox names it."""
    return f"{channel}:customer:L{lead_id}"
