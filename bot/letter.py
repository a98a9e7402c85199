"""A message to a customer as it leaves us: to whom, what, and how it can be stopped."""

from dataclasses import dataclass, field

from bot.prose import Block


@dataclass(frozen=True)
class Letter:
    """`key` names it among all that we ever send; a further try has the same. `stop` is the address of the page on
    which the customer stops what they do not want to get any more, "" for what they asked for themselves.
    `seen` is the address of a picture that tells that it was opened, "" for none."""

    key: str
    to: str = field(repr=False)
    subject: str
    blocks: tuple[Block, ...] = field(repr=False)
    stop: str = field(default="", repr=False)
    seen: str = field(default="", repr=False)
