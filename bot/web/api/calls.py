"""The call centre tells of its calls: a missed one becomes a lead within the second, a talk counts as a contact."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from bot.context import Context
from bot.pipeline import Outcome
from bot.web.api.auth import acting
from bot.web.api.fields import Id, Moment, Words
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.call import Logged, Telephoned, log_call
from store.tx import Tx


class NewCall(Shape):
    """One call, told when it has ended."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[Words, Field(min_length=1, max_length=100, description="呼叫中心的通话编号,同一个只记一次")]
    number: Annotated[Words, Field(min_length=1, max_length=60, description="客户的号码")]
    direction: Literal["in", "out"] = "in"
    answered: bool = False
    at: Annotated[Moment | None, Field(description="什么时候,带时区;不写就是现在")] = None
    seconds: Annotated[int, Field(ge=0, le=86_400, description="通话多少秒")] = 0
    recording: Annotated[Words, Field(max_length=500, description="录音的链接")] = ""
    source: Annotated[Words, Field(max_length=60)] = "呼叫中心"
    by: Annotated[Id, Field(description="接电话或打电话的成员")] = None


class CallBooked(Shape):
    """The lead of the number, null for an outbound call to somebody unknown."""

    lead: str | None
    new: bool


async def post(call: Call) -> Reply:
    """POST /calls."""
    given: NewCall = call.body
    told = given.model_dump(exclude={"direction", "by", "at"})
    booked: list[Logged] = []

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        agent = await acting(tx, given.by, call.caller) if given.by else None
        one = Telephoned(**told, at=given.at or ctx.now, inbound=given.direction == "in")
        booked[:] = [await log_call(tx, one, agent, rules=ctx.rules, now=ctx.now)]
        return booked[0].facts

    await call.desk.act(verb)
    found = booked[0]
    return Reply(CallBooked(lead=f"L{found.lead_id}" if found.lead_id else None, new=found.new))


ROUTES = (
    Route(
        "POST", "/api/v1/calls", post, "呼叫中心的一通电话", CallBooked, "acting", body=NewCall,
        statuses={200: "记好了"},
    ),
)  # fmt: skip
