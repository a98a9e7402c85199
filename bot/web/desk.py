"""Where programs are served: the same verbs, the same reactions, the same transaction as a message in chat."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.context import Context
from bot.importer import Importer
from bot.namecard.reader import Reader
from bot.pipeline import Outcome, apply
from leads.facts import Fact
from store import crash
from store.db import Store
from store.tx import Tx

Verb = Callable[[Tx, Context], Awaitable[Outcome]]
Look = Callable[[Tx], Awaitable[None]]


@dataclass(frozen=True)
class Desk:
    """The store, the present context (rules, calendar, time), and one way to act."""

    store: Store
    context: Callable[[], Awaitable[Context]]
    now: Callable[[], datetime]
    importer: Importer
    reader: Reader = field(default_factory=Reader)
    through: Mapping[int, int] = field(default_factory=dict)  # lead -> the merged one whose number was named

    async def act(self, verb: Verb, *, look: Look | None = None) -> list[Fact]:
        """Run a verb and what follows from it in one durable transaction; raises what the verb refuses with.

        `look` reads afterwards, in the same transaction, what is to be answered: the store as the verb has left it.
        """
        ctx = await self.context()
        origin = f"api{secrets.token_hex(8)}"

        async def operation(tx: Tx) -> list[Fact]:
            tx.through.update(self.through)
            facts = await apply(tx, await verb(tx, ctx), ctx, origin=origin)
            if look is not None:
                await look(tx)
            crash.point("api_before_commit")
            return facts

        facts = await self.store.transaction(operation)
        crash.point("api_after_commit")
        return facts
