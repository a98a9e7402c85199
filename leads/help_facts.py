"""Colleagues help each other with a lead: somebody asked, somebody answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.facts import Fact


@dataclass(frozen=True, kw_only=True)
class HelpAsked(Fact):
    """A colleague was asked about the lead."""

    kind = "help_asked"
    to_id: str
    to_name: str
    words: str = field(repr=False)

    def text(self) -> str:
        return f"@{self.to_name} {self.words}"

    def data(self) -> Mapping[str, Any]:
        return {"to": self.to_id}


@dataclass(frozen=True, kw_only=True)
class HelpGiven(Fact):
    """The colleague has answered."""

    kind = "help_given"
    to_id: str
    words: str = field(repr=False)

    def text(self) -> str:
        return self.words

    def data(self) -> Mapping[str, Any]:
        return {"to": self.to_id}
