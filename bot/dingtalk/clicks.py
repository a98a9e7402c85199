"""Taps on a card that wait to be answered: the new card goes back in the answer, which saves a call of the quota."""

import asyncio
from collections import defaultdict
from typing import Any


class Click:
    """One tap. `card` becomes the changed card; `answered` whether DingTalk has got it."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.card: asyncio.Future[dict[str, Any]] = loop.create_future()
        self.answered: asyncio.Future[bool] = loop.create_future()

    def end(self, *, answered: bool) -> None:
        """The answer was written, or will never be."""
        if not self.answered.done():
            self.answered.set_result(answered)


class Clicks:
    """The taps that wait, by the card that was tapped."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, list[Click]] = defaultdict(list)

    def begin(self, card: str) -> Click:
        """Somebody has tapped this card."""
        click = Click()
        self._waiting[card].append(click)
        return click

    def give_up(self, card: str, click: Click) -> None:
        """The tap does not wait any longer."""
        if click in self._waiting[card]:
            self._waiting[card].remove(click)
        if not self._waiting[card]:
            del self._waiting[card]

    async def answer(self, card: str, changed: dict[str, Any]) -> bool:
        """Let a waiting tap of this card take the change with it; False when none did."""
        while waiting := self._waiting.get(card):
            click = waiting[0]
            self.give_up(card, click)
            if not click.card.done():
                click.card.set_result(changed)
                if await click.answered:
                    return True
        return False
