"""What every pretended chat tool has: chats in which messages hang, and the ways in which a message can go astray."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

M = TypeVar("M")


class DeadButton(AssertionError):
    """The client shows no such button (any more): nobody can press it."""


@dataclass(frozen=True)
class Delivery:
    """How the last attempt of a push ended; status 0: no answer."""

    status: int
    body: str
    attempts: int
    seconds: float


@dataclass
class Dropped:
    """Something that the platform did not show and did not tell: over a limit, a duplicate, unreadable."""

    user: str
    why: str
    body: dict[str, Any]


class Chats(Generic[M]):
    """All chats with the bot. `on_change(user)` is called whenever something in a member's chat changed.

    `make` builds a message from its id, user, instant and what else `put` was given.
    """

    def __init__(self, now: Callable[[], float], make: Callable[..., M]) -> None:
        self.now = now
        self.messages: defaultdict[str, list[M]] = defaultdict(list)
        self.dropped: list[Dropped] = []
        self.on_change: list[Callable[[str], None]] = []
        self._make = make
        self._count = 0

    def put(self, user: str, **values: Any) -> M:
        """Hang a message into a chat."""
        self._count += 1
        message = self._make(id=f"m{self._count}", user=user, at=self.now(), **values)
        self.messages[user].append(message)
        self.changed(user)
        return message

    def changed(self, user: str) -> None:
        """Tell the listeners."""
        for listener in self.on_change:
            listener(user)
