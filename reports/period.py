"""The days that a report is about: whole days in the company's zone, both included."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
YEARS = range(1970, 3000)  # before and after them, the sums that go beyond a period would leave the calendar


def must_be_near(*days: date | None) -> None:
    """Raises ValueError for a day of a year that no report can be about."""
    for day in days:
        if day is not None and day.year not in YEARS:
            raise ValueError(f"没有 {day} 的数字,年份要在 {YEARS[0]} 到 {YEARS[-1]} 之间,例如 2026-03-01")


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included. ValueError when it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the period {self.first} to {self.last} ends before it begins")

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """[begin, end)."""
        return datetime.combine(self.first, time(), zone), datetime.combine(self.last + DAY, time(), zone)

    def before(self) -> "Period":
        """The one that it is compared with: the month before a whole month, else as many days before it."""
        if self.first.day == 1 and (self.last + DAY).day == 1 and self.days <= 31:
            return Period((self.first - DAY).replace(day=1), self.first - DAY)
        return Period(self.first - self.days * DAY, self.first - DAY)

    def months(self) -> Iterator["Period"]:
        """The calendar months in it; the first and the last may be parts of one."""
        first = self.first
        while first <= self.last:
            following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
            yield Period(first, min(following - DAY, self.last))
            first = following
