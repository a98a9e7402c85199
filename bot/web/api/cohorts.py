"""The funnel of a cohort, and which source a sale is owed to, for programs: as cards and pages tell them."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from bot.web.api.numbers import Days, days_of, team_of
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.mask import said
from reports.attribution import MODELS, Owed, attribution
from reports.funnel import MOST_STRETCHES, steps
from reports.numbers import numbers
from store import behind


class FunnelStep(Shape):
    """A stage: how many of the leads that came in these days have reached it by now, the share of those of the stage
    before, the median days until they went on."""

    stage: str
    count: int
    share: float | None
    days: float | None


class Funnel(Shape):
    """The stages in order; `from` and `to` are the days in which the leads came."""

    model_config = ConfigDict(populate_by_name=True)

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    rows: list[FunnelStep]


class Models(Shape):
    """The same by the first enquiry, the last one before it, and shared by all of them equally."""

    first: float
    last: float
    linear: float


class AttributionRow(Shape):
    """What one source is owed: deals won, yuan signed, yuan received."""

    key: str
    deals: Models
    signed: Models
    paid: Models


class Attribution(Shape):
    """A row for each source that anything is owed to, the most signed first."""

    model_config = ConfigDict(populate_by_name=True)

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    rows: list[AttributionRow]


async def on_funnel(call: Call) -> Reply:
    """GET /reports/funnel."""
    period, zone = days_of(call), call.context.rules.zone
    async with call.desk.store.read() as tx:
        team = await team_of(tx, call)
        (counted,) = await numbers(tx, period, team=team, zone=zone)
        stood = await behind.stretches(tx, *period.instants(zone), team=team, limit=MOST_STRETCHES)
    rows = [
        FunnelStep(stage=step.name, count=step.count, share=step.share, days=step.days)
        for step in steps(counted, stood)
    ]  # fmt: skip
    return Reply(Funnel(first=period.first, last=period.last, rows=rows))


async def on_attribution(call: Call) -> Reply:
    """GET /reports/attribution."""
    period = days_of(call)
    async with call.desk.store.read() as tx:
        found = await attribution(tx, period, team=await team_of(tx, call), zone=call.context.rules.zone)
    rows = [_row(one, reveal=call.caller.reveals) for one in found]
    return Reply(Attribution(first=period.first, last=period.last, rows=rows))


def _row(owed: Owed, *, reveal: bool) -> AttributionRow:
    deals = Models(**{model: float(owed.deals[model]) for model in MODELS})
    signed, paid = (
        Models(**{model: float(amounts[model] / 100) for model in MODELS}) for amounts in (owed.signed, owed.paid)
    )
    return AttributionRow(key=said(owed.source, reveal=reveal), deals=deals, signed=signed, paid=paid)


ROUTES = (
    Route(
        "GET", "/api/v1/reports/funnel", on_funnel, "漏斗:这段时间来的线索走到了哪一步", Funnel, "any",
        query=Days, statuses={200: "每个阶段一行"},
    ),
    Route(
        "GET", "/api/v1/reports/attribution", on_attribution, "归因:首次、末次、线性并排", Attribution, "any",
        query=Days, statuses={200: "每个来源一行"},
    ),
)  # fmt: skip
