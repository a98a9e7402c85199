"""Somebody wants no more messages: it holds from this commit on, for what is planned and what waits to be sent."""

from datetime import datetime

from config.rules import Rules
from leads.facts import Fact
from leads.reach_facts import ContactAllowed, ContactStopped
from store import reach
from store.leads import find_lead
from store.reach import ContactStop
from store.tx import Tx


async def stop(
    tx: Tx,
    lead_id: int,
    *,
    topic: str = "",
    channel: str = "",
    way: str,
    by: str | None = None,
    words: str = "",
    rules: Rules,
    now: datetime,
) -> tuple[Fact, ...]:
    """Note that a person wants no more of a topic ("" all) by a channel ("" every one); () when that is known.

    Consents that it withdraws end with it. What waits in the outbox is asked about as it goes, and stopped there.
    """
    lead = await find_lead(tx, lead_id)
    if lead is None or lead.id is None:
        return ()
    agreed = await reach.list_consents(tx, lead.id)
    since = max((one.at for one in agreed if one.topic == topic and topic), default=None)
    for known in await reach.list_stops(tx, lead.id):
        if known.way == "bounce" or known.topic not in ("", topic) or known.channel not in ("", channel):
            continue
        if since is None or known.at >= since:
            return ()
    await tx.add(
        ContactStop(
            corp=tx.corp, lead_id=lead.id, topic=topic, channel=channel, at=now, by=by, way=way, words=words[:500]
        )
    )  # fmt: skip
    await reach.withdraw(tx, lead.id, topic=topic, channel=channel, now=now)
    return (
        ContactStopped(
            lead_id=lead.id, at=now, by=by, topic=topic, label=_label(topic, rules), channel=channel, way=way,
            words=words[:500],
        ),
    )  # fmt: skip


async def allow(
    tx: Tx, lead_id: int, *, topic: str = "", channel: str = "", way: str, by: str | None, rules: Rules, now: datetime
) -> tuple[Fact, ...]:
    """Lift what was stopped about a topic ("" everything) by a channel ("" every one); () when nothing was.

    It is no consent: whoever must have agreed is asked for that besides.
    """
    lead = await find_lead(tx, lead_id)
    if lead is None or lead.id is None:
        return ()
    meant = [
        one
        for one in await reach.list_stops(tx, lead.id)
        if (not topic or one.topic == topic) and (not channel or one.channel == channel)
    ]
    await reach.lift_stops(tx, [one.id or 0 for one in meant], by=by, now=now)
    return tuple(
        ContactAllowed(
            lead_id=lead.id, at=now, by=by, topic=one.topic, label=_label(one.topic, rules), channel=one.channel,
            way=way, stopped_at=one.at,
        )
        for one in meant
    )  # fmt: skip


def _label(topic: str, rules: Rules) -> str:
    return rules.nurture.topics[topic].label if topic in rules.nurture.topics else topic
