"""What sales thinks of a source: how many of its leads were called invalid, and why, counted for the same day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.words import kind_of_reason
from store import quality
from store.tx import Tx


@dataclass(frozen=True)
class SourceQuality:
    """One source: `leads` captured in the period, `invalid` called so in it (whenever they came), with the reasons.

    `invalid_rate`: of the leads captured in the period, the share that is invalid by now; None of none.
    """

    key: str
    leads: int = 0
    invalid: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    invalid_rate: float | None = None


def whole_days(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The period of whole days in the company's zone, both included, as [begin, end)."""
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)


def counted(reasons: dict[str, int]) -> str:
    """空号 2、学生 1."""
    return "、".join(f"{kind} {count}" for kind, count in reasons.items())


async def source_quality(tx: Tx, first: date, last: date, *, zone: ZoneInfo) -> list[SourceQuality]:
    """Every source with leads or invalid leads in the period, the most invalid ones first; by first touch."""
    begin, end = whole_days(first, last, zone)
    captured = await quality.captured(tx, begin, end)
    reasons: dict[str, Counter[str]] = {}
    for source, reason in await quality.called_invalid(tx, begin, end):
        reasons.setdefault(source, Counter())[kind_of_reason(reason)] += 1
    found = []
    for source in {**captured, **reasons}:
        leads, gone = captured.get(source, (0, 0))
        told = dict(reasons.get(source, Counter()).most_common())
        rate = gone / leads if leads else None
        found.append(SourceQuality(source, leads, sum(told.values()), told, rate))
    return sorted(found, key=lambda one: (-one.invalid, -one.leads, one.key))
