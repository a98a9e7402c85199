"""The owner asks for more time with a promise; the request is open until somebody decides, or the promise moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.facts import Fact
from store import timeline
from store.tables import Clock, TimelineItem
from store.tx import Tx


@dataclass(frozen=True, kw_only=True)
class ExtensionRequested(Fact):
    """The owner asks for `span` more of working time, and says why."""

    kind = "extension_requested"
    clock_id: int
    clock: str
    turn: int  # of the promise: once it has moved, the request is closed
    span: str
    reason: str = field(repr=False)

    def text(self) -> str:
        return self.reason

    def data(self) -> Mapping[str, Any]:
        return {"clock": self.clock, "clock_id": self.clock_id, "turn": self.turn, "span": self.span}


@dataclass(frozen=True, kw_only=True)
class ExtensionDenied(Fact):
    """The manager said no: the promise stays as it is."""

    kind = "extension_denied"
    clock_id: int
    clock: str
    asked_by: str | None

    def data(self) -> Mapping[str, Any]:
        return {"clock": self.clock, "clock_id": self.clock_id, "asked_by": self.asked_by}


async def open_request(tx: Tx, clock: Clock) -> TimelineItem | None:
    """The request about a promise that nobody has decided yet; None once the promise has moved or ended."""
    if clock.ended_at is not None:
        return None
    for item in await timeline.list_last(tx, clock.lead_id, ("extension_requested", "extension_denied"), limit=20):
        if item.data.get("clock_id") == clock.id:
            return item if item.kind == "extension_requested" and item.data.get("turn") == clock.turn else None
    return None
