"""A stretch of days that somebody named: one day, a week, the days until a deadline."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Kind = Literal["day", "range", "tail", "festival"]
Said = Literal["coming", "past", "open"]


@dataclass(frozen=True)
class Span:
    """First and last day, both included. `kind` decides what 前 and 后 make of it (see `until` and `since`)."""

    first: date
    last: date
    kind: Kind = "day"
    said: Said = "coming"  # open: the words alone do not say whether it is behind us
    doubt: str | None = None
    back: date | None = None  # festivals: the first workday after the holiday


Reader = Callable[[re.Match[str], date], Span | None]  # what a pattern's find means, seen from today


def one(day: date, *, said: Said = "coming", doubt: str | None = None) -> Span:
    """A single day."""
    return Span(day, day, "day", said, doubt)


def until(span: Span, today: date) -> Span:
    """周五前, 月底前, 国庆前: from today to the deadline; days and ends of periods count themselves, others do not."""
    itself = span.kind in ("day", "tail") or span.first <= today
    last = span.last if itself else span.first - timedelta(days=1)
    return Span(min(today, last), last, "range", span.said, span.doubt)


def since(span: Span) -> Span:
    """周三以后, 国庆后: the first day after it on which one may call."""
    return one(span.back or span.last + timedelta(days=1), said="coming", doubt=span.doubt)


def month_days(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month; months beyond 12 or below 1 run into the neighbouring years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day some months on, or that month's last day where it has no such day."""
    first, last = month_days(day.year, day.month + months)
    return min(first + timedelta(days=day.day - 1), last)
