"""What a customer was sent, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.facts import Fact
from leads.reach_facts import CHANNEL_LABELS


@dataclass(frozen=True, kw_only=True)
class LetterSent(Fact):
    """A message went out to the customer. `parts`: how many the provider counts (text messages)."""

    kind = "letter_sent"
    channel: str
    content: str
    topic: str
    subject: str = ""
    parts: int = 1

    def text(self) -> str:
        label = CHANNEL_LABELS.get(self.channel, self.channel)
        name = self.subject or self.content
        return label + (f"《{name}》" if name else "") + (f"({self.parts} 条)" if self.parts > 1 else "")

    def data(self) -> Mapping[str, Any]:
        return {"channel": self.channel, "content": self.content, "topic": self.topic, "parts": self.parts}


@dataclass(frozen=True, kw_only=True)
class LetterReturned(Fact):
    """A message that had gone out did not arrive."""

    kind = "letter_returned"
    channel: str
    content: str
    cause: str

    def text(self) -> str:
        label = CHANNEL_LABELS.get(self.channel, self.channel)
        return f"{label}没有送到{f'({self.cause})' if self.cause else ''}"

    def data(self) -> Mapping[str, Any]:
        return {"channel": self.channel, "content": self.content}
