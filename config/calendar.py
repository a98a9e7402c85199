"""When the company works, and the teams and people whose hours differ from it: shifts, other zones, early hours."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator, model_validator

from config.section import Section
from config.worktime import WorkCalendar, parse_period

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OFF = "休"  # in a cycle of shifts: nobody works that day


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception:
        raise ValueError("is no known time zone; for example Asia/Shanghai") from None
    return value


def _period(value: str) -> str:
    parse_period(value)
    return value


Zone = Annotated[str, AfterValidator(_zone)]
PeriodText = Annotated[str, AfterValidator(_period)]
Hours = dict[Weekday, tuple[PeriodText, ...]]


def _a_week(hours: Hours) -> Hours:
    """Refuses here what no calendar can be built of, so that such rules are never published."""
    periods = {number: tuple(map(parse_period, listed)) for number, listed in enumerate(hours.values())}
    WorkCalendar(ZoneInfo("UTC"), periods)
    return hours


class OtherHours(Section):
    """The hours of some teams or members where they differ from the company's; what is not written is the company's.

    Either `hours` per weekday, or `shifts` that take turns day by day in the order of `cycle` from `since` on.
    """

    name: str = Field(min_length=1, max_length=30)
    teams: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    zone: Zone | None = None
    hours: Hours | None = None
    shifts: dict[str, tuple[PeriodText, ...]] = Field(default_factory=dict)
    cycle: tuple[str, ...] = Field(default=(), max_length=366)
    since: date | None = None
    holidays: Literal["china", "none"] | None = None

    @field_validator("hours")
    @classmethod
    def _whole_week(cls, hours: Hours | None) -> Hours | None:
        return None if hours is None else _a_week(hours)

    @model_validator(mode="after")
    def _for_somebody(self) -> "OtherHours":
        if not self.teams and not self.members:
            raise ValueError("needs teams or members: whose hours are these?")
        if self.zone is None and self.hours is None and not (self.cycle or self.shifts) and self.holidays is None:
            raise ValueError(
                "differs in nothing from the company's; write hours, shifts with a cycle, zone or holidays"
            )
        return self

    @model_validator(mode="after")
    def _shifts_in_turn(self) -> "OtherHours":
        if not self.cycle:
            if self.shifts or self.since is not None:
                raise ValueError("shifts need a cycle: the order of the days, such as [早, 早, 晚, 晚, 休, 休]")
            return self
        if self.hours is not None:
            raise ValueError("has hours and a cycle of shifts; leave one of them out")
        if self.since is None:
            raise ValueError("a cycle needs since: the day on which its first shift is worked")
        if unknown := [name for name in self.cycle if name not in self.shifts and name != OFF]:
            raise ValueError(
                f"cycle names {unknown[0]!r}, which is no shift; shifts are {', '.join(self.shifts)} and {OFF}"
            )
        periods = tuple(tuple(map(parse_period, self.shifts.get(name, ()))) for name in self.cycle)
        WorkCalendar(ZoneInfo("UTC"), {}, cycle=periods, cycle_from=self.since)
        return self


class Calendar(Section):
    """Working hours per weekday, in a zone, with the official holidays of a country."""

    zone: Zone = "Asia/Shanghai"
    hours: Hours = Field(min_length=1)
    holidays: Literal["china", "none"] = "china"
    override: str = ""
    others: tuple[OtherHours, ...] = ()

    @field_validator("hours")
    @classmethod
    def _whole_week(cls, hours: Hours) -> Hours:
        return _a_week(hours)

    @field_validator("others")
    @classmethod
    def _each_once(cls, others: tuple[OtherHours, ...]) -> tuple[OtherHours, ...]:
        for what in ("teams", "members"):
            named = [one for other in others for one in getattr(other, what)]
            if twice := [one for one in named if named.count(one) > 1]:
                raise ValueError(f"{what}: {twice[0]} stands in two of them; everybody has one calendar")
        return others
