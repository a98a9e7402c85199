"""A card as people see it: a title, a few rows, a choice, some buttons; both platforms draw the same card."""

from dataclasses import dataclass, field

from bot.actions import Action


@dataclass(frozen=True)
class Field:
    """One row of a card: a short name (up to 5 characters) and its value (up to 30)."""

    name: str
    value: str


@dataclass(frozen=True)
class Button:
    """A button (up to 10 characters) and what pressing it means. Styles: primary, plain, danger.

    `practice`: it means that only in the room in which its card was made.
    """

    text: str
    action: Action
    style: str = "plain"
    practice: bool = False


@dataclass(frozen=True)
class Option:
    """One entry of a choice; `id` comes back when a button is pressed."""

    id: str
    text: str


@dataclass(frozen=True)
class Choice:
    """A drop-down list above the buttons (1 to 10 options)."""

    key: str
    title: str
    options: tuple[Option, ...]
    selected: str = ""


@dataclass(frozen=True)
class Link:
    """A page where more can be read: what it is called, and its address."""

    text: str
    url: str


@dataclass(frozen=True)
class Card:
    """At most 6 fields and 6 buttons. With `done` set, the buttons are one grey label: nothing is left to press.

    `instead` is said in place of the buttons where a card cannot be pressed. `urgency` is "todo" for what its reader
    has promised to do, "alarm" for what is late: platforms that have more than a card for it may use it.
    """

    title: str
    subtitle: str = ""
    source: str = "线索助手"
    quote_title: str = ""
    quote: str = ""
    text: str = ""
    fields: tuple[Field, ...] = ()
    choice: Choice | None = None
    buttons: tuple[Button, ...] = ()
    done: str = ""
    instead: str = ""
    urgency: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class Text:
    """A plain message."""

    text: str
    link: Link | None = None


@dataclass(frozen=True)
class File:
    """A file to keep."""

    name: str
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """What stands for the file where none can be sent."""
        return self.name


Message = Card | Text | File
