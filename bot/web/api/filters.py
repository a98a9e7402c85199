"""The filters by which programs and pages list leads: what may be asked, and what it means in the store."""

from typing import Annotated, Any

from pydantic import Field, field_validator
from sqlmodel import col

from bot.context import Context
from bot.web.api.fields import Term
from bot.web.api.find import has_phone, holds, same_company
from bot.web.api.paging import Page
from bot.web.api.shown import STAGES, LeadShown
from leads.duplicates import phone_key
from store.leads import has_words
from store.rare import from_source, such
from store.tables import Lead
from store.tx import Tx


class LeadFilter(Page):
    """Which leads to list, newest first; filters are joined by and."""

    phone: Annotated[Term, Field(description="任何写法的电话号码")] = ""
    company: Annotated[Term, Field(description="公司全称")] = ""
    owner: Annotated[Term, Field(description="负责人的成员编号;none 表示无人负责")] = ""
    stage: Annotated[Term, Field(description=f"阶段,可用逗号隔开多个:{', '.join(STAGES)}")] = ""
    grade: Annotated[Term, Field(pattern="^([A-D](,[A-D])*)?$", description="等级,可用逗号隔开多个:A,B")] = ""
    min_score: Annotated[int | None, Field(ge=0, le=100, description="至少这么多分")] = None
    pool: Annotated[Term, Field(description="线索池的名字")] = ""
    source: Annotated[Term, Field(description="任何一次咨询的来源")] = ""
    fields: Annotated[Term, Field(description="自己的字段,用 ; 隔开:area>=100;decider=是")] = ""
    q: Annotated[Term, Field(description="线索编号、电话,或姓名、公司里的几个字")] = ""

    @field_validator("stage")
    @classmethod
    def _known_stages(cls, given: str) -> str:
        unknown = [stage for stage in given.split(",") if stage.strip() not in STAGES] if given else []
        if unknown:
            raise ValueError(f"只能是 {', '.join(STAGES)}")
        return given


async def conditions_of(tx: Tx, wanted: LeadFilter, ctx: Context, *besides: Any) -> list[Any]:
    """The filters as conditions; `besides`: what a page asks of a lead's temperature. Raises Unusable for own fields
    that cannot be filtered by."""
    found: list[Any] = []
    if wanted.phone:
        found.append(has_phone(tx, wanted.phone))
    if wanted.company:
        found.append(same_company(tx, wanted.company))
    if wanted.owner:
        free = wanted.owner == "none"
        found.append(col(Lead.owner_id).is_(None) if free else col(Lead.owner_id) == wanted.owner)
    marks = [*besides]
    if wanted.stage:
        marks.append(col(Lead.stage).in_([stage.strip() for stage in wanted.stage.split(",")]))
    if wanted.grade:
        marks.append(col(Lead.grade).in_(wanted.grade.split(",")))
    found += await such(tx, *marks)
    if wanted.min_score is not None:
        found.append(col(Lead.score) >= wanted.min_score)
    if wanted.pool:
        found.append(col(Lead.pool) == wanted.pool)
    if wanted.source:
        found.append(await from_source(tx, wanted.source))
    if wanted.fields:
        found += holds(tx, wanted.fields, rules=ctx.rules, now=ctx.now)
    if wanted.q:
        found.append(_answers_to(tx, wanted.q))
    return found


def _answers_to(tx: Tx, words: str) -> Any:
    either = has_words(tx, words) | has_phone(tx, words)
    number = words.upper().removeprefix("L")
    if number.isascii() and number.isdigit() and len(number) <= 18:
        either = either | (col(Lead.id) == int(number))
    return either


def found_by_what_is_shown(lead: LeadShown, words: str) -> bool:
    """A key that sees masked data finds by name only what it sees: digit by digit, a search would tell the rest."""
    low = words.lower()
    in_words = low in lead.name.lower() or low in lead.company.lower()
    return in_words or low.removeprefix("l") == lead.no[1:] or phone_key(words) is not None
