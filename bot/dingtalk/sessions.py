"""The addresses at which a fresh conversation can be answered: each message brings one that lives about 90 minutes."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from yarl import URL

MOST = 5000  # conversations that are remembered; the oldest go first
MARGIN = timedelta(seconds=60)  # an address about to end is not used any more


class Sessions:
    """sessionWebhook by conversation. Only addresses at DingTalk's own API hosts (`bases`) are ever used."""

    def __init__(self, bases: tuple[str, ...], now: Callable[[], datetime]) -> None:
        self._origins = {URL(base).origin() for base in bases}
        self._now = now
        self._found: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()

    def remember(self, message: Mapping[str, Any]) -> None:
        """Learn the address of a robot message: for a colleague's own chat, or for a visitor's conversation."""
        address, until = str(message.get("sessionWebhook") or ""), str(message.get("sessionWebhookExpiredTime") or "")
        if not until.isdecimal() or len(until) > 15 or not self._ours(address):
            return
        ends = datetime.fromtimestamp(int(until) / 1000, UTC)
        person, conversation = str(message.get("senderStaffId") or ""), str(message.get("conversationId") or "")
        self._put(("visitor", conversation), address, ends)
        if person and str(message.get("conversationType") or "") == "1":
            self._put(("member", person), address, ends)

    def find(self, kind: str, place: str) -> str | None:
        """The address that still answers this place, or None."""
        found = self._found.get((kind, place))
        if found is None or found[1] <= self._now() + MARGIN:
            return None
        return found[0]

    def forget(self, kind: str, place: str) -> None:
        """DingTalk says that it has ended."""
        self._found.pop((kind, place), None)

    def _put(self, key: tuple[str, str], address: str, ends: datetime) -> None:
        self._found[key] = (address, ends)
        self._found.move_to_end(key)
        while len(self._found) > MOST:
            self._found.popitem(last=False)

    def _ours(self, address: str) -> bool:
        try:
            return URL(address).origin() in self._origins
        except (ValueError, TypeError):
            return False
