"""One message to one customer, and what a road that carries it must offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot.context import Context
from bot.platform import Receipt
from store.tables import Lead
from store.tx import Tx


@dataclass(frozen=True)
class Letter:
    """One message as a channel gets it. `key` is its name for ever, the same in every try; `ref` is one that a channel
    may show to the world, by which what comes back is recognised (see store/roads.py).

    `text` is finished (the small Markdown of bot/prose.py), its links are those that only this customer has. `stop` is
    the address of their page to stop it, `seen` that of a picture that tells of its opening; "" when we have no
    public address.
    """

    ref: str
    key: str
    lead: Lead = field(repr=False)
    topic: str
    content: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    stop: str = field(repr=False)
    seen: str = field(repr=False)
    by: str | None = None


class Channel(Protocol):
    """A road to customers: mail, text messages, a colleague who confirms. Registered by its name in bot/roads.py.

    `limits`: how many messages the road carries in each span of time, for all customers together. `final`: what it has
    taken is on its way to the customer; else a colleague has yet to confirm it. `repeatable`: it knows a message by its
    key, so that handing one over twice sends it once.
    """

    limits: Mapping[timedelta, int]
    final: bool
    repeatable: bool

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        """The complete request, made in the transaction before the call; raises Refused when it can never go."""
        ...

    async def send(self, body: bytes) -> Receipt:
        """Hand it over; raises SendLater (was not taken), SendRefused (never will be), SendUnknown."""
        ...
