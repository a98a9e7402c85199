"""A journey as the rules declare it: who sets out, which steps follow one another, what it is for, when it ends."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator, model_validator

from config.nurture import Channel
from config.section import AtKey, Name, Section
from config.worktime import parse_span

StageName = Literal["new", "nurturing", "mql", "sal", "sql", "opportunity", "won", "lost", "invalid", "dormant"]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Festival = Literal["元旦", "春节", "元宵", "清明", "五一", "端午", "七夕", "教师节", "中秋", "国庆", "重阳"]
END = "end"  # the name by which steps lead to the end
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def lasting(text: str) -> timedelta:
    """How long 30m, 2h or 3d last by the clock on the wall: customers' days have 24 hours. Raises ValueError."""
    span = parse_span(text)
    return timedelta(**{UNITS[span.unit]: span.amount})


def _span(value: str) -> str:
    lasting(value)
    return value


SpanText = Annotated[str, AfterValidator(_span)]


def _lists(own: Any) -> Any:
    """A single value is a list of one."""
    if not isinstance(own, dict):
        return own
    return {key: value if isinstance(value, list | tuple) else (value,) for key, value in own.items()}


Words = tuple[Annotated[str, StringConstraints(min_length=1, max_length=60)], ...]
OwnWords = Annotated[dict[Name, Words], BeforeValidator(_lists)]


class Those(Section):
    """Which leads are meant: all that is written must hold, of the words of one any is enough."""

    stage: tuple[StageName, ...] = ()
    grade: tuple[Literal["A", "B", "C", "D"], ...] = ()
    source: Words = ()
    score_at_least: int | None = Field(default=None, ge=0, le=100)
    score_below: int | None = Field(default=None, ge=0, le=101)
    own: OwnWords = Field(default_factory=dict)
    owned: bool | None = None

    @property
    def anybody(self) -> bool:
        """Whether nothing is written."""
        return self == type(self)()


class Met(Those):
    """The same of a lead on its way. `did`: one of these behaviours since the journey began."""

    did: Words = ()


class Start(Section):
    """What lets a lead set out; exactly one of them. `days` and `at` say when, for what has a day of its own."""

    stage: tuple[StageName, ...] = ()
    score_at_least: int | None = Field(default=None, ge=0, le=100)
    own: OwnWords = Field(default_factory=dict)
    source: Words = ()
    behaviour: Words = ()
    date: Name | None = None
    event: Literal["registered", "came"] | None = None
    holiday: tuple[Festival, ...] = ()
    silent_days: int | None = Field(default=None, ge=7, le=3650)
    days: int = Field(default=0, ge=-366, le=366)
    at: ClockTime = "10:00"

    @model_validator(mode="after")
    def _one(self) -> "Start":
        if len(self.kinds) != 1:
            said = "nothing is written" if not self.kinds else f"{' and '.join(self.kinds)} are written"
            raise ValueError(f"one thing lets leads set out, and {said}; use one of {', '.join(STARTS)}")
        if self.days and self.kind not in ("date", "event", "holiday"):
            raise AtKey(f"days counts from a day, and {self.kind} has none; leave it out", "days")
        return self

    @cached_property
    def kinds(self) -> list[str]:
        """What is written."""
        return [name for name in STARTS if getattr(self, name) not in ((), {}, None)]

    @property
    def kind(self) -> str:
        """The one that is written."""
        return self.kinds[0]


STARTS = ("stage", "score_at_least", "own", "source", "behaviour", "date", "event", "holiday", "silent_days")


class Change(Section):
    """What a step writes on the lead: own fields (a tag is an entry of one), its stage, a behaviour for the score."""

    own: dict[Name, str] = Field(default_factory=dict)
    stage: Literal["nurturing", "dormant"] | None = None
    behaviour: Name | None = None

    @model_validator(mode="after")
    def _something(self) -> "Change":
        if not self.own and self.stage is None and self.behaviour is None:
            raise ValueError("it changes nothing; name own, stage or behaviour")
        return self


KINDS = ("send", "wait", "day", "when", "split", "set", "tell", "give", "stop")
RESTING = ("wait",)  # the steps at which time surely passes; the day of another may be over


class Step(Section):
    """One step; exactly one of KINDS. It leads to `next` (the step below, where nothing is written).

    `wait` lasts so long, or only `until` one of these behaviours; `otherwise` is where it leads when none was seen.
    `day`: until so many days before (-1) or after the run's own day. `when`: `otherwise` where it does not hold.
    """

    name: Name | None = None
    send: tuple[Channel, ...] = ()
    content: str = ""
    topic: str = ""
    wait: SpanText | None = None
    until: Words = ()
    day: int | None = Field(default=None, ge=-366, le=366)
    at: ClockTime | None = None
    when: Met | None = None
    split: dict[Name, Annotated[int, Field(ge=1, le=1000)]] = Field(default_factory=dict, max_length=8)
    set: Change | None = None
    tell: Literal["owner", "marketing"] | None = None
    text: str = Field(default="", max_length=200)
    give: Literal["sales"] | None = None
    stop: bool = False
    next: Name | None = None
    otherwise: Name | None = None

    @field_validator("send", mode="before")
    @classmethod
    def _one_channel(cls, send: Any) -> Any:
        return (send,) if isinstance(send, str) else send

    @model_validator(mode="after")
    def _one(self) -> "Step":
        if len(self.kinds) != 1:
            said = "this step does nothing" if not self.kinds else f"{' and '.join(self.kinds)} are two steps"
            raise ValueError(f"{said}; a step is one of {', '.join(KINDS)}")
        for key, kinds in BELONGS.items():
            if getattr(self, key) not in ("", (), None) and self.kind not in kinds:
                raise AtKey(f"belongs to {' or '.join(kinds)}; a step that is {self.kind} has none", key)
        if self.kind == "send" and not self.content:
            raise AtKey("says what is sent: the name of a text in content/", "content")
        if self.kind == "send" and not self.topic:
            raise AtKey("says what it is about: a topic of nurture.topics, which customers can stop", "topic")
        if self.kind == "when" and (self.otherwise is None or self.when is None or self.when.anybody):
            raise ValueError("when needs something to hold, and otherwise: the step that follows where it does not")
        if self.kind == "split" and (len(self.split) < 2 or self.next is not None):
            raise ValueError("split names at least two steps with their weights, such as {a: 50, b: 50}, and no next")
        if self.otherwise is not None and self.kind == "wait" and not self.until:
            raise AtKey("needs until: the behaviours that are waited for", "otherwise")
        return self

    @cached_property
    def kinds(self) -> list[str]:
        """What is written."""
        return [name for name in KINDS if getattr(self, name) not in ((), {}, None, False)]

    @property
    def kind(self) -> str:
        """The one that is written."""
        return self.kinds[0]


BELONGS = {
    "content": ("send",), "topic": ("send",), "until": ("wait",), "at": ("wait", "day"), "text": ("tell", "give"),
    "otherwise": ("wait", "day", "when"),
}  # fmt: skip


class Journey(Section):
    """A journey. Who leaves `only` rests until they are back; `goal` and `exit` end it, whatever step it has come to.

    `owned`: it goes on while somebody in sales works on the lead; otherwise a claim lets it rest.
    """

    label: str = Field(min_length=1, max_length=20)
    active: bool = True
    start: Start
    only: Those = Those()
    again: SpanText | None = None
    goal: Met | None = None
    exit: Met | None = None
    owned: bool = False
    steps: tuple[Step, ...] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Journey":
        seen: set[str] = set()
        for number, name in enumerate(self.names):
            if name in seen or name == END:
                why = f"there is another step {name}" if name in seen else "end is where journeys end"
                raise AtKey(f"{why}; give this one another name", "steps", number, "name")
            seen.add(name)
        for number, step in enumerate(self.steps):
            named = [(key, target) for key in ("next", "otherwise") if (target := getattr(step, key)) is not None]
            for key, target in [*named, *(("split", target) for target in step.split)]:
                if target not in seen and target != END:
                    known = ", ".join((*self.names, END))
                    raise AtKey(f"there is no step {target!r}; there are: {known}", "steps", number, key)
        return self

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The steps' names, in order; one without a name is called after its place: s1, s2 …"""
        return tuple(step.name or f"s{number}" for number, step in enumerate(self.steps, 1))

    def find(self, name: str) -> Step:
        """The step of that name; raises KeyError."""
        return self.steps[self._places[name]]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    def after(self, name: str) -> str:
        """The step to which one leads, when nothing else is said."""
        place = self._places[name]
        below = self.names[place + 1] if place + 1 < len(self.names) else END
        step = self.steps[place]
        return END if step.kind == "stop" else step.next or below

    def ways(self, name: str) -> Iterator[str]:
        """Every step (or END) to which one can lead."""
        step = self.find(name)
        if step.kind == "split":
            yield from step.split
            return
        yield self.after(name)
        if step.otherwise is not None:
            yield step.otherwise
