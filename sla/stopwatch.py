"""Where the hour went: from the customer's question to the first real contact, stretch by stretch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from config.worktime import WorkCalendar
from store.stopwatch import read_moments
from store.tx import Tx

# Whose each stretch is: its name, as people say it, and the moments between which it lies.
LEGS = (
    ("channel", "渠道送来", "asked", "captured"),
    ("us", "机器人分发", "captured", "offered"),
    ("platform", "平台送达", "offered", "delivered"),
    ("claim", "销售领取", "delivered", "taken"),
    ("contact", "首次联系", "taken", "contacted"),
)
ORDER = ("asked", "captured", "offered", "delivered", "taken", "contacted")
ZERO = timedelta(0)


@dataclass(frozen=True)
class Leg:
    """One stretch: from when to when (None: it is still running), by the clock and in working time."""

    name: str
    label: str
    since: datetime
    until: datetime | None
    wall: timedelta
    worked: timedelta


async def stopwatch_of(tx: Tx, lead_id: int, *, calendar: WorkCalendar, now: datetime) -> list[Leg]:
    """The stretches of one lead; the last one may still be running."""
    return legs((await read_moments(tx, [lead_id])).get(lead_id, {}), calendar=calendar, now=now)


def legs(moments: Mapping[str, datetime], *, calendar: WorkCalendar, now: datetime) -> list[Leg]:
    """The stretches between the moments that are known and in their order.

    A moment that came after a later one (claimed by a word before the card had arrived) parts nothing.
    """
    kept = {name: at for n, (name, at) in enumerate(_ordered(moments)) if not _too_late(moments, name, at)}
    found: list[Leg] = []
    for name, label, begin, end in LEGS:
        since = _last(kept, begin)
        if since is None or (begin == "asked" and "asked" not in kept):
            continue
        if end not in kept and any(later in kept for later in ORDER[ORDER.index(end) :]):
            continue  # nothing tells this stretch from the next one
        until = kept.get(end)
        last = until or now
        if until is None and found and found[-1].until is None:
            break
        found.append(Leg(name, label, since, until, max(last - since, ZERO), calendar.worked(since, max(last, since))))
    return found


def _ordered(moments: Mapping[str, datetime]) -> list[tuple[str, datetime]]:
    return [(name, moments[name]) for name in ORDER if name in moments]


def _too_late(moments: Mapping[str, datetime], name: str, at: datetime) -> bool:
    later = ORDER[ORDER.index(name) + 1 :]
    return name != "captured" and any(other in moments and moments[other] < at for other in later)


def _last(kept: Mapping[str, datetime], name: str) -> datetime | None:
    """The moment of this name, or the last known one before it."""
    for one in reversed(ORDER[: ORDER.index(name) + 1]):
        if one in kept:
            return kept[one]
    return None


async def medians(
    tx: Tx, lead_ids: Collection[int], *, calendar: WorkCalendar, now: datetime
) -> list[tuple[str, timedelta]]:
    """(stretch, the median of its working time) over the leads that have ended it, in the order of the way."""
    by_leg: dict[str, list[float]] = {}
    for moments in (await read_moments(tx, lead_ids)).values():
        for leg in legs(moments, calendar=calendar, now=now):
            if leg.until is not None:
                by_leg.setdefault(leg.label, []).append(leg.worked.total_seconds())
    return [(label, timedelta(seconds=median(by_leg[label]))) for _, label, _, _ in LEGS if label in by_leg]
