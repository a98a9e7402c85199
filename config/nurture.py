"""How often customers may hear from us, about what, by which channel and at which hours."""

from datetime import time
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from config.section import AtKey, Name, Section

Channel = Literal["mail", "sms", "mass", "kf", "mp", "hand"]
CHANNELS: tuple[str, ...] = Channel.__args__  # type: ignore[attr-defined]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[str, ...] = Weekday.__args__  # type: ignore[attr-defined]
CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
Span = Annotated[str, StringConstraints(pattern=rf"^{CLOCK}-{CLOCK}$")]


class Topic(Section):
    """Something that customers may want to hear of, or not. `consent`: nobody hears of it who has not agreed to it."""

    label: str = Field(min_length=1, max_length=20)
    about: str = Field(default="", max_length=100)
    consent: bool = True


class Cap(Section):
    """How many messages one customer gets at most within a day, a week and thirty days; None: as many as there are."""

    per_day: int | None = Field(default=None, ge=1)
    per_week: int | None = Field(default=None, ge=1)
    per_month: int | None = Field(default=None, ge=1)

    def spans(self) -> tuple[tuple[int, int], ...]:
        """(days, most) of each limit that is set."""
        limits = ((1, self.per_day), (7, self.per_week), (30, self.per_month))
        return tuple((days, most) for days, most in limits if most is not None)


class CapOfAll(Cap):
    """The same for all channels together."""

    per_day: int | None = Field(default=2, ge=1)
    per_week: int | None = Field(default=4, ge=1)


class Budget(Section):
    """How many messages a channel carries for all customers together on a day and in a calendar month; `price` of one
    in yuan.
    """

    per_day: int | None = Field(default=None, ge=1)
    per_month: int | None = Field(default=None, ge=1)
    price: float | None = Field(default=None, ge=0, le=1000)


class Window(Section):
    """When a channel may be used: on these days, between these hours (all day when there are none)."""

    days: tuple[Weekday, ...] = Field(default=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), min_length=1)
    hours: tuple[Span, ...] = ()

    @model_validator(mode="after")
    def _forward(self) -> "Window":
        for number, span in enumerate(self.hours):
            begin, end = times_of(span)
            if begin >= end:
                raise AtKey(f"{span} ends before it begins; write two spans for a night", "hours", number)
        return self


SHIPPED: dict[str, Topic] = {
    "news": Topic(label="产品资讯", about="新产品、行业文章和优惠"),
    "event": Topic(label="活动邀请", about="展会、沙龙和线上讲座"),
    "service": Topic(label="服务通知", about="您的咨询、报价和订单的进展", consent=False),
}
USUAL_CAPS: dict[Channel, Cap] = {
    "mail": Cap(per_day=1, per_week=2),
    "sms": Cap(per_day=1, per_week=1, per_month=3),
    "mass": Cap(per_day=1, per_month=4),
    "kf": Cap(per_day=3),
    "mp": Cap(per_day=3),
    "hand": Cap(per_day=2),
}


class Nurture(Section):
    """Topics, how much one customer gets (`caps` by channel, `all_channels` together), and when nobody is disturbed."""

    topics: dict[Name, Topic] = Field(default=SHIPPED, min_length=1, max_length=30)
    caps: dict[Channel, Cap] = USUAL_CAPS
    all_channels: CapOfAll = CapOfAll()
    quiet: Span = "21:00-09:00"
    windows: dict[Channel, Window] = Field(default_factory=dict)
    budget: dict[Channel, Budget] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _told_apart(self) -> "Nurture":
        labels: dict[str, str] = {}
        for name, topic in self.topics.items():
            if topic.label in labels:
                raise AtKey(f"{labels[topic.label]} has this label already", "topics", name, "label")
            labels[topic.label] = name
        return self

    def topic_called(self, words: str) -> str | None:
        """The topic of that name or label, or None."""
        found = (name for name, topic in self.topics.items() if words in (name, topic.label))
        return next(found, None)


def times_of(span: str) -> tuple[time, time]:
    """The two times of 09:00-18:00."""
    begin, _, end = span.partition("-")
    return _time(begin), _time(end)


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))
