"""What would have become of a lead under other rules: when an MQL, who gets it, which promise is broken.

What customers and colleagues did is taken as it was; what rules did is worked out anew. A colleague who gets the lead
by other rules is taken to be as quick as the one who had it. Not known for the past, so not looked at: how many
leads somebody had in hand then, and who owned other leads of the company.
"""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sla.colleagues import Colleagues
from sla.living import Course, Living, What
from store.past import Life


@dataclass(order=True)
class _Event:
    at: datetime
    number: int
    one: Living = field(compare=False)
    what: What = field(compare=False)


def live(by: Colleagues, lives: Sequence[Life], until: datetime) -> list[Course]:
    """The courses of leads up to an instant, everything in order of time."""
    waiting: list[_Event] = []
    living = [Living(by, life) for life in lives]
    number = itertools.count()
    for one, life in zip(living, lives, strict=True):
        for at, what in one.begins(life):
            waiting.append(_Event(at, next(number), one, what))
    heapq.heapify(waiting)
    while waiting and waiting[0].at <= until:
        event = heapq.heappop(waiting)
        for at, what in event.one.take(event.at, event.what):
            heapq.heappush(waiting, _Event(at, next(number), event.one, what))
    return [one.course for one in living]
