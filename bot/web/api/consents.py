"""What a customer agreed to hear and what they do not want, for programs: read, note a consent, note its end."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bot.context import Context
from bot.pipeline import Outcome
from bot.web.api.acts import Act
from bot.web.api.auth import acting
from bot.web.api.fields import Short, Words
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from config.nurture import Channel
from leads.consent import hear_consent
from leads.errors import Unusable
from leads.mask import said
from leads.rights import Who, get_visible
from leads.stop import stop
from store import reach
from store.tx import Tx


class ConsentNoted(Act):
    """What a customer said; `given: false` ends it at once, also for what waits to be sent.

    `topic` is a name or label of nurture.topics, "" all of them; `channel` "" is every one.
    """

    topic: Annotated[Short, Field(description="主题的名字或叫法;空是全部")] = ""
    channel: Annotated[Channel | Literal[""], Field(description="哪个渠道;空是全部渠道")] = ""
    given: Annotated[bool, Field(description="true 同意,false 不想再收")]
    proof: Annotated[Words, Field(min_length=1, max_length=500, description="客户什么时候、在哪里、怎么说的")]


class ConsentShown(Shape):
    """A consent with its proof; `withdrawn_at` null while it holds, `topic` "" covers nothing but its purpose."""

    purpose: str
    topic: str
    channel: str
    version: str
    way: str
    form: str
    at: datetime
    by: str | None
    proof: str
    withdrawn_at: datetime | None


class StopShown(Shape):
    """What they do not want (any more): topic "" is everything, channel "" is every channel."""

    topic: str
    channel: str
    way: str
    at: datetime
    by: str | None
    words: str


class ConsentList(Shape):
    """All that a customer has said about hearing from us, oldest first."""

    items: list[ConsentShown]
    stops: list[StopShown]
    next_cursor: None = None


async def _list(call: Call) -> Reply:
    reveal, zone = call.caller.reveals, call.context.rules.zone
    async with call.desk.store.read() as tx:
        await get_visible(tx, call.lead_id, Who(None, call.caller.name, "admin"), rules=call.context.rules)
        consents = await reach.list_all_consents(tx, call.lead_id)
        stops = await reach.list_stops(tx, call.lead_id)
    return Reply(
        ConsentList(
            items=[
                ConsentShown(
                    purpose=one.purpose, topic=one.topic, channel=one.channel, version=one.version, way=one.way,
                    form=one.form, at=one.at.astimezone(zone), by=one.by, proof=said(one.proof, reveal=reveal),
                    withdrawn_at=local(one.withdrawn_at, zone=zone),
                )
                for one in consents
            ],
            stops=[
                StopShown(
                    topic=one.topic, channel=one.channel, way=one.way, at=one.at.astimezone(zone), by=one.by,
                    words=said(one.words, reveal=reveal),
                )
                for one in stops
            ],
        )
    )  # fmt: skip


async def list_them(call: Call) -> Reply:
    """GET /leads/{no}/consents."""
    return await _list(call)


async def note(call: Call) -> Reply:
    """POST /leads/{no}/consents: said twice, it is kept once."""
    given: ConsentNoted = call.body
    lead_id = call.lead_id

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        who = await acting(tx, given.by, call.caller)
        lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
        topic = _topic(given.topic, ctx)
        if given.given:
            return await hear_consent(
                tx, lead.id or 0, topic=topic, channel=given.channel, proof=given.proof, way="api", by=who.id,
                rules=ctx.rules, now=ctx.now,
            )  # fmt: skip
        return await stop(
            tx, lead.id or 0, topic=topic, channel=given.channel, way="api", by=who.id, words=given.proof,
            rules=ctx.rules, now=ctx.now,
        )  # fmt: skip

    await call.desk.act(verb)
    return await _list(call)


def _topic(said_so: str, ctx: Context) -> str:
    if not said_so:
        return ""
    topic = ctx.rules.nurture.topic_called(said_so)
    if topic is None:
        known = "、".join(f"{name}({one.label})" for name, one in ctx.rules.nurture.topics.items())
        raise Unusable(f"topic:规则里没有「{said_so[:20]}」这个主题,有:{known}。")
    return topic


ROUTES = (
    Route(
        "GET", "/api/v1/leads/{no}/consents", list_them, "客户同意了什么、不想收什么", ConsentList, "any",
        statuses={200: "同意和退订"}, refusals=(404,),
    ),
    Route(
        "POST", "/api/v1/leads/{no}/consents", note, "记下客户同意接收,或不想再收", ConsentList, "acting",
        body=ConsentNoted, statuses={200: "现在的同意和退订"}, refusals=(404,),
    ),
)  # fmt: skip
