"""Learning the chance of winning from closed leads: a logistic regression whose strictness is chosen on held-out leads.

Words become one column per answer, numbers become steps between quantiles and a slope; a weight costs something
(L2), and how much is chosen by cross-validation, so that a hundred leads teach a little and two thousand teach more.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leads.odds.model import FLOOR, Model, Numbers, Value, Words, size_of

Array = np.ndarray[Any, np.dtype[np.float64]]

RAREST = 5  # an answer that fewer leads gave is an "other"
BINS = 8
FOLDS = 5
STRICTNESS = (200.0, 100.0, 50.0, 25.0, 12.0, 6.0, 3.0, 1.5, 0.75)
RECENT = 300  # the last outcomes that set the level again
DOUBT = 100.0  # as many outcomes as the old level counts for beside them


class NotEnough(Exception):
    """Too few closed leads, or all of them won, or all lost."""


@dataclass(frozen=True)
class _Words:
    """How a field of words becomes columns: one for each answer, then other, then missing."""

    name: str
    levels: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.levels) + 2

    def columns(self, values: Sequence[Value]) -> Array:
        at = {level: number for number, level in enumerate(self.levels)}
        found = np.zeros((len(values), self.width))
        for row, value in enumerate(values):
            found[row, -1 if value is None else at.get(str(value), -2)] = 1.0
        return found

    def learned(self, weights: Array, columns: Array) -> Words:
        levels = {level: float(weight) for level, weight in zip(self.levels, weights, strict=False)}
        return Words(levels, float(weights[-2]), float(weights[-1]), float((columns @ weights).mean()))


@dataclass(frozen=True)
class _Numbers:
    """How a number becomes columns: one for each edge that it exceeds, its size, and whether it is missing."""

    name: str
    edges: tuple[float, ...]
    centre: float

    @property
    def width(self) -> int:
        return len(self.edges) + 2

    def columns(self, values: Sequence[Value]) -> Array:
        found = np.zeros((len(values), self.width))
        for row, value in enumerate(values):
            if value is None:
                found[row, -1] = 1.0
            else:
                number = float(value)
                found[row, : len(self.edges)] = [number > edge for edge in self.edges]
                found[row, -2] = size_of(number) - self.centre
        return found

    def learned(self, weights: Array, columns: Array) -> Numbers:
        steps = np.concatenate([[0.0], np.cumsum(weights[: len(self.edges)])])
        return Numbers(
            self.edges, tuple(map(float, steps)), float(weights[-2]), self.centre, float(weights[-1]),
            float((columns @ weights).mean()),
        )  # fmt: skip


def train(leads: Sequence[Mapping[str, Value]], won: Sequence[bool]) -> Model:
    """Learn from closed leads, oldest first. Raises NotEnough."""
    if len(leads) < FLOOR or len(set(won)) < 2:
        raise NotEnough(f"{len(leads)} closed leads, {sum(won)} won; {FLOOR} with both outcomes are needed")
    return fit(leads, won)


def fit(leads: Sequence[Mapping[str, Value]], won: Sequence[bool]) -> Model:
    """The same without the floor, for measurements on small samples. Needs both outcomes."""
    names = sorted({name for lead in leads for name in lead})
    shapes = [_shape(name, [lead.get(name) for lead in leads]) for name in names]
    blocks = [shape.columns([lead.get(shape.name) for lead in leads]) for shape in shapes]
    design = np.hstack(blocks)
    outcome = np.asarray(won, dtype=np.float64)
    middle = design.mean(axis=0)
    strictness, guessed = _choose(design - middle, outcome)
    weights, level = _fit(design - middle, outcome, strictness)
    level += _shift(guessed[-RECENT:], outcome[-RECENT:])
    fields: dict[str, Words | Numbers] = {}
    start = 0
    for shape, block in zip(shapes, blocks, strict=True):
        fields[shape.name] = shape.learned(weights[start : start + shape.width], block)
        start += shape.width
    return Model(
        fields=fields,
        intercept=float(level - middle @ weights),
        closed=len(leads),
        base=float(outcome.mean()),
        auc=area(guessed, outcome),
        gap=calibration_error(guessed, outcome),
    )


def _shape(name: str, values: Sequence[Value]) -> _Words | _Numbers:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int | float) for value in known):
        numbers = np.asarray(known, dtype=np.float64)
        edges = np.unique(np.quantile(numbers, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))
        edges = edges[edges < numbers.max()]
        return _Numbers(name, tuple(map(float, edges)), float(np.mean([size_of(float(one)) for one in known])))
    counted = Counter(str(value) for value in known)
    return _Words(name, tuple(sorted(level for level, count in counted.items() if count >= RAREST)))


def _choose(design: Array, outcome: Array) -> tuple[float, Array]:
    """The strictness that guesses unseen leads best, and those guesses."""
    fold = _folds(outcome)
    guessed = {strictness: np.zeros(len(outcome)) for strictness in STRICTNESS}
    for number in range(FOLDS):
        held = fold == number
        if len(np.unique(outcome[~held])) < 2:
            continue
        weights, level = np.zeros(design.shape[1]), _log_odds(outcome[~held].mean())
        for strictness in STRICTNESS:  # each begins where the stricter one ended
            weights, level = _fit(design[~held], outcome[~held], strictness, weights, level)
            guessed[strictness][held] = _chance(design[held] @ weights + level)
    loss = {strictness: _loss(found, outcome) for strictness, found in guessed.items()}
    best = min(STRICTNESS, key=lambda strictness: loss[strictness])
    return best, guessed[best]


def _folds(outcome: Array) -> Array:
    """A fold for each lead, the won and the lost spread evenly, the same on every run."""
    fold = np.zeros(len(outcome))
    chance = np.random.default_rng(7)
    for side in (0.0, 1.0):
        rows = chance.permutation(np.flatnonzero(outcome == side))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold


def _fit(
    design: Array, outcome: Array, strictness: float, weights: Array | None = None, level: float | None = None
) -> tuple[Array, float]:
    """Weights and level of the penalised logistic regression, by Newton's method with halved steps."""
    width = design.shape[1]
    both = np.hstack([design, np.ones((len(design), 1))])
    penalty = np.append(np.full(width, strictness), 1e-9)
    start = np.zeros(width) if weights is None else weights
    at = np.append(start, _log_odds(float(outcome.mean())) if level is None else level)

    def cost(here: Array) -> float:
        logits = both @ here
        return float(np.logaddexp(0, logits).sum() - outcome @ logits + 0.5 * (penalty * here**2).sum())

    now = cost(at)
    for _ in range(50):
        chance = _chance(both @ at)
        slope = both.T @ (chance - outcome) + penalty * at
        bend = (both.T * np.maximum(chance * (1 - chance), 1e-9)) @ both + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        share = 1.0
        while (then := cost(at - share * step)) > now and share > 1e-6:
            share /= 2
        at, gained, now = at - share * step, now - then, then
        if gained < 1e-6 * max(1.0, abs(now)):
            break
    return at[:width], float(at[width])


def _shift(guessed: Array, outcome: Array) -> float:
    """How far the level has to move so that the last outcomes are as many as was guessed; cautious with few."""
    expected = float(guessed.sum())
    seen = float(outcome.sum())
    kept = (seen + DOUBT * float(guessed.mean())) / (len(outcome) + DOUBT)
    return _log_odds(kept) - _log_odds(expected / len(guessed))


def _chance(logits: Array) -> Array:
    found: Array = 1 / (1 + np.exp(-np.clip(logits, -500, 500)))
    return found


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(share / (1 - share)))


def _loss(guessed: Array, outcome: Array) -> float:
    safe = np.clip(guessed, 1e-9, 1 - 1e-9)
    return float(-(outcome * np.log(safe) + (1 - outcome) * np.log(1 - safe)).mean())


def area(guessed: Array, outcome: Array) -> float:
    """How often a won lead was guessed higher than a lost one (AUC); ties count half."""
    order = np.argsort(guessed, kind="stable")
    ranked = guessed[order]
    ranks = np.empty(len(guessed))
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    ends = np.append(starts[1:], len(ranked))
    for begin, end in zip(starts, ends, strict=True):
        ranks[order[begin:end]] = (begin + end + 1) / 2
    positive = outcome == 1
    count, rest = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * rest)) if count and rest else 0.5


def calibration_error(guessed: Array, outcome: Array, bins: int = 10) -> float:
    """The gap between guessed and seen shares, averaged over ten equally large groups."""
    order = np.argsort(guessed, kind="stable")
    return float(
        sum(
            abs(guessed[part].mean() - outcome[part].mean()) * len(part)
            for part in np.array_split(order, bins)
            if len(part)
        )
        / len(guessed)
    )
