"""An address at which nobody is reached any more is not written to again, until there is another one."""

from datetime import datetime

from leads.facts import Fact
from leads.reach_facts import ContactStopped
from leads.understand.phone import normal_phone
from store import reach
from store.leads import find_lead
from store.reach import ContactStop
from store.sealed import Keys
from store.tables import Lead
from store.tx import Tx

BOUNCE = "bounce"


async def note_dead(tx: Tx, lead_id: int, *, channel: str, cause: str, now: datetime) -> tuple[Fact, ...]:
    """Note that a lead's present address of a channel is dead and why; () when that is known."""
    lead = await find_lead(tx, lead_id)
    if lead is None or lead.id is None:
        return ()
    kind, mark = _mark(lead, channel, tx.keys)
    for known in await reach.list_stops(tx, lead.id):
        if known.way == BOUNCE and known.channel == channel and known.hash == mark:
            return ()
    await tx.add(
        ContactStop(
            corp=tx.corp, lead_id=lead.id, kind=kind, hash=mark, channel=channel, at=now, way=BOUNCE, words=cause[:500]
        )
    )
    return (
        ContactStopped(lead_id=lead.id, at=now, by=None, topic="", label="", channel=channel, way=BOUNCE, words=cause),
    )


def is_about(stop: ContactStop, lead: Lead, keys: Keys) -> bool:
    """Whether a stop concerns a lead as it is now: an address that has gone says nothing about the one in its place."""
    return stop.way != BOUNCE or stop.hash is None or stop.hash == _mark(lead, stop.channel, keys)[1]


def _mark(lead: Lead, channel: str, keys: Keys) -> tuple[str, bytes | None]:
    """Which of a lead's addresses a channel uses, and its keyed hash."""
    if channel == "mail":
        return "email", keys.blind("email", lead.email.strip().lower())
    if channel == "sms":
        phone = normal_phone(lead.phone)
        return "phone", keys.blind("phone", phone.key if phone is not None else lead.phone)
    return "", None
