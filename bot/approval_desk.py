"""What an OA must offer so that consent can be given there, whichever chat tool it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True)
class Form:
    """A form to hand over: the OA's name of it, in whose name (their id there), what stands in which field.

    `number` is the text by which one can be told from all others; it stands in the field `number_in`. `lines` are the
    few words of a list that shows many forms.
    """

    template: str
    originator: str
    values: Mapping[str, str] = field(repr=False)
    number: str
    number_in: str
    lines: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class Found:
    """How far a form has come. `ended`: whoever asked took it back; `withdrawn`: taken back after it was agreed to.

    `by` is the OA's id of whoever said the last word, "" where the OA does not tell.
    """

    state: Literal["open", "agreed", "refused", "ended", "withdrawn"]
    values: Mapping[str, str] = field(repr=False)
    by: str = ""
    note: str = field(default="", repr=False)


class Desk(Protocol):
    """One OA. Every call raises SendLater (not now; nothing has happened), SendRefused (never) or OutcomeUnknown."""

    name: str  # as people call it: 钉钉, 企业微信
    finds: bool  # forms can be looked for; where they cannot, one is never handed over twice

    async def begin(self, form: Form) -> str:
        """Hand a form over; returns its number there."""

    async def find(self, form: Form, *, since: datetime, until: datetime) -> str | None:
        """The number of a form that may have been handed over between these instants; None when there is none."""

    async def look(self, instance: str) -> Found:
        """How far a form has come."""

    async def end(self, instance: str, *, why: str) -> bool:
        """Have a form ended that is still open; False where the OA lets only people do that."""
