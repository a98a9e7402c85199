"""Deals as programs write and read them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from bot.web.api.fields import Id, Short, Term, Words
from bot.web.api.paging import Page
from bot.web.api.shape import Shape

By = Annotated[Id, Field(description="以哪位成员的名义;不写就是程序自己")]
Yuan = Annotated[float | str | None, Field(description="多少元,大于 0,最多两位小数")]
Day = Annotated[date | None, Field(description="日期,例如 2026-06-30")]


class DealAct(Shape):
    """An act that needs no words."""

    model_config = ConfigDict(extra="forbid")

    by: By = None


class Known(DealAct):
    """What is known of a deal; only the fields that are given change."""

    product: Annotated[Words, Field(max_length=60)] = ""
    name: Annotated[Words, Field(max_length=60)] = ""
    amount: Yuan = None
    expected_on: Day = None
    competitor: Annotated[Words, Field(max_length=60)] = ""


class NewOpportunity(Known):
    """A lead becomes a deal. `apart`: true says that a person of the same name at the same company is another one."""

    lead: Annotated[Short, Field(pattern=r"^\s*[Ll]?[0-9]{1,18}\s*$", description="线索编号,例如 L1024")]
    pipeline: Annotated[Short, Field(description="走哪个销售流程;不写就按产品选")] = ""
    apart: bool = False


class DealCorrection(Known):
    """A closed deal keeps its figures; only the day of its renewal may be set."""

    renews_on: Annotated[date | None, Field(description="续约日")] = None


class StageMove(DealAct):
    """`stage` is a name of the deal's pipeline; when something is missing, 409 tells what."""

    stage: Annotated[Words, Field(min_length=1, max_length=20)]


class Winning(DealAct):
    """`amount` is what was signed, the deal's own when not given."""

    amount: Yuan = None
    reason: Annotated[Words, Field(max_length=1000)] = ""


class Losing(DealAct):
    """Never without a reason."""

    reason: Annotated[Words, Field(max_length=1000, description="为什么没成")] = ""
    competitor: Annotated[Words, Field(max_length=60)] = ""


class DealTransfer(DealAct):
    """`to` is the id of the new owner."""

    to: Annotated[Short, Field(min_length=1)]
    reason: Annotated[Words, Field(max_length=1000)] = ""


class DealFilter(Page):
    """Which deals to list, newest first; filters are joined by and."""

    lead: Annotated[Term, Field(pattern="^([Ll]?[0-9]{1,18})?$", description="线索编号")] = ""
    owner: Annotated[Term, Field(description="负责人的成员编号")] = ""
    result: Literal["", "open", "won", "lost"] = ""
    stage: Annotated[Term, Field(description="阶段的名字")] = ""
    pipeline: Term = ""
    product: Term = ""


class ContactShown(Shape):
    """Somebody who has a part in the deal; `role` is decider, influencer, user, buyer, finance or ""."""

    lead: str
    role: str


class OpportunityShown(Shape):
    """A deal; sums are in yuan. `probability` is that of its stage, in per cent; `paid` is what has come in."""

    no: str
    lead: str
    pipeline: str
    stage: str
    probability: int
    name: str
    product: str
    amount: float | int | None
    paid: float | int
    expected_on: str | None
    owner: str | None
    competitor: str
    result: Literal["open", "won", "lost"]
    reason: str
    renews_on: str | None
    origin: str
    follows: str | None
    contacts: list[ContactShown]
    done: list[str]
    created_at: datetime
    created_by: str | None
    stage_at: datetime
    touched_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    closed_owner: str | None


class OpportunityPage(Shape):
    """A page of deals."""

    items: list[OpportunityShown]
    next_cursor: str | None
