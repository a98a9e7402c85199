"""What Odoo's CRM does to tell the chance of a lead, written anew from its description: a naive Bayes over counts.

Each answer of each field is counted among the won and the lost with 0.1 added; what an answer says is multiplied as if
fields knew nothing of each other. Numbers, which Odoo leaves out, are put into five equally large bins.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from leads.odds.model import Value

SMOOTHING = 0.1
BINS = 5


class Bayes:
    """Learned from closed leads; `chance` tells that of another one."""

    def __init__(self, leads: Sequence[Mapping[str, Value]], won: Sequence[bool]) -> None:
        names = sorted({name for lead in leads for name in lead})
        self._edges = {name: edges for name in names if (edges := _edges([lead.get(name) for lead in leads]))}
        self._counts: dict[bool, dict[str, Counter[str]]] = {
            side: {name: Counter() for name in names} for side in (True, False)
        }
        for lead, side in zip(leads, won, strict=True):
            for name in names:
                if (answer := self._answer(name, lead.get(name))) is not None:
                    self._counts[side][name][answer] += 1
        self._closed = {True: sum(won), False: len(won) - sum(won)}
        self._answers = {name: {*self._counts[True][name], *self._counts[False][name]} for name in names}
        self._totals = {
            side: {name: sum(counts[name][answer] + SMOOTHING for answer in self._answers[name]) for name in names}
            for side, counts in self._counts.items()
        }

    def chance(self, lead: Mapping[str, Value]) -> float:
        """The chance of winning, 0 to 1."""
        side = {won: math.log(count + SMOOTHING) for won, count in self._closed.items()}
        for name, answers in self._answers.items():
            answer = self._answer(name, lead.get(name))
            if answer in answers:
                for won in side:
                    side[won] += math.log((self._counts[won][name][answer] + SMOOTHING) / self._totals[won][name])
        return 1 / (1 + math.exp(min(700.0, side[False] - side[True])))

    def _answer(self, name: str, value: Value) -> str | None:
        if value is None or name not in self._edges:
            return None if value is None else str(value)
        return str(int(np.searchsorted(self._edges[name], float(value))))


def _edges(values: Sequence[Value]) -> list[float]:
    known = [value for value in values if isinstance(value, int | float)]
    if not known or len(known) < sum(value is not None for value in values):
        return []
    return [float(edge) for edge in np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))]
