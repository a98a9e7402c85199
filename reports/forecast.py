"""What a month will bring: what is signed, what leaders commit to, what could come at best, and what is likely."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """One open deal, in fen. `probability` is that of its stage, `chance` what the model says (both 0 to 1).

    `committed` is what a leader has said that it brings, None when nobody has.
    """

    amount: int | None
    probability: float
    chance: float | None = None
    expected_on: str = ""
    committed: int | None = None


@dataclass(frozen=True)
class Forecast:
    """In fen; each includes what is signed already. `unknown`: open deals without an amount or a day."""

    signed: int
    commit: int
    best: int
    by_stage: int
    by_odds: int
    unknown: int
    target: int | None = None

    @property
    def gap(self) -> int | None:
        """What is left to sign for the target; None without one."""
        return None if self.target is None else max(self.target - self.signed, 0)


def forecast(
    pieces: Iterable[Piece], signed: int, *, until: str, target: int | None = None, unknown: int = 0
) -> Forecast:
    """Of the open deals those count that are expected by a day (2026-06-30): late ones too, they may still come.

    commit: what leaders said; best: all of it, and what they said besides; by stage and by odds: each amount times its
    chance. Without a model's chance that of the stage stands in. `unknown`: deals that are in no piece.
    """
    commit = best = 0
    by_stage = by_odds = 0.0
    for piece in pieces:
        said = piece.committed or 0
        commit += said
        if piece.amount is None or not piece.expected_on or piece.expected_on > until:
            unknown += piece.amount is None or not piece.expected_on
            best += said
            continue
        best += max(piece.amount, said)
        by_stage += piece.amount * piece.probability
        by_odds += piece.amount * (piece.chance if piece.chance is not None else piece.probability)
    return Forecast(
        signed, signed + commit, signed + best, signed + round(by_stage), signed + round(by_odds), unknown, target
    )


@dataclass(frozen=True)
class Error:
    """What was committed for a span, what was signed of it: in fen."""

    committed: int
    signed: int

    @property
    def share(self) -> float | None:
        """(signed - committed) / committed; None when nothing was committed."""
        return None if not self.committed else (self.signed - self.committed) / self.committed


def error_of(committed: Sequence[tuple[int, int | None]]) -> Error:
    """The error of a week: of each committed deal what was said, and what was signed in it (None: not signed)."""
    return Error(sum(said for said, _ in committed), sum(signed or 0 for _, signed in committed))
