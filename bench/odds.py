"""How well the chance of winning is told: beside Odoo's naive Bayes, on a public set of sales calls (bench/bank.py).

The split: 70 % of the calls teach and 30 % are told, once at random and once by date. Small companies: 100 to 2,000
calls teach, 4,000 others are told, many times.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.bank import closed_leads
from bench.figure import Figure
from bench.reference.bayes import Bayes
from bench.run import Run
from leads.odds.model import Value
from leads.odds.training import area, calibration_error, fit

SIZES = (100, 200, 500, 2000)
TOLD = 4000
SEED = 20260318

Leads = Sequence[Mapping[str, Value]]


@dataclass(frozen=True)
class Told:
    """How well one way told leads that it had not seen: AUC and calibration error; seconds of processor to learn."""

    auc: float
    gap: float
    took: float


def odds(run: Run) -> list[Figure]:
    """The figures of docs/scoring.md."""
    leads, won = closed_leads()
    figures: list[Figure] = []
    if not run.quick:
        run.say("odds: 70 % teach, 30 % are told, at random")
        figures += _whole("a random split", leads, won, _shuffled(len(leads)), 0.015)
        run.say("odds: 70 % teach, 30 % are told, by date")
        figures += _whole("by date", leads, won, list(range(len(leads))), 0.0)
    for size in SIZES:
        rounds = run.size(20, 2)
        run.say(f"odds: {size} calls teach, {rounds} times")
        figures += _small(size, small_samples(leads, won, size, rounds))
    return figures


def small_samples(leads: Leads, won: Sequence[bool], size: int, rounds: int) -> list[tuple[Told, Told]]:
    """(ours, naive Bayes) for each of `rounds` samples of `size` calls."""
    chance = random.Random(SEED + size)
    found: list[tuple[Told, Told]] = []
    while len(found) < rounds:
        picked = chance.sample(range(len(leads)), size + TOLD)
        teach, tell = sorted(picked[:size]), picked[size:]
        if len({won[row] for row in teach}) == 2:
            found.append(both(leads, won, teach, tell))
    return found


def both(leads: Leads, won: Sequence[bool], teach: Sequence[int], tell: Sequence[int]) -> tuple[Told, Told]:
    """Both ways learn from the same leads and tell the same others."""

    def ours(known: Leads, outcome: Sequence[bool]) -> Callable[[Mapping[str, Value]], float]:
        model = fit(known, outcome)
        return lambda lead: model.odds(lead).chance

    def told(learn: Callable[[Leads, Sequence[bool]], Callable[[Mapping[str, Value]], float]]) -> Told:
        began = time.process_time()
        guess = learn([leads[row] for row in teach], [won[row] for row in teach])
        took = time.process_time() - began
        guessed = np.array([guess(leads[row]) for row in tell])
        outcome = np.array([won[row] for row in tell], dtype=np.float64)
        return Told(area(guessed, outcome), calibration_error(guessed, outcome), took)

    return told(ours), told(lambda known, outcome: Bayes(known, outcome).chance)


def _whole(what: str, leads: Leads, won: Sequence[bool], order: Sequence[int], line: float) -> list[Figure]:
    cut = len(order) * 7 // 10
    ours, bayes = both(leads, won, sorted(order[:cut]), order[cut:])
    return [
        Figure(f"odds, {what}", f"area under the curve; naive Bayes with bins + {line}", ours.auc, "AUC",
               bayes.auc + line,
               beside=f"naive Bayes {bayes.auc:.3f}; calibration error {ours.gap:.3f} against {bayes.gap:.3f}"),
    ]  # fmt: skip


def _small(size: int, rounds: Sequence[tuple[Told, Told]]) -> list[Figure]:
    ours, bayes = [one for one, _ in rounds], [other for _, other in rounds]

    def mean(of: Sequence[Told], what: str) -> float:
        return statistics.fmean(getattr(one, what) for one in of)

    auc, gap = mean(ours, "auc"), mean(ours, "gap")
    figures = [
        Figure(f"odds, {size}", "area under the curve; naive Bayes with bins", auc, "AUC", mean(bayes, "auc"),
               beside=f"naive Bayes {mean(bayes, 'auc'):.3f}, better in "
                      f"{sum(one.auc > other.auc for one, other in rounds)} of {len(rounds)}"),
        Figure(f"odds, {size}", "calibration error", gap, "share", 0.04 if size == 500 else None, less_is_better=True,
               beside=f"naive Bayes {mean(bayes, 'gap'):.3f}"),
    ]  # fmt: skip
    if size == SIZES[-1]:
        took = max(one.took for one in ours)
        figures.append(Figure(f"odds, {size}", "learning, processor time", took, "s", 1.0, less_is_better=True))
    return figures


def _shuffled(count: int) -> list[int]:
    order = list(range(count))
    random.Random(SEED).shuffle(order)
    return order
