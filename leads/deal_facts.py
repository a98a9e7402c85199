"""What has happened to a deal: each fact is a line of its lead's story and names its opportunity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.facts import Fact
from leads.money import yuan_text


@dataclass(frozen=True, kw_only=True)
class DealFact(Fact):
    """Common to all: which opportunity. Amounts are in fen."""

    opportunity_id: int

    @property
    def no(self) -> str:
        """O88."""
        return f"O{self.opportunity_id}"

    def data(self) -> Mapping[str, Any]:
        return {"opportunity": self.no}


@dataclass(frozen=True, kw_only=True)
class OpportunityOpened(DealFact):
    """The lead may buy something; `origin` says how it came by itself (renewal, asked, silence), "" by a person."""

    kind = "opportunity_opened"
    owner_id: str | None
    pipeline: str
    stage: str
    product: str = ""
    amount: int | None = None
    expected_on: str = ""
    origin: str = ""
    lead_stage: str = "opportunity"

    def text(self) -> str:
        return " ".join(part for part in (self.no, self.product, yuan_text(self.amount)) if part)

    def data(self) -> Mapping[str, Any]:
        return {
            **super().data(), "owner": self.owner_id, "pipeline": self.pipeline, "stage": self.stage,
            "product": self.product, "amount": yuan(self.amount), "expected_on": self.expected_on or None,
            "origin": self.origin, "lead_stage": self.lead_stage,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OpportunityMoved(DealFact):
    """The deal is in another stage of its pipeline."""

    kind = "opportunity_moved"
    before: str
    after: str

    def text(self) -> str:
        return f"{self.no} {self.before} → {self.after}"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "from": self.before, "to": self.after}


@dataclass(frozen=True, kw_only=True)
class OpportunityChanged(DealFact):
    """More is known of the deal, or it was corrected; only the names of the fields are told, and a new amount."""

    kind = "opportunity_changed"
    fields: tuple[str, ...]
    amount: int | None = None
    words: str = ""

    def text(self) -> str:
        return " ".join(part for part in (self.no, yuan_text(self.amount), self.words) if part)

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "fields": list(self.fields), "amount": yuan(self.amount)}


@dataclass(frozen=True, kw_only=True)
class OpportunityTransferred(DealFact):
    """The deal went to another owner; nothing else about it changed."""

    kind = "opportunity_transferred"
    from_id: str | None
    to_id: str
    reason: str = field(default="", repr=False)

    def text(self) -> str:
        return f"{self.no} {self.reason}".strip()

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "from": self.from_id, "to": self.to_id}


@dataclass(frozen=True, kw_only=True)
class DealClosed(DealFact):
    """Common to won and lost: whose it was, and in which stage that leaves the lead."""

    owner_id: str | None
    amount: int | None = None
    reason: str = field(default="", repr=False)
    competitor: str = ""
    lead_stage: str = ""

    def text(self) -> str:
        return " ".join(part for part in (self.no, yuan_text(self.amount), self.reason) if part)

    def data(self) -> Mapping[str, Any]:
        told: dict[str, Any] = {**super().data(), "owner": self.owner_id, "amount": yuan(self.amount)}
        return told | {"competitor": self.competitor, "lead_stage": self.lead_stage}


@dataclass(frozen=True, kw_only=True)
class OpportunityWon(DealClosed):
    """The customer buys."""

    kind = "opportunity_won"


@dataclass(frozen=True, kw_only=True)
class OpportunityLost(DealClosed):
    """The customer does not buy, and why."""

    kind = "opportunity_lost"


@dataclass(frozen=True, kw_only=True)
class OpportunityReopened(DealFact):
    """A closed deal goes on."""

    kind = "opportunity_reopened"
    stage: str
    was: str  # won, lost
    lead_stage: str = "opportunity"

    def text(self) -> str:
        return self.no

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "stage": self.stage, "was": self.was, "lead_stage": self.lead_stage}


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(DealFact):
    """Money came in for the deal."""

    kind = "payment_received"
    amount: int

    def text(self) -> str:
        return f"{self.no} {yuan_text(self.amount)}"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "amount": yuan(self.amount)}


def yuan(fen: int | None) -> int | float | None:
    """Fen as programs read money: 500000, 199.5; None when nobody knows."""
    if fen is None:
        return None
    return fen // 100 if fen % 100 == 0 else fen / 100
