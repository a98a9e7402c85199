"""What strangers send to a callback is counted, gets one and the same answer, and never fills the log."""

from collections.abc import Callable

import structlog
from aiohttp import web

from bot.metrics import Metrics

log = structlog.get_logger()

PAUSE = 1.0  # seconds between two lines in the log, whichever platform they are about


class Refusals:
    """The refusals of all callbacks."""

    def __init__(self, metrics: Metrics, monotonic: Callable[[], float]) -> None:
        self._metrics = metrics
        self._monotonic = monotonic
        self._told_at = float("-inf")

    def answer(self, platform: str, bad: Exception) -> web.Response:
        """The same for every reason; the reason itself is for our counters and our log."""
        reason = getattr(bad, "reason", type(bad).__name__)
        self._metrics.callback(platform=platform, outcome=f"refused: {reason}")
        now = self._monotonic()
        if now - self._told_at >= PAUSE:
            self._told_at = now
            log.warning("a callback was refused", platform=platform, reason=reason)
        return web.Response(status=403, text="forbidden")
