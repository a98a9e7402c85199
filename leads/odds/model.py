"""What was learned from the leads that were won and lost: the chance of another one, and what speaks for or against.

Applying a model needs no library, so that the server never loads one; learning is in `leads/odds/training.py`.
"""

import bisect
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

Value = str | float | None
REASONS = 3
FLOOR = 200  # closed leads below which nothing is said (features.md D4)


@dataclass(frozen=True)
class Words:
    """What each answer of a field adds to the log odds; `other` is an answer that was too rare to learn from."""

    levels: Mapping[str, float]
    other: float
    missing: float
    mean: float  # what the field added on average: reasons are told against it

    def adds(self, value: Value) -> float:
        """The share of one answer."""
        return self.missing if value is None else self.levels.get(str(value), self.other)


@dataclass(frozen=True)
class Numbers:
    """What a number adds: a step for each stretch between two edges, and a slope over its size (signed logarithm)."""

    edges: tuple[float, ...]
    steps: tuple[float, ...]  # one more than edges
    slope: float
    centre: float
    missing: float
    mean: float

    def adds(self, value: Value) -> float:
        """The share of one number."""
        if value is None:
            return self.missing
        number = float(value)
        return self.steps[bisect.bisect_left(self.edges, number)] + self.slope * (size_of(number) - self.centre)


def size_of(number: float) -> float:
    """A number on a scale on which a hundred and a thousand are as far apart as ten and a hundred."""
    return math.copysign(math.log1p(abs(number)), number)


@dataclass(frozen=True)
class Odds:
    """The chance of winning (0 to 1), and per field what speaks for it and against it, strongest first."""

    chance: float
    ups: tuple[tuple[str, float], ...]
    downs: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Model:
    """A learned model with what is known of its quality.

    `auc` and `gap` (calibration error, 0 to 1) were measured on leads that it had not seen; `base` is the share won.
    """

    fields: Mapping[str, Words | Numbers]
    intercept: float
    closed: int
    base: float
    auc: float
    gap: float

    def odds(self, lead: Mapping[str, Value]) -> Odds:
        """The chance of a lead, given as field → answer; a field that is not there is missing."""
        shares = {name: field.adds(lead.get(name)) for name, field in self.fields.items()}
        told = sorted(((name, share - self.fields[name].mean) for name, share in shares.items()), key=lambda it: it[1])
        return Odds(
            chance=sigmoid(self.intercept + sum(shares.values())),
            ups=tuple(one for one in reversed(told[-REASONS:]) if one[1] > 0),
            downs=tuple(one for one in told[:REASONS] if one[1] < 0),
        )

    def to_json(self) -> dict[str, Any]:
        """For the store."""
        return asdict(self)


def from_json(data: Mapping[str, Any]) -> Model:
    """The model that was kept; raises KeyError or TypeError for anything else."""
    fields: dict[str, Words | Numbers] = {}
    for name, kept in data["fields"].items():
        if "levels" in kept:
            fields[name] = Words(**kept)
        else:
            fields[name] = Numbers(**kept | {"edges": tuple(kept["edges"]), "steps": tuple(kept["steps"])})
    return Model(**{**data, "fields": fields})


def sigmoid(x: float) -> float:
    """Log odds as a chance."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
