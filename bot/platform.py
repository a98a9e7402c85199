"""What a chat platform must offer, and the four ways in which sending can end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.cards.card import Message
from bot.events import Event
from config.telling import Tellable

KINDS = ("member", "group", "visitor", "customer")


@dataclass(frozen=True)
class Place:
    """Where a message goes: one member (or group) of one platform, by the platform's own id."""

    platform: str
    id: str
    # member, group, visitor (a fresh conversation with somebody whom the platform does not name), customer (by a hash)
    kind: str = "member"

    def lane(self) -> str:
        """Messages to one place keep their order; places do not wait for each other."""
        return f"{self.platform}:{self.kind}:{self.id}"

    @classmethod
    def of_lane(cls, lane: str) -> "Place":
        """The place whose lane this is."""
        platform, kind, id_ = lane.split(":", 2)
        return cls(platform, id_, kind)


def group_of_deal(platform: str, opportunity_id: int, chat: str) -> Place:
    """A deal's own group; groups that the settings name have no colon in theirs."""
    return Place(platform, f"deal:{opportunity_id}:{chat}", "group")


def deal_and_chat(group: str) -> tuple[str, str] | None:
    """The deal's number (O88) and the platform's id of a deal's own group; None for one that the settings name."""
    word, _, rest = group.partition(":")
    number, _, chat = rest.partition(":")
    return (f"O{number}", chat) if word == "deal" and chat else None


@dataclass(frozen=True)
class Receipt:
    """The platform took the message. `code` allows the next update of its card; "" means that there is none.

    Some platforms give a code that works once, and a fresh one with every tap; others one for the card's whole life,
    which then comes back with each update's receipt. `parts`: as how many the message is counted.
    """

    message_id: str = ""
    code: str = ""
    parts: int = 1


class BadCallback(Exception):
    """What came to a callback is not from the platform, or is broken: one and the same answer for all of them."""


class SendLater(Tellable):
    """The platform did not take the message and says: not now. `delay` None means: by the usual growing pauses."""

    def __init__(self, cause: str, delay: timedelta | None = None) -> None:
        super().__init__(cause)
        self.delay = delay


class RoadClosed(SendLater):
    """Nothing goes by this road now, whoever it is for: the server is away, or will not have us for a while."""


class SendRefused(Tellable):
    """The platform will never take this message. `alarm`: the administrator must mend something first."""

    def __init__(self, cause: str, *, alarm: bool = False) -> None:
        super().__init__(cause)
        self.alarm = alarm


class AddressDead(SendRefused):
    """Nobody is reached at this address, now or later: it is not written to again."""


class SendUnknown(Tellable):
    """Nobody knows whether the platform took the message: the line was cut, it timed out, it answered nonsense."""


class CodeGone(Tellable):
    """The code for updating a card was used or has expired: only a new card can show the present state."""


class Unreadable(Tellable):
    """A channel's delivery has not the shape that was declared: put aside at once, tried again once that is mended."""

    def __init__(self, channel: str, cause: str) -> None:
        super().__init__(cause)
        self.channel = channel


class Teller(Protocol):
    """Whoever stores events in the inbox: a platform, our forms, channels of others."""

    def parse(self, body: bytes) -> Event:
        """What a stored body says."""

    async def fetch(self, event: Event) -> Event:
        """The event with what is missing; raises SendLater to try again."""


class Platform(Protocol):
    """One chat platform. Bodies are complete requests: sending the same bytes twice must be recognisable."""

    name: str

    def parse(self, body: bytes) -> Event:
        """A decrypted callback body as an event; unknown kinds become Ignored, never an error."""
        ...

    async def fetch(self, event: Event) -> Event:
        """The event with what must be asked from the platform (somebody's profile); raises SendLater to try again."""
        ...

    async def fetch_picture(self, media_id: str) -> bytes:
        """A picture that a member sent; raises SendLater to try again, SendRefused when it is gone."""
        ...

    def render(self, message: Message, to: Place, *, ref: str) -> bytes:
        """The request body of a new message; `ref` is unique among all messages ever sent."""
        ...

    def render_update(self, message: Message, to: Place, *, code: str) -> bytes:
        """The request body that replaces a card which `to` has, by means of `code`."""
        ...

    def render_deed(self, deed: str, params: Mapping[str, Any]) -> bytes:
        """The request body of what is done for a customer of the platform: a welcome, tags, a reply."""
        ...

    async def send(self, body: bytes) -> Receipt:
        """Send a new message; raises SendLater, SendRefused or SendUnknown."""
        ...

    async def update(self, body: bytes) -> Receipt:
        """Replace a card; raises CodeGone as well."""
        ...

    def repeatable(self, body: bytes, *, age: timedelta) -> bool:
        """Whether sending these bytes again after `age` is recognised by the platform as the same message."""
        ...

    def limits(self, kind: str) -> Mapping[timedelta, int]:
        """How many new messages one place of a kind may get in each span of time."""
        ...
