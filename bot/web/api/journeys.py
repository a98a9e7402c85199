"""Journeys for programs: what there is and how it goes, as a picture, tried out on real leads."""

from datetime import datetime

from bot.context import Context
from bot.journeys.said import counted, foreseen
from bot.web.api.route import Call, FileReply, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from config.journey import Journey
from leads.errors import NotFound, Refused
from nurture.picture import svg
from nurture.wording import step_text
from store import journeys
from store.tx import Tx

BASE = "/api/v1/journeys"
ONE = BASE + "/{journey}"


class StepShown(Shape):
    """A step: what it does, how many leads are there now, how many have come to it."""

    name: str
    kind: str
    text: str
    here: int
    came: int


class JourneyShown(Shape):
    """A journey; entered = running + paused + finished + goal + exited."""

    name: str
    label: str
    active: bool
    entered: int
    running: int
    paused: int
    finished: int
    goal: int
    exited: int
    steps: list[StepShown]


class JourneyList(Shape):
    """Every journey of the running rules."""

    items: list[JourneyShown]
    next_cursor: str | None = None


class StopShown(Shape):
    """What a lead would get or what would be done, and when; `refused`: why a message would not go."""

    at: datetime
    step: str
    text: str
    channel: str | None
    refused: str | None


class WayShown(Shape):
    """One lead's way, if nobody opens anything and nobody claims it."""

    lead: str
    stops: list[StopShown]


class Rehearsal(Shape):
    """A dry run on the newest leads that could set out; nothing is sent."""

    items: list[WayShown]
    next_cursor: str | None = None


class NoJourney(NotFound):
    """No such journey."""

    def __init__(self, name: str) -> None:
        Refused.__init__(self, f"没有叫「{name[:20]}」的旅程。GET {BASE} 列出全部。")


async def list_them(call: Call) -> Reply:
    """GET /journeys."""
    async with call.desk.store.read() as tx:
        items = [await _show(tx, name, one, call.context) for name, one in call.context.rules.journeys.items()]
    return Reply(JourneyList(items=items))


async def get(call: Call) -> Reply:
    """GET /journeys/{journey}."""
    name, journey = _named(call, call.path["journey"])
    async with call.desk.store.read() as tx:
        return Reply(await _show(tx, name, journey, call.context))


async def picture(call: Call) -> FileReply:
    """GET /journeys/{journey}.svg."""
    name, journey = _named(call, call.path["journey"])
    async with call.desk.store.read() as tx:
        drawn = svg(journey, rules=call.context.rules, counts=await counted(tx, name, journey))
    return FileReply(f"{journey.label}.svg", drawn.encode(), "image/svg+xml")


async def rehearse(call: Call) -> Reply:
    """GET /journeys/{journey}/rehearsal."""
    name, journey = _named(call, call.path["journey"])
    zone = call.context.rules.zone
    async with call.desk.store.read() as tx:
        found = await foreseen(tx, name, journey, call.context)
    return Reply(
        Rehearsal(
            items=[
                WayShown(
                    lead=one.lead.no,
                    stops=[
                        StopShown.model_construct(
                            at=local(stop.at, zone=zone), step=stop.step, text=stop.text,
                            channel=stop.channel or None, refused=stop.refused or None,
                        )
                        for stop in one.stops
                    ],
                )
                for one in found
            ]
        )
    )  # fmt: skip


def _named(call: Call, name: str) -> tuple[str, Journey]:
    journey = call.context.rules.journeys.get(name)
    if journey is None:
        raise NoJourney(name)
    return name, journey


async def _show(tx: Tx, name: str, journey: Journey, ctx: Context) -> JourneyShown:
    states, steps = await journeys.count_states(tx, name), await counted(tx, name, journey)
    return JourneyShown(
        name=name, label=journey.label, active=journey.active, entered=sum(states.values()),
        **{state: states.get(state, 0) for state in ("running", "paused", "finished", "goal", "exited")},
        steps=[
            StepShown(
                name=one, kind=journey.find(one).kind, text=step_text(journey.find(one), rules=ctx.rules),
                here=steps[one].here, came=steps[one].came,
            )
            for one in journey.names
        ],
    )  # fmt: skip


ROUTES = (
    Route("GET", BASE, list_them, "查培育旅程", JourneyList, "any", statuses={200: "全部旅程"}),
    Route("GET", ONE + ".svg", picture, "旅程画成图", None, "any", statuses={200: "SVG 图片"}, refusals=(404,)),
    Route("GET", ONE, get, "看一个旅程", JourneyShown, "any", statuses={200: "旅程"}, refusals=(404,)),
    Route(
        "GET", ONE + "/rehearsal", rehearse, "拿真实的线索试运行", Rehearsal, "any",
        statuses={200: "每条线索会在何时收到什么"}, refusals=(404,),
    ),
)  # fmt: skip
