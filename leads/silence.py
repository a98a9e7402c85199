"""Is a source too quiet? What it usually does is learned from its own arrivals, counted in working time."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from config.worktime import WorkCalendar

LOOKED_AT = 61  # arrivals of a source that are looked at
ENOUGH = 8  # gaps from which something can be learned
RECENT = timedelta(days=28)
SHORTEST = timedelta(minutes=10)
TIMES = 3  # usual gaps of silence that are an alarm
USUAL = 0.9  # nine gaps in ten are not longer: a source whose leads come by chance gives few false alarms so


def usual_gap(arrivals: Sequence[datetime], *, calendar: WorkCalendar, now: datetime) -> timedelta | None:
    """The gap between two arrivals (newest first) that is seldom exceeded; None while too little is known.

    Nights and weekends count nothing: what came in one moment, or outside of working time, is one arrival.
    """
    recent = [at for at in arrivals[:LOOKED_AT] if now - at <= RECENT]
    gaps = [calendar.worked(before, after) for after, before in pairwise(recent)]
    gaps = sorted(gap for gap in gaps if gap)
    if len(gaps) < ENOUGH:
        return None
    return max(SHORTEST, gaps[math.ceil(USUAL * len(gaps)) - 1])


def too_quiet(last_at: datetime, gap: timedelta, *, calendar: WorkCalendar, now: datetime) -> timedelta | None:
    """For how much working time nothing has come, when that is three usual gaps or more; else None."""
    quiet = calendar.worked(last_at, now)
    return quiet if quiet >= TIMES * gap else None
