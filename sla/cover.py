"""While somebody is away a colleague works on their leads, and gives them back when they return; nothing else moves."""

from collections.abc import Sequence
from datetime import datetime

from leads.facts import Fact
from sla.facts import CoverBegan, CoverEnded
from store import due, duty, leads, owned
from store.duty import Absence
from store.members import find_member, list_members
from store.queues import Due
from store.tables import Lead, Member
from store.tx import Tx

SLICE = 40  # leads in one transaction, so that nobody waits for a long one


async def plan(tx: Tx, absence: Absence, *, now: datetime) -> None:
    """Remember both ends of an absence: the leads change hands when it begins, and change back when it is over."""
    await _keep(tx, "cover_begin", absence, at=max(absence.since, now))
    await _keep(tx, "cover_end", absence, at=absence.until)


async def back(tx: Tx, absence: Absence, *, now: datetime) -> None:
    """The colleague is back before the time: their leads come back at once."""
    await _keep(tx, "cover_end", absence, at=now)


async def _keep(tx: Tx, kind: str, absence: Absence, *, at: datetime, after: int = 0) -> None:
    key = f"{kind}:{absence.id}:{at.isoformat()}:{after}"
    await due.keep(tx, kind=kind, key=key, at=at, payload={"absence": absence.id, "after": after})


async def who_covers(tx: Tx, absence: Absence, *, now: datetime) -> Member | None:
    """Whom the absent person named, else their team's manager, any manager, an administrator; nobody who is away."""
    member = await find_member(tx, absence.member_id)
    everyone = [m for m in await list_members(tx) if m.id != absence.member_id]
    gone = await duty.list_away(tx, now=now)
    here = [m for m in everyone if m.id not in gone]
    named = [m for m in here if m.id == absence.backup_id]
    managers = [m for m in here if m.role == "manager"]
    team = [m for m in managers if member is not None and m.team == member.team]
    admins = [m for m in here if m.role == "admin"]
    return next(iter((*named, *team, *managers, *admins)), None)


async def mind(tx: Tx, lead: Lead, *, now: datetime) -> Sequence[Fact]:
    """A lead has come to somebody who is away: it is covered like their others."""
    absence = await duty.away(tx, lead.owner_id or "", now=now)
    cover = await who_covers(tx, absence, now=now) if absence is not None else None
    if absence is None or cover is None:
        return ()
    await leads.change(tx, lead.id or 0, cover_id=cover.id)
    return [_began(lead, absence, cover, now)]


async def begin(tx: Tx, row: Due, *, now: datetime) -> tuple[list[Fact], Absence, Member] | None:
    """The absence begins: the next slice of the leads goes to whoever covers; None when it is over, or nobody can.

    Who has covered so far, until the absent colleague named another, does so no longer.
    """
    absence = await duty.find_absence(tx, int(row.payload["absence"]))
    if absence is None or absence.ended_at is not None or absence.until <= now:
        return None
    cover = await who_covers(tx, absence, now=now)
    if cover is None:
        return None
    after = int(row.payload["after"])
    found = await owned.list_owned_after(tx, absence.member_id, after, but_by=cover.id, limit=SLICE)
    for lead in found:
        await leads.change(tx, lead.id or 0, cover_id=cover.id)
    if len(found) == SLICE:
        await _keep(tx, "cover_begin", absence, at=now, after=found[-1].id or 0)
    return [_began(lead, absence, cover, now) for lead in found], absence, cover


async def end(tx: Tx, row: Due, *, now: datetime) -> tuple[list[Fact], Absence]:
    """The absence is over: the next slice of the leads that are covered comes back."""
    absence = await duty.find_absence(tx, int(row.payload["absence"]))
    if absence is None:
        raise LookupError(f"no absence {row.payload['absence']}")
    if await duty.away(tx, absence.member_id, now=now) is not None:
        return [], absence  # prolonged meanwhile: its own end gives them back
    found = await owned.list_owned_after(tx, absence.member_id, int(row.payload["after"]), covered=True, limit=SLICE)
    facts: list[Fact] = []
    for lead in found:
        await leads.change(tx, lead.id or 0, cover_id=None)
        facts.append(CoverEnded(lead_id=lead.id or 0, at=now, from_id=lead.cover_id or "", to_id=absence.member_id))
    if len(found) == SLICE:
        await _keep(tx, "cover_end", absence, at=now, after=found[-1].id or 0)
    return facts, absence


def _began(lead: Lead, absence: Absence, cover: Member, now: datetime) -> CoverBegan:
    return CoverBegan(lead_id=lead.id or 0, at=now, from_id=absence.member_id, to_id=cover.id, until=absence.until)
