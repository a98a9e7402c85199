"""What can be done with a lead through a program, in a member's name or the program's own: each act is one verb."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.context import Context
from bot.pipeline import Outcome
from bot.web.api.auth import acting
from bot.web.api.fields import Id, Moment, Short, Words
from bot.web.api.leads import BASE, act_and_show
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.shown import LeadShown
from leads.behaviour import Seen, behave
from leads.claim import claim
from leads.errors import NoRight, Unusable
from leads.facts import Fact
from leads.followup import LONGEST, log_followup
from leads.merge import merge
from leads.qualify import disqualify, qualify
from leads.release import release
from leads.rights import Who, get_visible
from leads.transfer import transfer
from leads.undo import remember, snapshot, snapshot_deals
from leads.unmerge import unmerge
from store.merges import current
from store.tx import Tx

By = Annotated[Id, Field(description="以哪位成员的名义;不写就是程序自己")]


class Act(Shape):
    """An act that needs no words."""

    model_config = ConfigDict(extra="forbid")

    by: By = None


class Claim(Act):
    """`by` is the member who takes the lead and must be named."""


class FollowUp(Act):
    """What happened with the customer, and the promised next step."""

    kind: Literal["call", "visit", "meeting", "chat", "email", "note"]
    text: Annotated[Words, Field(min_length=1, max_length=LONGEST)]
    next_step_at: Annotated[Moment | None, Field(description="约定的下一步时间,带时区")] = None


class Behaviour(Act):
    """What the person did. With a key the same deed counts once; a machine's openings and clicks count nothing."""

    kind: Annotated[Short, Field(min_length=1, description="规则 scoring.behaviours 里的一种")]
    at: Annotated[Moment | None, Field(description="什么时候,带时区;不写就是现在")] = None
    url: Annotated[Words, Field(max_length=500)] = ""
    weight: Annotated[float, Field(gt=0, le=10, description="抵几次,默认 1")] = 1.0
    key: Annotated[Short, Field(description="同一个只算一次")] = ""
    delivered_at: Annotated[Moment | None, Field(description="邮件送达的时间,用来认出机器")] = None
    user_agent: Annotated[Words, Field(max_length=500)] = ""


class Release(Act):
    """Back to a pool, the lead's own unless named."""

    pool: Annotated[Short, Field(description="线索池的名字;不写就回原来的池")] = ""
    reason: Annotated[Words, Field(min_length=1, max_length=1000)]


class Transfer(Act):
    """`to` is the id of the new owner."""

    to: Annotated[Short, Field(min_length=1)]
    reason: Annotated[Words, Field(max_length=1000)] = ""


class Disqualify(Act):
    """The reason goes back to the lead's source."""

    reason: Annotated[Words, Field(min_length=1, max_length=1000)]


class Merge(Act):
    """`with` is the other lead; the older number stays."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    with_: Annotated[str, Field(alias="with", pattern=r"^\s*[Ll]?[0-9]{1,18}\s*$", description="另一条线索的编号")]


Deed = Callable[[Tx, int, Who, Context], Awaitable[Fact]]


async def _do(call: Call, kind: str, deed: Deed) -> Reply:
    """Do it as `by`, remember it so that the member can take it back in chat, and answer with the lead as it is now."""

    async def verb(tx: Tx, ctx: Context) -> tuple[int, Outcome]:
        lead_id = await current(tx, call.named_id)
        who = await acting(tx, call.body.by, call.caller)
        before = await (snapshot_deals if kind == "transfer" else snapshot)(tx, lead_id)
        fact = await deed(tx, lead_id, who, ctx)
        await remember(tx, who, kind, lead_id, before, now=ctx.now)
        return lead_id, [fact]

    return await act_and_show(call, verb)


async def on_claim(call: Call) -> Reply:
    """POST /leads/{no}/claim: somebody must become the owner, so a program cannot claim for itself."""
    if call.body.by is None:
        raise Unusable("by:领取要写明由哪位成员领取。")

    async def deed(tx: Tx, lead_id: int, who: Who, ctx: Context) -> Fact:
        if who.role not in ("rep", "manager"):
            await get_visible(tx, lead_id, who, rules=ctx.rules)
            raise NoRight("只有销售和主管可以领取线索。")
        return await claim(tx, lead_id, who, rules=ctx.rules, now=ctx.now)

    return await _do(call, "claim", deed)


async def on_followup(call: Call) -> Reply:
    """POST /leads/{no}/followups."""
    given: FollowUp = call.body

    async def deed(tx: Tx, lead_id: int, who: Who, ctx: Context) -> Fact:
        at, now = given.next_step_at, ctx.now
        return await log_followup(
            tx, lead_id, who, given.text, channel=given.kind, next_step_at=at, rules=ctx.rules, now=now
        )

    return await _do(call, "followup", deed)


async def on_behaviour(call: Call) -> Reply:
    """POST /leads/{no}/behaviours."""
    given: Behaviour = call.body

    async def verb(tx: Tx, ctx: Context) -> tuple[int, Outcome]:
        lead_id = await current(tx, call.named_id)
        seen = Seen(
            given.kind, given.at or ctx.now, given.url, given.weight, given.key, given.delivered_at, given.user_agent
        )
        who = await acting(tx, given.by, call.caller)
        return lead_id, list(await behave(tx, lead_id, seen, who, rules=ctx.rules, now=ctx.now))

    return await act_and_show(call, verb)


async def on_release(call: Call) -> Reply:
    """POST /leads/{no}/release."""
    given: Release = call.body

    async def deed(tx: Tx, lead_id: int, who: Who, ctx: Context) -> Fact:
        return await release(tx, lead_id, who, given.reason, pool=given.pool or None, rules=ctx.rules, now=ctx.now)

    return await _do(call, "release", deed)


async def on_transfer(call: Call) -> Reply:
    """POST /leads/{no}/transfer: one thing changes, the owner."""
    given: Transfer = call.body

    async def deed(tx: Tx, lead_id: int, who: Who, ctx: Context) -> Fact:
        return await transfer(tx, lead_id, who, given.to, reason=given.reason, rules=ctx.rules, now=ctx.now)

    return await _do(call, "transfer", deed)


async def on_qualify(call: Call) -> Reply:
    """POST /leads/{no}/qualify."""

    async def deed(tx: Tx, lead_id: int, who: Who, ctx: Context) -> Fact:
        return await qualify(tx, lead_id, who, rules=ctx.rules, now=ctx.now)

    return await _do(call, "qualify", deed)


async def on_disqualify(call: Call) -> Reply:
    """POST /leads/{no}/disqualify."""
    given: Disqualify = call.body

    async def deed(tx: Tx, lead_id: int, who: Who, ctx: Context) -> Fact:
        return await disqualify(tx, lead_id, who, given.reason, rules=ctx.rules, now=ctx.now)

    return await _do(call, "disqualify", deed)


async def on_merge(call: Call) -> Reply:
    """POST /leads/{no}/merge: answers with the lead that both are from now on."""
    given: Merge = call.body

    async def verb(tx: Tx, ctx: Context) -> tuple[int, Outcome]:
        who = await acting(tx, given.by, call.caller)
        fact = await merge(tx, call.named_id, int(given.with_.strip().lstrip("Ll")), who, rules=ctx.rules, now=ctx.now)
        await remember(tx, who, "merge", fact.lead_id, {"merged": fact.other_id}, now=ctx.now)
        return fact.lead_id, [fact]

    return await act_and_show(call, verb)


async def on_unmerge(call: Call) -> Reply:
    """POST /leads/{no}/unmerge: the lead that comes back, or the survivor when that was named."""

    async def verb(tx: Tx, ctx: Context) -> tuple[int, Outcome]:
        who = await acting(tx, call.body.by, call.caller)
        return call.named_id, await unmerge(tx, call.named_id, who, rules=ctx.rules, now=ctx.now)

    return await act_and_show(call, verb)


def _route(word: str, handler: Callable[[Call], Awaitable[Reply]], body: type[BaseModel], summary: str) -> Route:
    return Route(
        "POST", f"{BASE}/{{no}}/{word}", handler, summary, LeadShown, "acting", body=body,
        follows=False, statuses={200: "做完以后的线索"}, refusals=(404, 409),
    )  # fmt: skip


ROUTES = (
    _route("followups", on_followup, FollowUp, "记一次跟进"),
    _route("behaviours", on_behaviour, Behaviour, "记一次行为(浏览、下载、打开邮件……)"),
    _route("claim", on_claim, Claim, "领取"),
    _route("release", on_release, Release, "退回线索池"),
    _route("transfer", on_transfer, Transfer, "转给同事"),
    _route("qualify", on_qualify, Act, "转为销售合格"),
    _route("disqualify", on_disqualify, Disqualify, "标为无效"),
    _route("merge", on_merge, Merge, "和另一条线索合并,编号小的保留"),
    _route("unmerge", on_unmerge, Act, "撤销合并(30 天内)"),
)
