"""What has happened after the quote: a contract was signed, an order placed, taken over there, delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.deal_facts import DealFact
from leads.price import plain_yuan, yuan


@dataclass(frozen=True, kw_only=True)
class ContractFact(DealFact):
    """Common to both: the contract's own number."""

    contract: str

    def text(self) -> str:
        return self.contract

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "contract": self.contract}


@dataclass(frozen=True, kw_only=True)
class ContractDrawn(ContractFact):
    """A contract has its number."""

    kind = "contract_drawn"
    amount: int

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "amount": plain_yuan(self.amount)}


@dataclass(frozen=True, kw_only=True)
class ContractSigned(ContractFact):
    """The signed file is there."""

    kind = "contract_signed"
    file: str = field(default="", repr=False)

    def text(self) -> str:
        return f"{self.contract} {self.file}".strip()


@dataclass(frozen=True, kw_only=True)
class OrderFact(DealFact):
    """Common to all: which order of ours."""

    order_id: int

    @property
    def order(self) -> str:
        """D12."""
        return f"D{self.order_id}"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "order": self.order}


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderFact):
    """The customer orders what a quote says."""

    kind = "order_placed"
    quote_id: int
    quote_version: int
    amount: int
    connector: str

    def text(self) -> str:
        return f"{self.order} {yuan(self.amount)}"

    def data(self) -> Mapping[str, Any]:
        told = {"quote": f"Q{self.quote_id}", "quote_version": self.quote_version, "amount": plain_yuan(self.amount)}
        return {**super().data(), **told, "connector": self.connector}


@dataclass(frozen=True, kw_only=True)
class OrderAccepted(OrderFact):
    """The other system has the order, under this number."""

    kind = "order_accepted"
    connector: str
    theirs: str

    def text(self) -> str:
        return f"{self.order} {self.theirs}"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "connector": self.connector, "number": self.theirs}


@dataclass(frozen=True, kw_only=True)
class OrderStuck(OrderFact):
    """The other system does not take the order: a person must see to it."""

    kind = "order_stuck"
    connector: str
    reason: str = field(repr=False)

    def text(self) -> str:
        return f"{self.order} {self.reason}"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "connector": self.connector}


@dataclass(frozen=True, kw_only=True)
class OrderDelivered(OrderFact):
    """How far the delivery is, as the other system says it."""

    kind = "order_delivered"
    state: str

    def text(self) -> str:
        return f"{self.order} {self.state}"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "state": self.state}
