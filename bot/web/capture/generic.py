"""The channel for every system that can post a form or JSON: its key says which source it speaks for."""

from typing import Any

from pydantic import BaseModel, Field, model_serializer, model_validator
from pydantic.json_schema import SkipJsonSchema

from bot.web.api.intake import OWN, PREFIX, Enquirer, person_of
from bot.web.api.leads import book
from bot.web.api.problem import Problem
from bot.web.api.route import Call, Reply, Route
from leads.own import fitting


class Submission(Enquirer):
    """Fields of the sender's form that are not ours are left out and named in the answer: its lead must not be lost."""

    ignored: SkipJsonSchema[list[str]] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        ours = {name: value for name, value in given.items() if name in Enquirer.model_fields or _is_more(name)}
        ours["ignored"] = [str(name)[:60].encode("utf-8", "replace").decode() for name in given if name not in ours][
            :50
        ]
        return ours


def _is_more(name: Any) -> bool:
    return isinstance(name, str) and name.startswith((PREFIX, OWN))


class Taken(BaseModel):
    """The lead that the person is, and whether they were new; `ignored` names fields that were not understood."""

    lead: str
    new: bool
    ignored: list[str] = Field(default_factory=list)

    @model_serializer(mode="wrap")
    def _short(self, handler: Any) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        if not self.ignored:
            written.pop("ignored", None)
        return written


async def post(call: Call) -> Reply:
    """POST /capture/{source}: a repeated submission, or a person already known, is a success as well."""
    source = call.path["source"].strip()
    if not source or len(source) > 60 or not source.isprintable():
        raise Problem("invalid", "来源的名字要有 1 到 60 个字。", more={"in": "path"})
    if call.caller.source and call.caller.source != source:
        raise Problem("no_right", "这个密钥只能登记它自己的来源。用 ./run key create 为这个来源创建一个。")
    given: Submission = call.body
    fields, unfit = fitting(given.fields, rules=call.context.rules, now=call.context.now)
    given = given.model_copy(update={"fields": fields})
    booked = await book(call, person_of(given, source=source, key=call.key))
    ignored = [*given.ignored, *(f"{OWN}{name}" for name in unfit)]
    return Reply(Taken(lead=f"L{booked.lead_id}", new=booked.new, ignored=ignored))


ROUTE = Route(
    "POST", "/capture/{source}", post, "其他系统送来的咨询", Taken, "acting", body=Submission, form=True,
    statuses={200: "已登记"},
)  # fmt: skip
