"""What has happened between a lead and its owners: taken, given, handed back, handed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.facts import Fact


@dataclass(frozen=True, kw_only=True)
class LeadClaimed(Fact):
    """A rep took the lead from its pool."""

    kind = "claimed"
    owner_id: str
    pool: str

    def data(self) -> Mapping[str, Any]:
        return {"owner": self.owner_id, "pool": self.pool}


@dataclass(frozen=True, kw_only=True)
class LeadAssigned(Fact):
    """A member got the lead without asking: because they entered it, or a rule gave it."""

    kind = "assigned"
    owner_id: str
    reason: str
    rule: str = ""  # the assignment rule, with everybody it considered and why not; "" when no rule decided
    rules_version: int = 0
    considered: tuple[Mapping[str, Any], ...] = ()

    def data(self) -> Mapping[str, Any]:
        told: dict[str, Any] = {"owner": self.owner_id, "reason": self.reason}
        if self.rule:
            told |= {"rule": self.rule, "rules_version": self.rules_version, "considered": list(self.considered)}
        return told


@dataclass(frozen=True, kw_only=True)
class LeadPlaced(Fact):
    """A rule, or somebody who leads both (`by`), put the free lead into another pool."""

    kind = "placed"
    pool: str
    rule: str
    number: int  # of the rule, from 1; 0: no rule fits
    rules_version: int

    def data(self) -> Mapping[str, Any]:
        return {"pool": self.pool, "rule": self.rule, "number": self.number, "rules_version": self.rules_version}


@dataclass(frozen=True, kw_only=True)
class LeadReleased(Fact):
    """The owner gave the lead back to a pool, with a reason."""

    kind = "released"
    owner_id: str
    pool: str
    reason: str = field(repr=False)

    def text(self) -> str:
        return self.reason

    def data(self) -> Mapping[str, Any]:
        return {"owner": self.owner_id, "pool": self.pool}


@dataclass(frozen=True, kw_only=True)
class LeadRecycled(Fact):
    """A broken promise took the lead from its owner: back to a pool, or on to the next candidate."""

    kind = "recycled"
    owner_id: str
    pool: str
    clock: str
    label: str
    onward: bool  # to the next candidate of the rules
    rules_version: int

    def data(self) -> Mapping[str, Any]:
        return {
            "owner": self.owner_id, "pool": self.pool, "clock": self.clock, "label": self.label,
            "rules_version": self.rules_version,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LeadTransferred(Fact):
    """The lead went from one owner to another; nothing else about it changed."""

    kind = "transferred"
    from_id: str | None
    to_id: str
    handover: bool = False  # with everything that somebody who left had: its new owner hears it in one list
    reason: str = field(default="", repr=False)

    def text(self) -> str:
        return self.reason

    def data(self) -> Mapping[str, Any]:
        return {"from": self.from_id, "to": self.to_id}
