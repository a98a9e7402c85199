"""Campaigns and events for programs: opened, listed, what they cost, who came; and how each channel is doing."""

import math
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from bot.cards.qr import png_of
from bot.context import Context
from bot.pipeline import Outcome
from bot.watch import look
from bot.web.api.auth import acting
from bot.web.api.fields import Id, Short, Words
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.route import Call, FileReply, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from leads.attendance import came
from leads.campaign import Plan, book_cost, door_of, get_campaign, link_of, open_campaign
from leads.capture import Person, capture
from leads.errors import Unusable
from store import attendances
from store.campaigns import cost_of, count_enquiries, list_campaigns
from store.origin import Campaign
from store.tx import Tx

BASE = "/api/v1/campaigns"
ONE = BASE + "/{campaign}"
By = Annotated[Id, Field(description="以哪位成员的名义;不写就是程序自己")]


class NewCampaign(Shape):
    """What is to be opened; an event has a check-in link beside its own."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Words, Field(min_length=1, max_length=30)]
    kind: Literal["campaign", "event"] = "campaign"
    source: Annotated[Words, Field(max_length=60, description="线索记成哪个来源;不写就是名字里横线前面的")] = ""
    form: Annotated[Short, Field(description="用哪个表单;不写就是第一个")] = ""
    starts_on: date | None = None
    ends_on: date | None = None
    by: By = None


class NewCost(Shape):
    """A cost of one day in yuan; less than 0 corrects an earlier one."""

    model_config = ConfigDict(extra="forbid")

    amount: Annotated[float, Field(description="多少元,最多两位小数")]
    day: Annotated[date | None, Field(description="哪一天;不写就是今天")] = None
    note: Annotated[Words, Field(max_length=100)] = ""
    key: Annotated[Id, Field(description="同一个只记一次")] = None
    by: By = None


class Guest(Shape):
    """Somebody who came to an event."""

    model_config = ConfigDict(extra="forbid")

    name: Words = ""
    phone: Words = ""
    email: Words = ""
    company: Words = ""


class Guests(Shape):
    """The list of those who came."""

    model_config = ConfigDict(extra="forbid")

    people: Annotated[list[Guest], Field(min_length=1, max_length=200)]


class CampaignShown(Shape):
    """A campaign; costs in yuan."""

    campaign: str
    name: str
    kind: Literal["campaign", "event"]
    source: str
    form: str
    link: str
    check_in: str
    starts_on: str | None
    ends_on: str | None
    enquiries: int
    cost: float
    registered: int
    came: int
    created_at: datetime
    created_by: str | None


class CampaignPage(Shape):
    """A page of campaigns."""

    items: list[CampaignShown]
    next_cursor: str | None


class Came(Shape):
    """How many of the list were booked as there."""

    came: int
    leads: list[str]


class ChannelShown(Shape):
    """How a source is doing; `usual_gap_minutes` in working time, null while too little is known."""

    source: str
    channel: str | None
    last_at: datetime | None
    usual_gap_minutes: float | None
    quiet: bool
    missing: int
    failing_since: datetime | None
    cause: str
    refused_today: int


class ChannelList(Shape):
    """Every source, those with something wrong first."""

    items: list[ChannelShown]
    next_cursor: str | None = None


async def create(call: Call) -> Reply:
    """POST /campaigns."""
    given: NewCampaign = call.body
    plan = Plan(**given.model_dump(exclude={"by"}))

    async def work(tx: Tx) -> CampaignShown:
        who = await acting(tx, given.by, call.caller)
        made = await open_campaign(tx, plan, who, rules=call.context.rules, now=call.context.now)
        return await _show(tx, made, call.context)

    return Reply(await call.desk.store.transaction(work), status=201)


async def list_them(call: Call) -> Reply:
    """GET /campaigns."""
    wanted: Page = call.query
    async with call.desk.store.read() as tx:
        rows = await list_campaigns(tx, before=start_of(wanted, "campaigns"), limit=wanted.limit + 1)
        shown, cursor = cut(rows, wanted, "campaigns", lambda row: row.id or 0)
        items = [await _show(tx, row, call.context) for row in shown]
    return Reply(CampaignPage(items=items, next_cursor=cursor))


async def get(call: Call) -> Reply:
    """GET /campaigns/{campaign}."""
    async with call.desk.store.read() as tx:
        return Reply(await _show(tx, await get_campaign(tx, call.path["campaign"]), call.context))


async def picture(call: Call) -> FileReply:
    """GET /campaigns/{campaign}/qr."""
    async with call.desk.store.read() as tx:
        campaign = await get_campaign(tx, call.path["campaign"])
    return FileReply(f"{campaign.name}.png", png_of(link_of(campaign, call.context.public_url)))


async def add(call: Call) -> Reply:
    """POST /campaigns/{campaign}/costs."""
    given: NewCost = call.body

    async def work(tx: Tx) -> CampaignShown:
        who = await acting(tx, given.by, call.caller)
        campaign = await get_campaign(tx, call.path["campaign"])
        if not math.isfinite(given.amount * 100) or abs(given.amount * 100 - round(given.amount * 100)) > 1e-4:
            raise Unusable("amount:要是元数,最多两位小数,例如 3000 或 99.5。")
        day, now = given.day or call.context.today, call.context.now
        fen, key = round(given.amount * 100), given.key or call.key or None
        await book_cost(tx, campaign, fen, who, day=day, note=given.note, key=key, now=now)
        return await _show(tx, campaign, call.context)

    return Reply(await call.desk.store.transaction(work))


async def attend(call: Call) -> Reply:
    """POST /campaigns/{campaign}/attendance: known people are found, others become leads of the event."""
    given: Guests = call.body
    booked: list[str] = []

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        event = await get_campaign(tx, call.path["campaign"])
        facts = []
        booked.clear()  # the operation may be repeated
        for guest in given.people:
            person = Person(
                source=event.source, **guest.model_dump(), campaign_id=event.id,
                submission_id=f"attended:{event.id}:{guest.phone or guest.email or guest.name}",
            )  # fmt: skip
            captured = await capture(tx, person, rules=ctx.rules, now=ctx.now)
            facts += [*captured.facts]
            facts += await came(tx, event, captured.lead_id, way="list", rules=ctx.rules, now=ctx.now)
            booked.append(f"L{captured.lead_id}")
        return facts

    await call.desk.act(verb)
    return Reply(Came(came=len(booked), leads=booked))


async def channels(call: Call) -> Reply:
    """GET /channels."""
    zone = call.context.rules.zone
    async with call.desk.store.read() as tx:
        found = await look(tx, call.context)
    return Reply(
        ChannelList(
            items=[
                ChannelShown(
                    source=one.source, channel=one.channel or None, last_at=local(one.last_at, zone=zone),
                    usual_gap_minutes=one.gap.total_seconds() / 60 if one.gap else None, quiet=one.quiet is not None,
                    missing=one.missing, failing_since=local(one.failing_since, zone=zone), cause=one.cause,
                    refused_today=one.forged,
                )
                for one in found
            ]
        )
    )  # fmt: skip


async def _show(tx: Tx, row: Campaign, ctx: Context) -> CampaignShown:
    registered, there = await attendances.count(tx, row.id or 0)
    created_at = local(row.created_at, zone=ctx.rules.zone)
    return CampaignShown.model_construct(
        campaign=row.no, name=row.name, kind=row.kind, source=row.source, form=row.form,
        link=link_of(row, ctx.public_url), check_in=door_of(row, ctx.public_url), starts_on=row.starts_on or None,
        ends_on=row.ends_on or None, enquiries=await count_enquiries(tx, row.id or 0),
        cost=await cost_of(tx, row.id or 0) / 100, registered=registered, came=there, created_at=created_at,
        created_by=row.created_by,
    )  # fmt: skip


ROUTES = (
    Route("GET", BASE, list_them, "查活动", CampaignPage, "any", query=Page, statuses={200: "一页活动"}),
    Route(
        "POST", BASE, create, "新建活动", CampaignShown, "acting", body=NewCampaign, statuses={201: "建好了"},
        refusals=(409,),
    ),
    Route("GET", ONE, get, "看一个活动", CampaignShown, "any", statuses={200: "活动"}, refusals=(404,)),
    Route("GET", ONE + "/qr", picture, "下载二维码", None, "any", statuses={200: "PNG 图片"}, refusals=(404,)),
    Route(
        "POST", ONE + "/costs", add, "记一笔费用", CampaignShown, "acting", body=NewCost, statuses={200: "记好了"},
        refusals=(404,),
    ),
    Route(
        "POST", ONE + "/attendance", attend, "交到场名单", Came, "acting", body=Guests, statuses={200: "记好了"},
        refusals=(404,),
    ),
    Route("GET", "/api/v1/channels", channels, "每个渠道好不好", ChannelList, "any", statuses={200: "全部渠道"}),
)  # fmt: skip
