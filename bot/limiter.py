"""How much a place may still get: a platform drops what is over its limit without a word, so we never are."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

MARGIN = 1  # messages left free in each window, for clocks that differ a little


class Limiter:
    """Sliding windows per place; it answers how long to wait and never sleeps itself."""

    def __init__(self, limits: Mapping[timedelta, int]) -> None:
        self._limits = dict(limits)
        self._longest = max(limits, default=timedelta(0))
        self._sent: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def remember(self, sent: Iterable[tuple[str, datetime]]) -> None:
        """Start from what was sent before this process began; oldest first."""
        for lane, at in sent:
            self._sent[lane].append(at)

    def know(self, lane: str, sent: Iterable[datetime]) -> None:
        """What a place was sent lately, whoever has sent it; oldest first."""
        self._sent[lane] = deque(sent)

    def wait(self, lane: str, now: datetime) -> timedelta:
        """How long a further message to this place has to wait; zero when it may go now."""
        times = self._sent[lane]
        while times and times[0] <= now - self._longest:
            times.popleft()
        if times and times[-1] > now:  # the clock was set back since: count them as sent now, which is the safe side
            self._sent[lane] = times = deque(min(at, now) for at in times)
        longest = timedelta(0)
        for span, most in self._limits.items():
            inside = [at for at in times if at > now - span]
            if len(inside) >= most - MARGIN:
                longest = max(longest, inside[-(most - MARGIN)] + span - now)
        return longest

    def spend(self, lane: str, now: datetime) -> None:
        """A message goes to this place now."""
        self._sent[lane].append(now)
