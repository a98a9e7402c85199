"""Who answers a channel code now, and when that changes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.way import ContactWay, Slot
from config.worktime import END_OF_DAY, Period, parse_period

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AHEAD = 8  # days: every slot of a week begins within them


@dataclass(frozen=True)
class Duty:
    """The members who answer; `vacant`: nobody whom the slots name is with the company any more."""

    members: tuple[str, ...]
    vacant: bool = False


def on_duty(way: ContactWay, *, active: Collection[str], away: Collection[str], zone: ZoneInfo, now: datetime) -> Duty:
    """Of the first slot that covers the moment whoever is there; else the backup; else anyone of the code.

    `active` are the ids of those who can be reached at all, `away` of those on leave.
    """
    here = [member for member in active if member not in away]
    local = now.astimezone(zone)
    vacant = not any(member in active for member in way.people)
    covering = [slot.members for slot in way.staff if _covers(slot, local)]
    for group in (*covering, way.backup, way.people):
        if there := tuple(member for member in dict.fromkeys(group) if member in here):
            return Duty(there, vacant)
    return Duty(tuple(member for member in (*way.people, *way.backup) if member in active), vacant)


def next_turn(way: ContactWay, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the next slot begins or ends; None for a code that the same people always answer."""
    first = now.astimezone(zone).date()
    found = []
    for offset in range(AHEAD):
        day = first + timedelta(days=offset)
        for slot in way.staff:
            if slot.days and len(slot.days) < len(WEEKDAYS):
                found.append(datetime.combine(day, time(0), zone))
            for start, end in map(parse_period, slot.hours):
                found += [datetime.combine(day, start, zone), datetime.combine(day, end, zone)]
    return min((at for at in found if at > now), default=None)


def _covers(slot: Slot, local: datetime) -> bool:
    if slot.days and WEEKDAYS[local.weekday()] not in slot.days:
        return False
    return not slot.hours or any(_inside(parse_period(text), local.time()) for text in slot.hours)


def _inside(period: Period, clock: time) -> bool:
    start, end = period
    return start <= clock and (end == END_OF_DAY or clock < end)
