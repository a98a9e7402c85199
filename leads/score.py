"""How good a lead is: a grade for who they are, points for what they show, and the rule that calls it an MQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from config.rules import Rules, ScoreRule


@dataclass(frozen=True)
class LeadProfile:
    """What the rules may look at; budgets are in yuan."""

    name: str = ""
    title: str = ""
    company: str = ""
    city: str = ""
    phone_valid: bool = False
    email: str = ""
    wechat: str = ""
    need: str = ""
    budget_min: int | None = None
    budget_max: int | None = None
    source: str = ""
    enquiries: int = 1


@dataclass(frozen=True)
class Part:
    """One rule that counted: its points and its reason in Chinese."""

    points: int
    why: str


@dataclass(frozen=True)
class Score:
    """Points 0 to 100, a grade A to D, how warm that is, what made it so, and whether it is an MQL."""

    points: int
    grade: str
    temperature: str
    parts: tuple[Part, ...]
    mql: bool


def score(lead: LeadProfile, *, rules: Rules, lately: Sequence[Part] = ()) -> Score:
    """Rate a lead by the published rules; `lately` is what behaviour adds. The parts add up to the points."""
    scoring = rules.scoring
    counted = [rule for rule in scoring.rules if holds(rule, getattr(lead, rule.field))]
    parts = [*[part(rule.add, rule.why) for rule in counted], *lately]
    reached = sum([part.points for part in parts])
    points = max(0, min(100, reached))
    if reached != points:
        parts.append(part(points - reached, "最多 100 分" if reached > points else "最少 0 分"))
    profile = sum([rule.add for rule in counted if rule.profile])
    grade = next((g for g, least in zip("ABC", scoring.grades, strict=True) if profile >= least), "D")
    temperature = "hot" if points >= scoring.hot else "warm" if points >= scoring.warm else "cold"
    mql = points >= scoring.mql.score and grade <= scoring.mql.grade
    return Score(points, grade, temperature, tuple(parts), mql)


def holds(rule: ScoreRule, value: Any) -> bool:
    """Whether a rule counts for a lead with this value in the field that it looks at."""
    if rule.present is not None:
        return bool(value) == rule.present
    if rule.at_least is not None:
        return value is not None and int(value) >= rule.at_least
    text = str(value or "")
    return _mentions(text, rule.contains) if rule.contains else text in rule.one_of


@lru_cache(maxsize=1024)
def part(points: int, why: str) -> Part:
    """The part itself: there are few different ones, and each is made once."""
    return Part(points, why)


@lru_cache(maxsize=16384)
def _mentions(text: str, words: tuple[str, ...]) -> bool:
    """Remembered, because lists repeat their titles and needs ten thousand times."""
    return any(word in text for word in words)
