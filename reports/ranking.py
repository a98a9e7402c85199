"""Who answers quickly and keeps promises: good habits, never raw counts; whoever does not want to is in no list."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reports.numbers import Counted, figures, habits
from reports.period import Period
from store.access import delete_property, properties_beginning, set_property
from store.members import list_members
from store.numbers import Team
from store.tx import Tx


@dataclass(frozen=True)
class Place:
    """One member: median working minutes to the first contact, the share of promises that were kept."""

    member_id: str
    name: str
    minutes: float | None
    kept: float | None


def hidden_key(member_id: str) -> str:
    """Where it stands that a member is in no ranking."""
    return f"unranked:{member_id}"


async def hide(tx: Tx, member_id: str, *, hidden: bool) -> None:
    """Take a member out of the rankings, or put them back."""
    if hidden:
        await set_property(tx, hidden_key(member_id), "1")
    else:
        await delete_property(tx, hidden_key(member_id))


async def ranking(tx: Tx, period: Period, *, team: Team | None, zone: ZoneInfo) -> tuple[list[Place], int]:
    """(the members with a first contact or a settled promise, the quickest first; how many of them are hidden)."""
    places, hidden = [], 0
    people = {member.id: member for member in await list_members(tx)}
    apart = await properties_beginning(tx, hidden_key(""))
    for row in await habits(tx, period, team=team, zone=zone):
        told = figures(row)
        kept = share_kept(row)
        member = people.get(str(row.key))
        if member is None or (told["response_minutes"] is None and kept is None):
            continue
        if hidden_key(member.id) in apart:
            hidden += 1
            continue
        places.append(Place(member.id, member.name, told["response_minutes"], kept))
    slow = float("inf")
    return sorted(places, key=lambda p: (p.minutes if p.minutes is not None else slow, -(p.kept or 0), p.name)), hidden


def share_kept(row: Counted) -> float | None:
    """Of the promises that this member met in time or late, the share in time."""
    kept = row.promises[1] + row.first_contacts[1]
    total = sum(row.promises.values()) + sum(row.first_contacts.values())
    return kept / total if total else None
