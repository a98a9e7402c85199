"""One figure of the table: what was measured, beside what, and whether that is good enough."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `passes` and `aim` are its lines (None: told for information). `beside`: absolute figures."""

    name: str
    what: str
    value: float
    unit: str
    passes: float | None = None
    aim: float | None = None
    less_is_better: bool = False
    beside: str = ""

    def reaches(self, line: float) -> bool:
        """Whether the value is at least as good as a line."""
        return self.value <= line if self.less_is_better else self.value >= line

    def verdict(self) -> str:
        """aim, pass or below; nothing for what has no line."""
        if self.passes is None:
            return ""
        if self.aim is not None and self.reaches(self.aim):
            return "aim"
        return "pass" if self.reaches(self.passes) else "below"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' own ratios: what disturbed a round disturbed both sides of it."""
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
