"""What has happened to a promise about time: each fact becomes one line of the lead's story."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ClockStarted(Fact):
    """A promise about time began to run."""

    kind = "clock_started"
    clock_id: int
    clock: str
    due_at: datetime

    def data(self) -> Mapping[str, Any]:
        return {"clock": self.clock, "due_at": self.due_at.isoformat()}


@dataclass(frozen=True, kw_only=True)
class ClockMet(Fact):
    """A promise was kept, or (late) caught up."""

    kind = "clock_met"
    clock: str
    late: bool

    def data(self) -> Mapping[str, Any]:
        return {"clock": self.clock, "late": self.late}


@dataclass(frozen=True, kw_only=True)
class ClockStepped(Fact):
    """A step of a promise's ladder was reached: `tell` are the audiences the rule names, `do` what follows.

    `share` is in per cent of the promised time.
    """

    clock_id: int
    clock: str
    share: int
    tell: tuple[str, ...]
    do: str | None = None
    turn: int = 0  # how often the promise has begun anew, or was given more time
    morning: bool = False  # nobody is rung: it stands in the list with which the next working day begins

    def data(self) -> Mapping[str, Any]:
        told: dict[str, Any] = {"clock": self.clock, "share": self.share, "tell": list(self.tell)}
        return told | ({"do": self.do} if self.do else {})


@dataclass(frozen=True, kw_only=True)
class ClockWarned(ClockStepped):
    """A share of a promise's time has gone."""

    kind = "clock_warned"


@dataclass(frozen=True, kw_only=True)
class ClockOverdue(ClockStepped):
    """A promise was broken; the breach stays on record with the rule's version."""

    kind = "clock_overdue"
    rules_version: int

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "rules_version": self.rules_version}


@dataclass(frozen=True, kw_only=True)
class ClockEscalated(ClockStepped):
    """A broken promise is still broken, and the next one up hears of it."""

    kind = "clock_escalated"


@dataclass(frozen=True, kw_only=True)
class ClockPaused(Fact):
    """The time stands still, for the reason that the rule names."""

    kind = "clock_paused"
    clock: str
    because: str  # the fact's kind

    def data(self) -> Mapping[str, Any]:
        return {"clock": self.clock, "because": self.because}


@dataclass(frozen=True, kw_only=True)
class ClockResumed(Fact):
    """The time runs on, as much of it as was left."""

    kind = "clock_resumed"
    clock: str
    due_at: datetime

    def data(self) -> Mapping[str, Any]:
        return {"clock": self.clock, "due_at": self.due_at.isoformat()}


@dataclass(frozen=True, kw_only=True)
class ClockMoved(Fact):
    """The time begins anew, or was prolonged; `because` is a fact's kind, or the reason somebody gave."""

    kind = "clock_moved"
    clock: str
    due_at: datetime
    because: str

    def data(self) -> Mapping[str, Any]:
        return {"clock": self.clock, "due_at": self.due_at.isoformat(), "because": self.because}


@dataclass(frozen=True, kw_only=True)
class CoverBegan(Fact):
    """The owner is away: until an instant a colleague works on the lead for them. The owner stays the owner."""

    kind = "cover_began"
    from_id: str
    to_id: str
    until: datetime

    def data(self) -> Mapping[str, Any]:
        return {"owner": self.from_id, "cover": self.to_id, "until": self.until.isoformat()}


@dataclass(frozen=True, kw_only=True)
class CoverEnded(Fact):
    """The owner is back, and works on the lead again."""

    kind = "cover_ended"
    from_id: str
    to_id: str

    def data(self) -> Mapping[str, Any]:
        return {"cover": self.from_id, "owner": self.to_id}


@dataclass(frozen=True, kw_only=True)
class ClockNudged(Fact):
    """A manager has urged these members to keep a promise."""

    kind = "nudged"
    clock: str
    members: tuple[str, ...]

    def data(self) -> Mapping[str, Any]:
        return {"clock": self.clock, "members": list(self.members)}
