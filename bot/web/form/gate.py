"""Who posts too often: counted by address and by contact, in memory, so that a flood costs next to nothing."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST_KEYS = 20_000  # remembered at a time; beyond it the one that was quiet longest is forgotten


class Gate:
    """So many times within a span for each key."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most = most
        self._within = within
        self._times: OrderedDict[str, deque[tuple[datetime, str]]] = OrderedDict()

    def admits(self, key: str, what: str = "", *, now: datetime) -> bool:
        """Whether the key has some left; what is refused does not count, so that waiting helps.

        The same `what` again (a second click) is admitted and not counted.
        """
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and not timedelta(0) <= now - times[0][0] < self._within:
            times.popleft()
        if len(self._times) > MOST_KEYS:
            self._times.popitem(last=False)
        if what and any(what == one for _, one in times):
            return True
        if len(times) >= self._most:
            return False
        times.append((now, what))
        return True
