"""What a program tells of somebody who asks: names as in the contract, empty values as good as absent ones."""

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from bot.web.api.fields import Id, OwnFields, Sum, Words
from bot.web.api.shape import Shape
from leads.capture import Person
from leads.understand.money import MOST_YUAN, read_budget

PREFIX, OWN = "utm_", "fields."


class Enquirer(Shape):
    """Somebody who asks. Everything may be empty, as long as there is one way to know or reach the person."""

    model_config = ConfigDict(extra="forbid")

    name: Words = ""
    phone: Annotated[Words, Field(description="手机、座机(带分机)或 400;不是号码也会照样保存并标出")] = ""
    company: Words = ""
    email: Words = ""
    wechat: Words = ""
    title: Words = ""
    city: Words = ""
    need: Words = ""
    budget: Annotated[Sum, Field(description="多少元,或「50万」「10-20万」这样的说法")] = None
    budget_min: Annotated[int | None, Field(ge=0, le=MOST_YUAN, description="最低多少元")] = None
    budget_max: Annotated[int | None, Field(ge=0, le=MOST_YUAN, description="最高多少元")] = None
    asked_at: Annotated[
        AwareDatetime | None, Field(description="客户什么时候在渠道上提交的(带时区);不写就从收到算起")
    ] = None
    submission_id: Annotated[Id, Field(description="同一来源的同一编号只记一次,可放心重试")] = None
    fields: Annotated[OwnFields, Field(description="自己的字段,键或名字都行;表单里写成 fields.area")] = {}  # noqa: RUF012 - each shape gets its own
    utm: Annotated[
        dict[Words, Words], Field(max_length=20, description="utm_source、utm_campaign 等也可以直接写在外层")
    ] = {}  # noqa: RUF012 - each shape gets its own

    @model_validator(mode="before")
    @classmethod
    def _gather_fields(cls, given: Any) -> Any:
        """fields.area and the like of a form go into `fields`."""
        if not isinstance(given, dict):
            return given
        named = {str(name): value for name, value in given.items() if str(name).startswith(OWN)}
        held = given.get("fields") or {}
        if not named or not isinstance(held, dict):
            return given
        rest = {name: value for name, value in given.items() if str(name) not in named}
        return {**rest, "fields": {**{name.removeprefix(OWN): value for name, value in named.items()}, **held}}

    @model_validator(mode="before")
    @classmethod
    def _gather_utm(cls, given: Any) -> Any:
        """utm_source, utm_campaign … beside the other fields go into `utm`."""
        if not isinstance(given, dict):
            return given
        marks = {str(name): value for name, value in given.items() if str(name).startswith(PREFIX)}
        if not marks:
            return given
        rest = {name: value for name, value in given.items() if str(name) not in marks}
        own = rest.get("utm") or {}
        if not isinstance(own, dict):
            return rest
        marks = {name.removeprefix(PREFIX)[:40]: value for name, value in list(marks.items())[:20]}
        return {**rest, "utm": {**marks, **own}}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.budget_min is not None and self.budget_max is not None and self.budget_min > self.budget_max:
            raise ValueError("budget_min 不能大于 budget_max")
        return self


class NewLead(Enquirer):
    """The body of POST /leads."""

    source: Annotated[Words, Field(max_length=60, description="来源;不写就用密钥的来源")] = ""
    by: Annotated[Id, Field(description="录入的成员编号")] = None


class Booked(Shape):
    """The lead that the person is, and whether they were new."""

    lead: str
    new: bool


def person_of(given: Enquirer, *, source: str, key: str | None) -> Person:
    """The enquirer as the verbs know them; a budget that is no sum is kept in the words of the need."""
    low, high, need = given.budget_min, given.budget_max, given.need
    if low is None and high is None and given.budget not in (None, ""):
        read = read_budget(given.budget)
        if read is not None:
            low, high = read
        else:
            need = f"{need}\n预算:{str(given.budget)[:100]}".strip()
    return Person(
        source=source,
        name=given.name,
        phone=given.phone,
        company=given.company,
        email=given.email,
        wechat=given.wechat,
        title=given.title,
        city=given.city,
        need=need,
        budget_min=low,
        budget_max=high,
        asked_at=given.asked_at,
        submission_id=given.submission_id or key or None,
        utm=given.utm,
        own=given.fields,
    )
