"""Which group of an A/B test does better: named only when chance hardly explains the difference.

The test: two proportions, two-sided; z with the pooled share, or Fisher's exact test where a cell expects fewer than
five. Bonferroni for all pairs. The threshold is one in a hundred, as people look every day and not once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb, erfc, sqrt

ALPHA = 0.01
LEAST = 100  # leads in each group
EXPECTED = 5


@dataclass(frozen=True)
class Group:
    """How many came into a group, and how many of them did what was hoped for."""

    entered: int
    reached: int

    @property
    def share(self) -> float | None:
        """0 to 1; None for an empty group."""
        return self.reached / self.entered if self.entered else None


@dataclass(frozen=True)
class Verdict:
    """`winner` is "" unless one group beats every other; `p` is that of the best pair after Bonferroni, None before
    there are enough leads."""

    winner: str = ""
    p: float | None = None


def verdict(groups: Mapping[str, Group]) -> Verdict:
    """The group that is better than every other, if chance hardly explains it."""
    if len(groups) < 2 or any(group.entered < LEAST for group in groups.values()):
        return Verdict()
    pairs = len(list(combinations(groups, 2)))
    best = max(groups, key=lambda name: groups[name].share or 0.0)
    others = [min(1.0, p_value(groups[best], group) * pairs) for name, group in groups.items() if name != best]
    worst = max(others)
    return Verdict(best if worst < ALPHA else "", worst)


def p_value(one: Group, other: Group) -> float:
    """How likely chance alone makes a difference as large as this one."""
    total, reached = one.entered + other.entered, one.reached + other.reached
    if reached in (0, total):
        return 1.0
    least = min(one.entered, other.entered) * min(reached, total - reached) / total
    return _fisher(one, other) if least < EXPECTED else _z(one, other, reached / total)


def _z(one: Group, other: Group, pooled: float) -> float:
    spread = sqrt(pooled * (1 - pooled) * (1 / one.entered + 1 / other.entered))
    return erfc(abs(one.reached / one.entered - other.reached / other.entered) / spread / sqrt(2))


def _fisher(one: Group, other: Group) -> float:
    """The sum of all tables with these margins that are no likelier than the one that was seen."""
    reached, total = one.reached + other.reached, comb(one.entered + other.entered, one.reached + other.reached)
    low, high = max(0, reached - other.entered), min(one.entered, reached)
    ways = [comb(one.entered, count) * comb(other.entered, reached - count) for count in range(low, high + 1)]
    seen = ways[one.reached - low]
    return sum(way for way in ways if way <= seen) / total


def told(groups: Mapping[str, Group]) -> str:
    """a 12.0%(60/500),b 16.5%(84/510):b 更好; 差异不显著; 样本还不够."""
    shown = ",".join(f"{name} {(group.share or 0) * 100:.1f}%({group.reached}/{group.entered})" for name, group in
                     groups.items())  # fmt: skip
    found = verdict(groups)
    if found.p is None:
        return f"{shown}:样本还不够,每组至少 {LEAST} 人再看"
    if not found.winner:
        return f"{shown}:差异不显著(p={found.p:.2f})"
    return f"{shown}:{found.winner} 更好(p={found.p:.4f})"
