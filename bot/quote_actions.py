"""What the buttons of quotes, approvals, orders and connectors can mean."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ShowQuote:
    """Open the quote's card."""

    lead_id: int
    quote_id: int


@dataclass(frozen=True)
class SendQuote:
    """The quote goes to the customer: a PDF and a link. `sure` 1: what is doubtful about it was read."""

    lead_id: int
    quote_id: int
    version: int
    sure: int = 0


@dataclass(frozen=True)
class Agree:
    """Yes to what was asked."""

    lead_id: int
    approval_id: int


@dataclass(frozen=True)
class AskRefuse:
    """Ask for the reason before a no."""

    lead_id: int
    approval_id: int


@dataclass(frozen=True)
class Refuse:
    """No; the reason is chosen in the card's list."""

    lead_id: int
    approval_id: int
    reason: str = ""


@dataclass(frozen=True)
class PlaceOrder:
    """The customer orders what this version says."""

    lead_id: int
    quote_id: int
    version: int


@dataclass(frozen=True)
class RetryOrder:
    """Carry this order over to the other system once more."""

    lead_id: int
    order_id: int


@dataclass(frozen=True)
class RetryConnector:
    """Carry over all that waits for this system, or was given up (manager)."""

    connector: str


QuoteAction = ShowQuote | SendQuote | Agree | AskRefuse | Refuse | PlaceOrder | RetryOrder | RetryConnector
QUOTE_WORDS: dict[str, type[QuoteAction]] = {
    "quote": ShowQuote,
    "send-quote": SendQuote,
    "agree": Agree,
    "ask-refuse": AskRefuse,
    "refuse": Refuse,
    "place-order": PlaceOrder,
    "retry-order": RetryOrder,
    "retry": RetryConnector,
}
