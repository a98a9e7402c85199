"""What has happened to a lead: each fact becomes one line of the lead's story."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Common to all: which lead, when, and the member who did it (None: nobody, or another system)."""

    kind: ClassVar[str]
    lead_id: int
    at: datetime
    by: str | None = None

    def text(self) -> str:
        """The words that were said, sealed in the store; "" when there are none."""
        return ""

    def data(self) -> Mapping[str, Any]:
        """The rest, without personal data."""
        return {}


@dataclass(frozen=True, kw_only=True)
class LeadCaptured(Fact):
    """A person we did not know yet has asked."""

    kind = "captured"
    source: str
    pool: str
    need: str = field(default="", repr=False)
    asked_at: datetime | None = None  # when the channel says that they asked

    def text(self) -> str:
        return self.need

    def data(self) -> Mapping[str, Any]:
        told = {"source": self.source, "pool": self.pool}
        return told | ({"asked_at": self.asked_at.isoformat()} if self.asked_at is not None else {})


@dataclass(frozen=True, kw_only=True)
class LeadEnquired(Fact):
    """A person we know has asked again; `count` is how often by now."""

    kind = "enquired"
    source: str
    count: int
    need: str = field(default="", repr=False)

    def text(self) -> str:
        return self.need

    def data(self) -> Mapping[str, Any]:
        return {"source": self.source, "count": self.count}


@dataclass(frozen=True, kw_only=True)
class LeadWrote(Fact):
    """The person wrote to us; `first`: the first words of an enquiry, `answerable`: with the word 回复."""

    kind = "wrote"
    channel: str
    words: str = field(repr=False)
    first: bool = False
    answerable: bool = False

    def text(self) -> str:
        return self.words

    def data(self) -> Mapping[str, Any]:
        return {"channel": self.channel}


@dataclass(frozen=True, kw_only=True)
class LeadScored(Fact):
    """The score or grade has changed, with each rule that counted."""

    kind = "scored"
    score: int
    grade: str
    parts: tuple[tuple[int, str], ...]
    rules_version: int

    def data(self) -> Mapping[str, Any]:
        return {
            "score": self.score,
            "grade": self.grade,
            "parts": [list(part) for part in self.parts],
            "rules_version": self.rules_version,
        }


@dataclass(frozen=True, kw_only=True)
class BehaviourSeen(Fact):
    """The person did something that shows interest; what a machine opened or clicked counts nothing."""

    kind = "behaved"
    behaviour: str
    label: str
    seen_at: datetime
    url: str = ""
    machine: bool = False

    def text(self) -> str:
        return " ".join(part for part in (self.label, self.url, "(疑似机器,不计分)" if self.machine else "") if part)

    def data(self) -> Mapping[str, Any]:
        return {"behaviour": self.behaviour, "seen_at": self.seen_at.isoformat(), "machine": self.machine}


@dataclass(frozen=True, kw_only=True)
class LeadCooling(Fact):
    """Tomorrow the lead stops being hot, because its person has been quiet."""

    kind = "cooling"
    quiet_days: int
    to: str

    def data(self) -> Mapping[str, Any]:
        return {"quiet_days": self.quiet_days, "to": self.to}


@dataclass(frozen=True, kw_only=True)
class BecameMql(Fact):
    """Marketing calls the lead ready for sales: it can be claimed from its pool."""

    kind = "mql"
    pool: str
    rules_version: int

    def data(self) -> Mapping[str, Any]:
        return {"pool": self.pool, "rules_version": self.rules_version}


@dataclass(frozen=True, kw_only=True)
class FollowUpLogged(Fact):
    """Somebody wrote down what happened with the customer; `next_step_at` is the promised instant, if any."""

    kind = "followup_logged"
    channel: str  # call, visit, meeting, chat, email, note
    words: str = field(repr=False)
    next_step_at: datetime | None = None
    contact: bool = True  # whether it was a real contact
    alike: int = 0  # how many equal ones this member has written lately

    def text(self) -> str:
        return self.words

    def data(self) -> Mapping[str, Any]:
        when = self.next_step_at.isoformat() if self.next_step_at else None
        told = {"kind": self.channel, "next_step_at": when, "contact": self.contact}
        return told | ({"alike": self.alike} if self.alike > 1 else {})


@dataclass(frozen=True, kw_only=True)
class NodeReached(Fact):
    """A follow-up told that the deal has come to a point that the rules name, such as 方案已提交."""

    kind = "node_reached"
    node: str
    label: str

    def text(self) -> str:
        return self.label

    def data(self) -> Mapping[str, Any]:
        return {"node": self.node}


@dataclass(frozen=True, kw_only=True)
class NextStepSet(Fact):
    """The promised instant was named or changed after the note was kept (None: no reminder)."""

    kind = "next_step_set"
    next_step_at: datetime | None

    def data(self) -> Mapping[str, Any]:
        return {"next_step_at": self.next_step_at.isoformat() if self.next_step_at else None}


@dataclass(frozen=True, kw_only=True)
class LeadQualified(Fact):
    """Sales says: this one can become a deal (SQL)."""

    kind = "qualified"
    owner_id: str | None


@dataclass(frozen=True, kw_only=True)
class LeadNurtured(Fact):
    """Not ready yet: marketing cares for the lead again, nobody in sales owns it."""

    kind = "nurtured"
    owner_id: str | None
    reason: str = field(default="", repr=False)

    def text(self) -> str:
        return self.reason

    def data(self) -> Mapping[str, Any]:
        return {"owner": self.owner_id}


@dataclass(frozen=True, kw_only=True)
class LeadFellAsleep(Fact):
    """Nothing moves for now; asking again wakes the lead."""

    kind = "fell_asleep"
    owner_id: str | None
    reason: str = field(default="", repr=False)

    def text(self) -> str:
        return self.reason

    def data(self) -> Mapping[str, Any]:
        return {"owner": self.owner_id}


@dataclass(frozen=True, kw_only=True)
class LeadDisqualified(Fact):
    """Sales says: worth nothing, and why; the reason goes back to the source."""

    kind = "disqualified"
    reason: str = field(repr=False)
    source: str = ""

    def text(self) -> str:
        return self.reason

    def data(self) -> Mapping[str, Any]:
        return {"source": self.source}


@dataclass(frozen=True, kw_only=True)
class LeadEdited(Fact):
    """Somebody corrected the lead's data; only the names of the fields are told."""

    kind = "edited"
    fields: tuple[str, ...]

    def data(self) -> Mapping[str, Any]:
        return {"fields": list(self.fields)}


@dataclass(frozen=True, kw_only=True)
class ActUndone(Fact):
    """A member took back their own last act."""

    kind = "undone"
    act: str

    def data(self) -> Mapping[str, Any]:
        return {"act": self.act}


@dataclass(frozen=True, kw_only=True)
class ReminderRang(Fact):
    """The promised minute of a next step has come."""

    kind = "reminded"
    owner_id: str
    next_step_at: datetime

    def data(self) -> Mapping[str, Any]:
        return {"owner": self.owner_id, "next_step_at": self.next_step_at.isoformat()}
