"""Whose turn it is: who could get a lead, why the others cannot, and a fair choice among the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.assignment import Strategy


@dataclass(frozen=True)
class Candidate:
    """One member as a rule sees them; `credit` is how much they are owed, `refused` why they cannot get it now."""

    member_id: str
    name: str
    weight: int = 1
    credit: int = 0
    given: int = 0
    load: int = 0
    refused: str = ""


@dataclass(frozen=True)
class Limits:
    """What may stop somebody: open leads at most, broken promises at most, leads a day at most (None: no limit)."""

    holding: int | None = None
    overdue: int | None = None
    per_day: int | None = None


def why_not(
    *,
    away_until: str,
    off_shift: bool,
    load: int,
    overdue: int,
    today: int,
    capacity: int | None,
    foreign: str,
    limits: Limits,
) -> str:
    """Why somebody cannot get a lead now, in the words told to people; "" when they can.

    `foreign` is what is not theirs ("不负责重庆"), `away_until` a day in words, `capacity` their own limit.
    """
    if away_until:
        return f"请假到{away_until}"
    if off_shift:
        return "现在不当班"
    if foreign:
        return foreign
    full = min((most for most in (capacity, limits.holding) if most is not None), default=None)
    if full is not None and load >= full:
        return f"手上已有 {load} 条(上限 {full})"
    if limits.overdue is not None and overdue >= limits.overdue:
        return f"有 {overdue} 条超时还没跟上"
    if limits.per_day is not None and today >= limits.per_day:
        return f"今天已分到 {today} 条(上限 {limits.per_day})"
    return ""


def choose(candidates: Sequence[Candidate], by: Strategy) -> tuple[Candidate | None, dict[str, int]]:
    """The one whose turn it is among those who can, and everybody's new credit.

    Smooth weighted round robin: each one present earns their weight, the richest is chosen and pays what all earned.
    Who was away neither earns nor catches up afterwards. `round_robin` counts every weight as one.
    """
    present = [one for one in candidates if not one.refused]
    if not present:
        return None, {}
    weights = {one.member_id: one.weight if by == "weighted" else 1 for one in present}
    credit = {one.member_id: one.credit + weights[one.member_id] for one in present}
    if by == "least_loaded":
        chosen = min(present, key=lambda one: (one.load / max(one.weight, 1), -credit[one.member_id], one.member_id))
    else:
        chosen = max(present, key=lambda one: (credit[one.member_id], -one.given, one.member_id))
    credit[chosen.member_id] -= sum(weights.values())
    return chosen, credit
