"""The pieces that dashboards are made of: figures, a chart and a table, each number with the list behind it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bot.cards.asked import lasting
from bot.web.pages.span import Span
from store.tx import Tx

LEADERS = ("manager", "marketing", "admin")
EVERYBODY = ("rep", *LEADERS)
NONE = "—"


@dataclass(frozen=True)
class Figure:
    """One number in large; `href` leads to what it counts."""

    label: str
    value: str
    href: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Chart:
    """What the script draws. `series` are names with a number (or None) for each label; `links` one for each label.

    `bad` are the series that nobody wants to see. `summary` says the same in words, for whoever does not see it.
    """

    kind: Literal["bar", "line", "funnel"]
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | int | None]]]
    summary: str
    links: Sequence[str] = ()
    unit: str = ""
    bad: Sequence[str] = ()

    def spec(self) -> dict[str, Any]:
        """As the script reads it."""
        return asdict(self)


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    text: str
    href: str = ""
    bad: bool = False


@dataclass(frozen=True)
class Table:
    """Headings (with whether the column is of numbers) and rows."""

    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Piece:
    """One part as it is shown."""

    figures: Sequence[Figure] = ()
    chart: Chart | None = None
    table: Table | None = None
    note: str = ""
    empty: str = ""


@dataclass(frozen=True)
class Part:
    """One part that a dashboard may have, for whom it is, and how it is read."""

    name: str
    label: str
    read: Callable[[Tx, Span], Awaitable[Piece]]
    roles: tuple[str, ...] = LEADERS
    wide: bool = field(default=False)


def count(value: int | None) -> str:
    """12,300."""
    return NONE if value is None else f"{value:,}"


def percent(share: float | None) -> str:
    """91.2%; what is whole has no decimals."""
    return NONE if share is None else f"{share * 100:.1f}".rstrip("0").rstrip(".") + "%"


def yuan(value: float | int | None) -> str:
    """12,300 元; at most two decimals."""
    if value is None:
        return NONE
    return (f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}") + " 元"


def minutes(value: float | None) -> str:
    """1 小时 40 分."""
    return NONE if value is None else lasting(value * 60)


def ratio(value: float | None) -> str:
    """2.4."""
    return NONE if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def days(value: float | None) -> str:
    """12.5 天, 3 小时 20 分."""
    if value is not None and value < 1:
        return lasting(value * 86400)
    return NONE if value is None else f"{value:.1f}".rstrip("0").rstrip(".") + " 天"
