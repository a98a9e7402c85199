"""A stored submission of a form becomes an event, as a platform's callback does."""

import json
from datetime import datetime, timedelta
from typing import Any

from bot.events import Event, FormSubmitted, PageSeen

PLATFORM = "form"
MOST_PAGES = 30
OLDEST_PAGE = timedelta(days=30)


class Forms:
    """Reads what bot/web/form/doors.py has stored."""

    def parse(self, body: bytes) -> Event:
        """The submission as an event."""
        told: dict[str, Any] = json.loads(body)
        at = datetime.fromisoformat(told["at"])
        return FormSubmitted(
            PLATFORM, "", at, form=told["form"], source=told["source"], key=told["key"], fields=told["fields"],
            came_from=told["from"], consent=told["consent"], pages=pages_of(told["pages"], at=at), probe=told["probe"],
            subscribed=told.get("subscribe") or {},
        )  # fmt: skip

    async def fetch(self, event: Event) -> Event:
        """Nothing is missing."""
        return event


def pages_of(text: str, *, at: datetime) -> tuple[PageSeen, ...]:
    """[[address, seconds ago], …] as the visitor's browser tells it, oldest first; what is no such thing is left out.

    Only spans are believed: the clock of a visitor's computer may be set to anything.
    """
    try:
        told = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return ()
    found = []
    for one in told[:MOST_PAGES] if isinstance(told, list) else []:
        if not isinstance(one, list) or len(one) != 2:
            continue
        address, ago = one
        if isinstance(address, str) and isinstance(ago, int | float) and 0 <= ago <= OLDEST_PAGE.total_seconds():
            found.append(PageSeen("".join(c for c in address if c.isprintable())[:200], at - timedelta(seconds=ago)))
    return tuple(sorted(found, key=lambda page: page.at))
