"""How the company sells: promotions, how long a quote holds, and what needs somebody's consent."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from config.clock import SpanText
from config.section import Name, Section


class Promotion(Section):
    """A discount for everybody, from one day to another (both included); it needs no consent. No products: all."""

    label: str = Field(min_length=1, max_length=20)
    percent: float = Field(gt=0, lt=100)
    begins: date
    ends: date
    products: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Promotion":
        if self.ends < self.begins:
            raise ValueError(f"ends ({self.ends}) before it begins ({self.begins})")
        return self

    def covers(self, sku: str) -> bool:
        """Whether it is for this product."""
        return not self.products or sku in self.products

    def runs(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.begins <= day <= self.ends


class Quoting(Section):
    """What stands on every quote: who sells, how many days it holds, a last line; how long its link works."""

    seller: str = Field(default="", max_length=60)
    valid_days: int = Field(default=14, ge=1, le=365)
    note: str = Field(default="", max_length=400)
    link_days: int = Field(default=30, ge=1, le=365)


class ApprovalRule(Section):
    """What needs whose consent: a discount over so many percent, a contract over so many yuan, a visit.

    Unanswered `within` this working time, the next step up is asked too.
    With a `process` (钉钉's processCode) or a `template` (企业微信's template id) it is asked in that OA; `fields` says
    what stands in which field of the form, by the field's name.
    """

    kind: Literal["discount", "contract", "visit"]
    label: str = Field(min_length=1, max_length=30)
    over: float = Field(default=0, ge=0)
    within: SpanText = "1d"
    by: Literal["team_lead", "director", "admin"] = "team_lead"
    process: str = Field(default="", max_length=100)
    template: str = Field(default="", max_length=100)
    fields: dict[str, Literal["no", "customer", "amount", "discount", "lines", "reason", "asker"]] = Field(
        default_factory=dict, max_length=20
    )

    @model_validator(mode="after")
    def _filled(self) -> "ApprovalRule":
        if self.kind == "discount" and self.over >= 100:
            raise ValueError(f"over ({self.over:g}) is in percent; a discount is below 100")
        if (self.process or self.template) and "no" not in self.fields.values():
            raise ValueError('fields must name the form field that takes the number, such as {"编号": no}')
        return self

    def form(self, platform: str) -> str:
        """The OA's name of the form on that platform, "" where there is none."""
        return {"dingtalk": self.process, "wecom": self.template}.get(platform, "")

    def desk(self, platforms: Sequence[str]) -> str:
        """The first of these platforms in whose OA it is asked; "": on a card."""
        return next((platform for platform in platforms if self.form(platform)), "")


SHIPPED: dict[Name, ApprovalRule] = {
    "discount": ApprovalRule(kind="discount", label="折扣超过 10% 要主管同意", over=10, by="team_lead"),
    "deep_discount": ApprovalRule(kind="discount", label="折扣超过 20% 要总监同意", over=20, by="director"),
    "contract": ApprovalRule(kind="contract", label="合同要主管同意", by="team_lead"),
    "visit": ApprovalRule(kind="visit", label="出差拜访要主管同意", by="team_lead"),
}
