"""What an organisation of the free edition may use in a month: calls of the API, and pushes with webhook posts.

Source: 标准版 5000 API calls and 3000 Webhook&Stream a month (DingTalk's announcement for 2025-11-19).
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


class Quota:
    """Counts per month; failed calls are not counted."""

    def __init__(self, now: Callable[[], float], *, api: int = 5000, pushes: int = 3000) -> None:
        self.api_limit = api
        self.push_limit = pushes
        self._now = now
        self._used: Counter[tuple[str, str]] = Counter()

    def day(self) -> str:
        """The day in China, such as 2026-03-18."""
        return datetime.fromtimestamp(self._now(), UTC).astimezone(SHANGHAI).date().isoformat()

    def month(self) -> str:
        """The month as DingTalk counts it, such as 2026-03."""
        return self.day()[:7]

    @property
    def api(self) -> int:
        """Calls of this month."""
        return self._used["api", self.month()]

    @property
    def pushes(self) -> int:
        """Pushes and webhook posts of this month."""
        return self._used["push", self.month()]

    def api_left(self) -> bool:
        """Whether one more call is allowed."""
        return self.api < self.api_limit

    def pushes_left(self) -> bool:
        """Whether one more push or webhook post is allowed."""
        return self.pushes < self.push_limit

    def count_api(self) -> None:
        """One call was answered."""
        self._used["api", self.month()] += 1

    def count_push(self) -> None:
        """One push or webhook post was made."""
        self._used["push", self.month()] += 1
