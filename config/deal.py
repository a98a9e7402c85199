"""What a company has agreed about its deals: why they are lost, when leaders commit, when a customer comes back."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.section import Section

Reason = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^\S+$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
REASONS = ("价格太高", "选了竞品", "预算取消", "项目暂停", "需求不匹配", "联系不上")


class Forecasting(Section):
    """On which day and at what time leaders are asked what the coming week will bring."""

    day: Weekday = "fri"
    at: ClockTime = "16:00"


class AfterWin(Section):
    """When a customer comes back as a deal: so many days before what they have ends, and after so long a silence.

    `term_days`: how long what is sold lasts, when nobody says a day; `asked`: who asks for another product is one.
    """

    renew_before: int = Field(default=30, ge=1, le=365)
    term_days: int | None = Field(default=None, ge=1, le=3650)
    silence: int | None = Field(default=None, ge=1, le=3650)
    asked: bool = True


class Deals(Section):
    """The reasons that are offered for a loss, the forecast, and what comes after the win."""

    lost_reasons: tuple[Reason, ...] = Field(default=REASONS, min_length=1, max_length=10)
    forecast: Forecasting = Forecasting()
    after_win: AfterWin = AfterWin()
