"""What the company's closed leads have taught: the chance of a lead beside what its source usually brings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.rules import Rules
from leads.odds.model import FLOOR, Model, Odds
from leads.odds.traits import traits_of
from store.tables import Lead


@dataclass(frozen=True)
class Learning:
    """The last night's learning: no model while too few leads are closed; `sources` is each source's share won."""

    model: Model | None = None
    sources: Mapping[str, float] = field(default_factory=dict)
    closed: int = 0
    won: int = 0

    def odds(self, lead: Lead, *, rules: Rules) -> Odds | None:
        """The chance of an open lead; None when there is nothing to tell it by, or when it is over."""
        if self.model is None or lead.stage in ("won", "lost", "invalid"):
            return None
        return self.model.odds(traits_of(lead, rules=rules))

    def usual(self, lead: Lead) -> tuple[str, float]:
        """What to compare with: the lead's own source, or all leads while that has too few closed ones."""
        if lead.source in self.sources:
            return "同渠道", self.sources[lead.source]
        return "全部线索", self.model.base if self.model is not None else 0.0

    @property
    def wanting(self) -> str:
        """Why nothing is told yet; "" when something is."""
        if self.model is not None:
            return ""
        if self.closed < FLOOR:
            return f"样本不足,已成交和没成交的一共 {self.closed} 条,满 {FLOOR} 条才算"
        return f"样本不足,{self.closed} 条里没有{'成交' if not self.won else '没成交'}的,两种都有才算"
