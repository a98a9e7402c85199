"""What has happened to a quote, and what somebody was asked to agree to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.deal_facts import DealFact
from leads.facts import Fact
from leads.price import plain_yuan, yuan


@dataclass(frozen=True, kw_only=True)
class QuoteFact(DealFact):
    """Common to all: which version of which quote."""

    quote_id: int
    quote_version: int

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "quote": f"Q{self.quote_id}", "quote_version": self.quote_version}


@dataclass(frozen=True, kw_only=True)
class Quoted(QuoteFact):
    """A price was worked out for the customer, or worked out anew; sums in fen, `off` in hundredths of a percent."""

    kind = "quoted"
    total: int
    off: int
    price_list: int

    def text(self) -> str:
        return f"Q{self.quote_id} 第 {self.quote_version} 版 {yuan(self.total)}"

    def data(self) -> Mapping[str, Any]:
        told = {"total": plain_yuan(self.total), "discount": self.off / 100, "price_list": self.price_list}
        return {**super().data(), **told}


@dataclass(frozen=True, kw_only=True)
class QuoteSent(QuoteFact):
    """The quote went to the customer."""

    kind = "quote_sent"
    total: int

    def text(self) -> str:
        return f"Q{self.quote_id} 第 {self.quote_version} 版 {yuan(self.total)}"


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(Fact):
    """Somebody's consent was asked for, by which rule."""

    kind = "approval_asked"
    approval_id: int
    about: str  # Q12, O88, 拜访
    rule: str
    label: str
    approver_id: str
    way: str
    reason: str = field(default="", repr=False)

    def text(self) -> str:
        return " ".join(part for part in (self.about, self.label, self.reason) if part)

    def data(self) -> Mapping[str, Any]:
        return {
            "approval": f"A{self.approval_id}", "about": self.about, "rule": self.rule, "label": self.label,
            "approver": self.approver_id, "way": self.way,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ApprovalDecided(Fact):
    """The word was said: yes or no, and why."""

    kind = "approval_decided"
    approval_id: int
    about: str
    agreed: bool
    label: str
    way: str
    note: str = field(default="", repr=False)

    def text(self) -> str:
        return " ".join(part for part in (self.about, "同意" if self.agreed else "驳回", self.note) if part)

    def data(self) -> Mapping[str, Any]:
        return {
            "approval": f"A{self.approval_id}", "about": self.about, "agreed": self.agreed, "label": self.label,
            "way": self.way,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(Fact):
    """What was agreed to was taken back."""

    kind = "approval_withdrawn"
    approval_id: int
    about: str
    label: str

    def text(self) -> str:
        return f"{self.about} 同意被撤销"

    def data(self) -> Mapping[str, Any]:
        return {"approval": f"A{self.approval_id}", "about": self.about, "label": self.label}
