"""What a button about a promise of time can mean."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ShowOverdue:
    """What is late, beginning after this lead."""

    after_id: int


@dataclass(frozen=True)
class Nudge:
    """Urge whoever is on duty (manager)."""

    lead_id: int
    clock_id: int


@dataclass(frozen=True)
class AskPostpone:
    """Ask for how long, and why a promise gets more time (manager)."""

    lead_id: int
    clock_id: int


@dataclass(frozen=True)
class Postpone:
    """More time for a promise: `span` of working time (2h, 1d); the reason is chosen in the card's list."""

    lead_id: int
    clock_id: int
    span: str
    reason: str = ""


@dataclass(frozen=True)
class AskExtension:
    """Ask how much more time the owner wants for a promise, and why."""

    lead_id: int
    clock_id: int


@dataclass(frozen=True)
class RequestExtension:
    """The owner asks the manager for more time: `span` of working time; the reason is chosen in the card's list."""

    lead_id: int
    clock_id: int
    span: str
    reason: str = ""


@dataclass(frozen=True)
class DecideExtension:
    """The manager's word on an owner's request: `yes` is 1 or 0."""

    lead_id: int
    clock_id: int
    yes: int


@dataclass(frozen=True)
class ShowMisses:
    """The leads whose promise was broken in the week that begins on that Monday (ISO day), of a team or of all."""

    monday: str
    team: str = ""


PromiseAction = (
    ShowOverdue | Nudge | AskPostpone | Postpone | AskExtension | RequestExtension | DecideExtension | ShowMisses
)

PROMISE_WORDS: dict[str, type[PromiseAction]] = {
    "ask-extension": AskExtension,
    "request-extension": RequestExtension,
    "decide-extension": DecideExtension,
    "overdue": ShowOverdue,
    "nudge": Nudge,
    "misses": ShowMisses,
    "ask-postpone": AskPostpone,
    "postpone": Postpone,
}
