"""How much a place may still get: a platform drops what is over its limit without a word, so we never are."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

MARGIN = 1  # messages left free in each window, for clocks that differ a little


@dataclass
class Spent:
    """One message to a place; while its call is under way it may arrive at any moment, so it counts as sent now."""

    at: datetime
    under_way: bool = False

    def ended(self, now: datetime) -> None:
        """Its call has ended: it has arrived by now, if it has."""
        self.at, self.under_way = now, False


class Limiter:
    """Sliding windows per place; it answers how long to wait and never sleeps itself."""

    def __init__(self, limits: Mapping[timedelta, int]) -> None:
        self._limits = dict(limits)
        self._longest = max(limits, default=timedelta(0))
        self._sent: defaultdict[str, deque[Spent]] = defaultdict(deque)

    def remember(self, sent: Iterable[tuple[str, datetime]]) -> None:
        """Start from what was sent before this process began."""
        for lane, at in sent:
            self._sent[lane].append(Spent(at))

    def know(self, lane: str, sent: Iterable[datetime]) -> None:
        """What a place was sent lately, whoever has sent it."""
        self._sent[lane] = deque(map(Spent, sent))

    def wait(self, lane: str, now: datetime) -> timedelta:
        """How long a further message to this place has to wait; zero when it may go now."""
        for one in self._sent[lane]:
            if one.at > now:  # the clock was set back since: it counts as sent now, which is the safe side
                one.at = now
        times = sorted(now if one.under_way else one.at for one in self._sent[lane])
        longest = timedelta(0)
        for span, most in self._limits.items():
            inside = [at for at in times if at > now - span]
            if len(inside) >= most - MARGIN:
                longest = max(longest, inside[-(most - MARGIN)] + span - now)
        return longest

    def spend(self, lane: str, now: datetime) -> Spent:
        """A message goes to this place now; tell it when its call has `ended`."""
        sent = self._sent[lane]
        while sent and not sent[0].under_way and sent[0].at <= now - self._longest:
            sent.popleft()
        sent.append(Spent(now, under_way=True))
        return sent[-1]
