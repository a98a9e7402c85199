"""A message in a member's chat, and what WeCom remembers about it: codes of cards, limits, duplicates."""

import hashlib
import secrets
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MINUTE, HOUR = (60.0, 30), (3600.0, 1000)  # message/send per member and app (page 90236)
CODE_LIVES = 72 * 3600.0  # a response_code works once within 72 hours (page 94888)


@dataclass
class Message:
    """A bubble, file or card in a chat. `card` is its present state, `first` as sent; `mine`: the member wrote it."""

    id: str
    user: str
    at: float
    kind: str
    text: str = ""
    content: bytes = b""  # of a file
    card: dict[str, Any] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    updated_at: float | None = None
    replaced: str = ""
    mine: bool = False
    msgid: str = ""
    recalled: bool = False

    @property
    def task_id(self) -> str:
        """The name that the bot gave the card."""
        return str(self.first.get("task_id") or "")

    def buttons(self) -> dict[str, str]:
        """text → key of the buttons that can be pressed now."""
        if self.replaced or self.card.get("replace_text"):
            return {}
        return {b["text"]: b["key"] for b in self.card.get("button_list", []) if "key" in b}


@dataclass
class Code:
    """A response_code: for which message copies it works, until when, and whether it was used."""

    messages: list[Message]
    until: float
    used: bool = False


class Memory:
    """What WeCom remembers about messages: codes for changing cards, names of cards, limits, bytes it has seen."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.codes: dict[str, Code] = {}
        self.tasks: set[str] = set()
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._seen: dict[bytes, float] = {}

    def within_limits(self, user: str) -> bool:
        """Whether the member may get one more message now; counts it when so."""
        times, now = self._recent[user], self.now()
        while times and times[0] <= now - HOUR[0]:
            times.popleft()
        if len(times) >= HOUR[1] or sum(at > now - MINUTE[0] for at in times) >= MINUTE[1]:
            return False
        times.append(now)
        return True

    def is_duplicate(self, body: bytes, interval: float) -> bool:
        """Whether the same bytes were sent within the interval; remembers them when not."""
        mark, now = hashlib.sha256(body).digest(), self.now()
        if self._seen.get(mark, -1e18) > now - interval:
            return True
        self._seen[mark] = now
        return False

    def code_for(self, messages: list[Message]) -> str:
        """A fresh response_code for these copies of a card."""
        code = "RC" + secrets.token_hex(12)
        self.codes[code] = Code(messages, self.now() + CODE_LIVES)
        return code
