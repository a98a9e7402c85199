"""How far the leads of a period have come by now, and how long they stood in each stage."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from reports.numbers import LADDER, Counted, share

LABELS = {
    "leads": "线索", "mql": "MQL", "sal": "已领取", "sql": "SQL", "opportunity": "商机", "won": "赢单",
}  # fmt: skip
DAY = timedelta(days=1)
MOST_STRETCHES = 20_000  # leads of a cohort whose days in a stage are looked at


@dataclass(frozen=True)
class Step:
    """A stage: how many of the cohort have reached it, the share of those of the stage before, the median days until
    they went on from it (None while nobody did)."""

    name: str
    label: str
    count: int
    share: float | None
    days: float | None


def steps(counted: Counted, stretches: list[tuple[datetime | None, ...]]) -> list[Step]:
    """The funnel of a cohort (the leads captured in a period), so that last month's does not jump."""
    reached = counted.reached["leads"]
    found = []
    for number, name in enumerate(LADDER):
        before = reached[LADDER[number - 1]] if number else None
        found.append(
            Step(
                name, LABELS[name], reached[name], share(reached[name], before) if number else None,
                stood(stretches, number),
            )
        )  # fmt: skip
    return found


def stood(stretches: list[tuple[datetime | None, ...]], number: int) -> float | None:
    """The median days between reaching a stage and reaching the next one."""
    if number + 1 >= len(LADDER):
        return None
    found = []
    for at in stretches:
        begun, ended = at[number], at[number + 1]
        if begun is not None and ended is not None:
            found.append((ended - begun) / DAY)
    return median(found) if found else None
