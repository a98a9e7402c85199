"""The one place that reads the clock; everywhere else time is given."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only grow, for timeouts and limits."""
    return time.monotonic()
