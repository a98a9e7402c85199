"""Is anything left lying: a clock that nobody swept, an event that nobody handled, a message that nobody sent?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from store import due, inbox, messages
from store.db import Store

LATEST = timedelta(minutes=10)  # what must be done by then, or the server says that it is not well
STEADY = 60.0  # seconds for which it must have been so: a clock that was set, or a start with a backlog, is no alarm
WORDS = {
    "clock": "有时限或提醒到点很久还没处理",
    "event": "有收到的消息很久还没处理",
    "message": "有消息很久还没发出去",
}
CURE = "看日志里的 error;重启服务会接着做,不会丢也不会重复。"


@dataclass
class Watchdog:
    """Looks at the oldest piece of each kind of work; time that passes is counted by the clock that only counts."""

    store: Store
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    _since: dict[str, float] = field(default_factory=dict, init=False)

    async def oldest(self) -> dict[str, datetime | None]:
        """Since when the oldest of each waits although it could be done; None when there is none."""
        now = self.now()
        async with self.store.read() as tx:
            return {
                "clock": await due.oldest_due(tx, now=now),
                "event": await inbox.oldest_open(tx, now=now),
                "message": await messages.oldest_sendable(tx, now=now),
            }

    async def causes(self) -> list[dict[str, str]]:
        """What has been left lying for too long, each with its cure; empty when everything is in hand."""
        now, steady = self.now(), self.monotonic()
        found = []
        for what, since in (await self.oldest()).items():
            if since is None or now - since <= LATEST:
                self._since.pop(what, None)
                continue
            if steady - self._since.setdefault(what, steady) >= STEADY:
                minutes = int((now - since).total_seconds() // 60)
                found.append({"cause": what, "detail": f"{WORDS[what]}({minutes} 分钟)。{CURE}"})
        return found
