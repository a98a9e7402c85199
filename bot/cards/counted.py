"""What was counted for a card of numbers, and how its figures are written and opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.cards.card import Button
from bot.cards.overdue import Late
from bot.report_actions import ShowNumber, ShowReport
from reports.attribution import Owed
from reports.forecast import Forecast
from reports.funnel import Step
from reports.period import Period
from reports.ranking import Place
from reports.words import shown

SPANS = {"m": "分钟", "h": "小时", "d": "个工作日"}
ROWS = 6


@dataclass(frozen=True)
class View:
    """What is asked (`report` of `period`, of a `team` or ""), and what was counted for it."""

    report: str
    period: Period
    today: date
    team: str = ""
    now: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()
    funnel: Sequence[Step] = ()
    owed: Sequence[Owed] = ()
    places: Sequence[Place] = ()
    late: Sequence[Late] = ()
    late_count: int = 0
    expected: Forecast | None = None
    wins: Sequence[str] = ()
    lost: tuple[tuple[str, int], ...] = ()  # why deals were lost, where a month is told
    hidden: int = 0
    greeting: str = ""
    within: str = ""
    in_group: bool = False


def percent(value: float | None) -> str:
    """91 %, — for nothing to divide by."""
    return "—" if value is None else f"{value:.0%}"


def change(now: float | None, before: float | None) -> str:
    """(+4), in points; (持平) for none."""
    if now is None or before is None:
        return ""
    points = round(100 * now) - round(100 * before)
    return f"({points:+d})" if points else "(持平)"


def money(value: float | None) -> str:
    """86, 1,240, 1.3万: short enough for a row with three of them."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) < 10_000 else f"{three(value / 10_000)}万"


def three(value: float) -> str:
    """12.3, 3,107, 0.05: three figures, whole from a hundred on, never 3.1e+03."""
    if abs(value) >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.0001 else "0"


def span(within: str) -> str:
    """2h as people say it: 2 小时."""
    return f"{within[:-1]} {SPANS[within[-1]]}"


def standing(days: float) -> str:
    """2.5 天, 3 小时, 20 分: how long a stage lasts."""
    if days >= 1:
        return f"{days:.1f} 天"
    return f"{days * 24:.0f} 小时" if days * 24 >= 1 else f"{days * 1440:.0f} 分"


def minutes(value: float | None) -> str:
    """38 分, 5.2 小时 of working time."""
    if value is None:
        return "—"
    return f"{value:.0f} 分" if value < 90 else f"{value / 60:.1f} 小时"


def head(view: View, name: str) -> dict[str, Any]:
    """Title and source of a report's card."""
    of = f" · {view.team}" if view.team else ""
    return {"title": f"{name} {shown(view.period, today=view.today)}{of}", "source": name}


def opening(view: View, text: str, what: str, key: str = "", style: str = "plain") -> Button:
    """The button that opens a number down to its leads."""
    first, last = view.period.first.isoformat(), view.period.last.isoformat()
    return Button(text, ShowNumber(what, first, last, key, view.team), style)


def other_report(view: View, text: str, report: str) -> Button:
    """The button to another report about the same days."""
    first, last = view.period.first.isoformat(), view.period.last.isoformat()
    return Button(text, ShowReport(report, first, last, view.team))
