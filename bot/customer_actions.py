"""What a button about messages to customers can mean."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DecideUnsure:
    """Customers' messages of a road that may have arrived are sent once more, or left as they are (`again`: 1, 0)."""

    road: str
    again: int


@dataclass(frozen=True)
class SendContent:
    """Fill a piece of the library in for this customer, to be sent by one's own hand."""

    lead_id: int
    name: str


@dataclass(frozen=True)
class GetContent:
    """Bring a piece of the library into the chat."""

    name: str


@dataclass(frozen=True)
class StartJourney:
    """A journey that was said in a sentence becomes part of the rules."""

    sketch_id: int


@dataclass(frozen=True)
class DropJourney:
    """It does not."""

    sketch_id: int


@dataclass(frozen=True)
class ShelveAbout:
    """A file that was dropped for the library is about this topic."""

    draft_id: int
    topic: str


@dataclass(frozen=True)
class ShelveUntil:
    """It may be sent for so many days (0: for good): put it into the library."""

    draft_id: int
    topic: str
    days: int


@dataclass(frozen=True)
class DropShelved:
    """It is not put there."""

    draft_id: int


CustomerAction = (
    DecideUnsure | SendContent | GetContent | StartJourney | DropJourney | ShelveAbout | ShelveUntil | DropShelved
)

CUSTOMER_WORDS: dict[str, type[CustomerAction]] = {
    "decide-unsure": DecideUnsure,
    "journey": StartJourney,
    "journey-drop": DropJourney,
    "content-send": SendContent,
    "content-get": GetContent,
    "shelve-about": ShelveAbout,
    "shelve-until": ShelveUntil,
    "shelve-drop": DropShelved,
}
