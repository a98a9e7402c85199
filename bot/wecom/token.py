"""The access token: asked for once however many need it, and never asked for in a loop.

WeCom bans the calling address for an hour after repeated wrong secrets (developer page 90313), and says that a token
must be cached for its two hours (page 91039).
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.wecom.errors import NEVER_LIKED, WeComError

EARLY = 300.0  # seconds before its end at which a token counts as old
AGAIN = 5.0  # seconds between two requests for a token
BLOCKED = 60.0  # seconds to wait after a refused secret; doubles up to an hour
LONGEST_BLOCK = 3600.0


class Token:
    """`fetch` asks WeCom and returns (token, seconds it lives); it raises WeComError."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[str, float]]], *, monotonic: Callable[[], float]) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._value = ""
        self._until = 0.0
        self._asked_at = float("-inf")
        self._refused: WeComError | None = None
        self._refusals = 0
        self._failure: Exception | None = None
        self.failures = 0
        self._lock = asyncio.Lock()

    @property
    def on_probation(self) -> bool:
        """Whether the last tokens were refused and none has been liked since."""
        return self._refusals > 0

    async def get(self, *, instead_of: str = "", failures: int | None = None) -> str:
        """A valid token; `instead_of` is one that WeCom has just called invalid. Raises WeComError.

        Whoever waits while WeCom is asked shares the answer, also when it is a failure; `failures` is their number
        when one began to wait.
        """
        failures = self.failures if failures is None else failures
        async with self._lock:
            now = self._monotonic()
            if self._value and self._value != instead_of and now < self._until:
                return self._value
            if self._refused is not None and now < self._asked_at + self._pause():
                raise WeComError(self._refused.code, self._refused.endpoint, self._refused.meaning)
            if self._failure is not None and self.failures != failures:
                raise self._failure.with_traceback(None)
            if instead_of and now < self._asked_at + AGAIN:
                raise WeComError(-1, "gettoken")
            self._asked_at = now
            try:
                self._value, lives = await self._fetch()
            except Exception as error:
                self._failure, self.failures = error, self.failures + 1
                if isinstance(error, WeComError) and error.meaning.decision in ("alarm", "limit"):
                    self._refused, self._refusals = error, self._refusals + 1
                raise
            self._refused = None
            self._until = now + max(lives - EARLY, 0.0)
            return self._value

    def refuse(self, token: str, error: WeComError) -> WeComError:
        """A fresh token was called invalid: the next is asked for after a minute, then after longer and longer pauses.

        Returns the alarm to raise: only an administrator can find out why.
        """
        alarm = WeComError(error.code, error.endpoint, NEVER_LIKED)
        if token == self._value:
            self._value, self._refused, self._refusals = "", alarm, self._refusals + 1
            self._asked_at = self._monotonic()
        return alarm

    def accept(self) -> None:
        """A call with the token was answered: earlier refusals are forgotten."""
        self._refusals = 0

    def _pause(self) -> float:
        return min(BLOCKED * 2.0 ** (self._refusals - 1), LONGEST_BLOCK)
