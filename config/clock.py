"""A promise about time as the rules declare it: what starts, stops and pauses it, how long it is, and its ladder."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from config.section import Section
from config.words import FACT_LABELS, HEARD, STARTING
from config.worktime import parse_span


def _span(value: str) -> str:
    parse_span(value)
    return value


def _fact(value: str) -> str:
    if value not in FACT_LABELS:
        raise ValueError(f"is no fact; allowed: {', '.join(FACT_LABELS)}")
    return value


SpanText = Annotated[str, AfterValidator(_span)]
FactName = Annotated[str, AfterValidator(_fact)]
Audience = Literal["owner", "pool", "team_lead", "director", "admin"]
Deed = Literal["recycle", "next"]
Stage = Literal["new", "nurturing", "mql", "sal", "sql", "opportunity", "dormant"]


class ClockStep(Section):
    """At a share of the promised time (per cent; over 100: after it was broken), people are told, or the owner changes.

    `morning`: nobody is rung; it stands in the list with which their next working day begins.
    `do`: `recycle` gives the lead back to its pool, `next` to the next candidate of the assignment rules.
    """

    at: int = Field(ge=1, le=1000)
    tell: tuple[Audience, ...] = ()
    do: Deed | None = None
    morning: bool = False

    @model_validator(mode="after")
    def _after_the_time(self) -> "ClockStep":
        if self.do is not None and self.at < 100:
            raise ValueError(f"do: {self.do} takes the lead away, but at {self.at} the time is not up; use 100 or more")
        if self.do is None and not self.tell:
            raise ValueError("a step needs somebody to tell, or something to do")
        return self


class Only(Section):
    """Which leads a promise is for; all that is written must hold, of the words of one any is enough."""

    grade: tuple[Literal["A", "B", "C", "D"], ...] = ()
    pool: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    stage: tuple[Stage, ...] = ()
    node: tuple[str, ...] = ()


class Node(Section):
    """A point on the way of a deal that a follow-up tells of by one of these words, such as 方案已提交."""

    label: str = Field(min_length=1, max_length=20)
    words: tuple[Annotated[str, StringConstraints(min_length=2, max_length=20)], ...] = Field(min_length=1)


class ClockRule(Section):
    """A promise about time: which facts start and stop it, how long it is in working time, who hears when."""

    label: str
    within: SpanText
    start: tuple[FactName, ...] = Field(min_length=1)
    stop: tuple[FactName, ...] = Field(min_length=1)
    pause: tuple[FactName, ...] = ()
    resume: tuple[FactName, ...] = ()
    restart: tuple[FactName, ...] = ()
    longest: SpanText | None = None
    only: Only = Only()
    needs_phone: bool = True
    steps: tuple[ClockStep, ...] = ()

    @field_validator("steps")
    @classmethod
    def _each_once(cls, steps: tuple[ClockStep, ...]) -> tuple[ClockStep, ...]:
        shares = [step.at for step in steps]
        if twice := [at for at in shares if shares.count(at) > 1]:
            raise ValueError(f"at: {twice[0]} stands twice; name everybody in one step")
        return steps

    @model_validator(mode="after")
    def _ends(self) -> "ClockRule":
        if not set(self.stop) & set(HEARD):
            raise ValueError(f"nothing could stop it: {', '.join(self.stop)} ends no promise; use {', '.join(HEARD)}")
        if not set(self.start) & set(STARTING):
            raise ValueError(f"nothing could start it: use {', '.join(STARTING)}")
        if self.pause and not self.resume:
            raise ValueError("pause needs resume: what lets the time run on again? Otherwise it would stand for ever")
        if self.longest is not None and not self.restart:
            raise ValueError("longest bounds what restart prolongs; without restart leave it out")
        if self.only.node and "node_reached" not in self.start:
            raise ValueError("only.node is for promises that a node starts; write start: [node_reached]")
        for name in ("pause", "restart"):
            if both := set(getattr(self, name)) & set(self.stop):
                raise ValueError(f"{sorted(both)[0]} stands under {name} and under stop; it can only do one of them")
        return self
