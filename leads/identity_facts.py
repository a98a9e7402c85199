"""What has happened about who is who: two leads became one, became two again, or two reps wanted one customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.facts import Fact


@dataclass(frozen=True, kw_only=True)
class LeadMerged(Fact):
    """Another lead turned out to be the same person: all it had is here now."""

    kind = "merged"
    merge_id: int
    other_id: int
    owner_id: str | None  # of both, from now on
    other_owner_id: str | None  # whose lead the other one was

    def data(self) -> Mapping[str, Any]:
        return {"other": f"L{self.other_id}", "owner": self.owner_id, "other_owner": self.other_owner_id}


@dataclass(frozen=True, kw_only=True)
class MergeUndone(Fact):
    """They were two people after all: each lead has its own again."""

    kind = "merge_undone"
    other_id: int

    def data(self) -> Mapping[str, Any]:
        return {"other": f"L{self.other_id}"}


@dataclass(frozen=True, kw_only=True)
class PeopleCrossed(Fact):
    """Somebody came with a contact (`way`: phone, email, wechat, external) that another lead has."""

    kind = "crossed"
    other_id: int
    way: str

    def data(self) -> Mapping[str, Any]:
        return {"other": f"L{self.other_id}", "way": self.way}


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(Fact):
    """A colleague says that this customer is theirs."""

    kind = "dispute_opened"
    dispute_id: int
    holder_id: str
    claimant_id: str

    def data(self) -> Mapping[str, Any]:
        return {"dispute": self.dispute_id, "holder": self.holder_id, "claimant": self.claimant_id}


@dataclass(frozen=True, kw_only=True)
class DisputeDecided(Fact):
    """The manager has decided whose customer it is."""

    kind = "dispute_decided"
    dispute_id: int
    winner_id: str
    loser_id: str

    def data(self) -> Mapping[str, Any]:
        return {"dispute": self.dispute_id, "winner": self.winner_id, "loser": self.loser_id}
