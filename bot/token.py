"""A platform's access token: asked for once however many need it, and never asked for in a loop.

WeCom bans the calling address for an hour after repeated wrong secrets (developer page 90313), and both platforms say
that a token must be kept for its two hours (WeCom page 91039, DingTalk's page on accessToken).
"""

import asyncio
from collections.abc import Awaitable, Callable

EARLY = 300.0  # seconds before its end at which a token counts as old
AGAIN = 5.0  # seconds between two requests for a token
BLOCKED = 60.0  # seconds to wait after a refused secret; doubles up to an hour
LONGEST_BLOCK = 3600.0


class Token:
    """`fetch` asks the platform and returns (token, seconds it lives).

    `hopeless` says of an error that asking again soon is useless; `busy` makes the error of one who asks too soon.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[tuple[str, float]]],
        *,
        monotonic: Callable[[], float],
        hopeless: Callable[[Exception], bool],
        busy: Callable[[], Exception],
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._hopeless = hopeless
        self._busy = busy
        self._value = ""
        self._until = 0.0
        self._asked_at = float("-inf")
        self._refused: Exception | None = None
        self._refusals = 0
        self._failure: Exception | None = None
        self.failures = 0
        self._lock = asyncio.Lock()

    @property
    def on_probation(self) -> bool:
        """Whether the last tokens were refused and none has been liked since."""
        return self._refusals > 0

    async def get(self, *, instead_of: str = "", failures: int | None = None) -> str:
        """A valid token; `instead_of` is one that the platform has just called invalid. Raises what `fetch` raises.

        Whoever waits while the platform is asked shares the answer, also when it is a failure; `failures` is their
        number when one began to wait.
        """
        failures = self.failures if failures is None else failures
        async with self._lock:
            now = self._monotonic()
            if self._value and self._value != instead_of and now < self._until:
                return self._value
            if self._refused is not None and now < self._asked_at + self._pause():
                raise self._refused.with_traceback(None)
            if self._failure is not None and self.failures != failures:
                raise self._failure.with_traceback(None)
            if instead_of and now < self._asked_at + AGAIN:
                raise self._busy()
            self._asked_at = now
            try:
                self._value, lives = await self._fetch()
            except Exception as error:
                self._failure, self.failures = error, self.failures + 1
                if self._hopeless(error):
                    self._refused, self._refusals = error, self._refusals + 1
                raise
            self._refused = None
            self._until = now + max(lives - EARLY, 0.0)
            return self._value

    def refuse(self, token: str, alarm: Exception) -> None:
        """A fresh token was called invalid: the next is asked for after a minute, then after longer and longer pauses.

        Until then `alarm` is what everybody hears: only an administrator can find out why.
        """
        if token == self._value:
            self._value, self._refused, self._refusals = "", alarm, self._refusals + 1
            self._asked_at = self._monotonic()

    def accept(self) -> None:
        """A call with the token was answered: earlier refusals are forgotten."""
        self._refusals = 0

    def _pause(self) -> float:
        return min(BLOCKED * 2.0 ** (self._refusals - 1), LONGEST_BLOCK)
