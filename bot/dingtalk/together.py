"""Equal words to several people are one call: DingTalk takes up to twenty at once and counts one."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

MOST = 20  # people of one batchSend (its parameter page; an error text speaks of 100)

Outcome = Any
Send = Callable[[Sequence[str], str, str], Coroutine[Any, Any, dict[str, Outcome]]]


class Together:
    """Gathers what is handed over in the same turn of the event loop; `send` tells each person's own outcome."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: defaultdict[tuple[str, str], list[tuple[str, asyncio.Future[Outcome]]]] = defaultdict(list)
        self._running: set[asyncio.Task[None]] = set()

    async def hand_over(self, person: str, key: str, param: str) -> Outcome:
        """Send to one person, together with whoever gets the same; returns or raises what became of theirs."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[Outcome] = loop.create_future()
        if not self._waiting[key, param]:
            loop.call_soon(self._go, key, param)
        self._waiting[key, param].append((person, mine))
        return await mine

    def _go(self, key: str, param: str) -> None:
        people = self._waiting.pop((key, param), [])
        for start in range(0, len(people), MOST):
            task = asyncio.create_task(self._call(people[start : start + MOST], key, param))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _call(self, people: list[tuple[str, "asyncio.Future[Outcome]"]], key: str, param: str) -> None:
        outcomes: dict[str, Outcome] = {}
        try:
            outcomes = await self._send([person for person, _ in people], key, param)
        except Exception as error:
            outcomes = {person: error for person, _ in people}
        for person, mine in people:
            if mine.done():
                continue
            outcome = outcomes.get(person)
            if isinstance(outcome, Exception):
                mine.set_exception(outcome)
            else:
                mine.set_result(outcome)
