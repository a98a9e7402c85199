"""A deal got a group chat of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DealGroupOpened(Fact):
    """The colleagues around a deal have a group; `people` are their names, none where nobody was brought in by us."""

    kind = "group_opened"
    opportunity_id: int
    people: tuple[str, ...] = ()

    def text(self) -> str:
        return f"O{self.opportunity_id} 有群了" + (f":{'、'.join(self.people)}" if self.people else "")

    def data(self) -> Mapping[str, Any]:
        return {"opportunity": f"O{self.opportunity_id}"}
