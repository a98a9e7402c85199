"""What a person did lately, as points that fade: a visit of today says more than a download of last month.

A lead keeps one number per kind of behaviour (how many of them, as much as has not faded) and its instant; that is
enough to know every later number, so that rating a lead never reads its history.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from config.rules import Behaviour, Rules
from leads.score import Part, part

Heat = Mapping[str, list[Any]]  # kind → [how many have not faded, when that was]

SECURITY = ("bot", "spider", "crawler", "curl", "python-requests", "headless", "barracuda", "mimecast", "proofpoint",
            "safelinks", "googleimageproxy", "urldefense")  # fmt: skip
DAY = 86_400.0  # seconds
AT_ONCE = timedelta(seconds=2)  # nobody reads and taps within this of a delivery
BY_MACHINES = ("open", "click")


def is_machine(kind: str, *, at: datetime, delivered_at: datetime | None, user_agent: str) -> bool:
    """Whether an opening or a click was a security gateway's or a preview's rather than a person's (D6)."""
    if kind not in BY_MACHINES:
        return False
    named = user_agent.lower()
    soon = delivered_at is not None and timedelta(0) <= at - delivered_at < AT_ONCE
    return soon or any(word in named for word in SECURITY)


def warmed(heat: Heat, kind: str, weight: float, at: datetime, *, rules: Rules) -> dict[str, list[Any]]:
    """The heat after one more behaviour, told in any order."""
    half_life = rules.scoring.behaviours[kind].half_life
    amount, since = _amount(heat, kind, at)
    if at >= since:
        kept = [amount * _left(at - since, half_life) + weight, at.isoformat()]
    else:
        kept = [amount + weight * _left(since - at, half_life), since.isoformat()]
    return {**heat, kind: kept}


def heat_of(behaviours: Iterable[tuple[str, float, datetime]], *, rules: Rules) -> dict[str, list[Any]]:
    """The heat that (kind, weight, at) behaviours give; kinds that the rules do not know any more give none."""
    heat: dict[str, list[Any]] = {}
    for kind, weight, at in behaviours:
        if weight and kind in rules.scoring.behaviours:
            heat = warmed(heat, kind, weight, at, rules=rules)
    return heat


def parts_of(heat: Heat, *, rules: Rules, now: datetime) -> list[Part]:
    """The points of each kind as they are now, whole ones, none above its cap."""
    return [part(points, rule.label) for rule, points in _fading(heat, rules, now) if points]


def first_change(heat: Heat, nights: Sequence[datetime], *, rules: Rules, now: datetime) -> int | None:
    """The place of the first of these nights in which a part differs from now (their number when none does); None when
    there are no points that could fade.
    """
    read = [(rule, *_amount(heat, kind, now)) for kind, rule in rules.scoring.behaviours.items() if kind in heat]
    before = [_points(rule, amount, since, now) for rule, amount, since in read]
    if not any(before):
        return None
    for place, night in enumerate(nights):
        if [_points(rule, amount, since, night) for rule, amount, since in read] != before:
            return place
    return len(nights)


def _fading(heat: Heat, rules: Rules, now: datetime) -> Iterator[tuple[Behaviour, int]]:
    for kind, rule in rules.scoring.behaviours.items():
        if kind in heat:
            yield rule, _points(rule, *_amount(heat, kind, now), now)


def _points(rule: Behaviour, amount: float, since: datetime, now: datetime) -> int:
    points = rule.add * amount * _left(max(now - since, timedelta(0)), rule.half_life)
    most = abs(rule.cap)
    return round(max(-most, min(most, points)))


def _amount(heat: Heat, kind: str, otherwise: datetime) -> tuple[float, datetime]:
    if kind not in heat:
        return 0.0, otherwise
    amount, since = heat[kind]
    return float(amount), datetime.fromisoformat(since)


def _left(span: timedelta, half_life: int) -> float:
    return float(0.5 ** (span.total_seconds() / (half_life * DAY)))
