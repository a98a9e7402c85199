"""The company's numbers for programs; each has one definition, in reports/."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.errors import Unusable
from leads.mask import said
from reports.period import must_be_near
from reports.quality import source_quality

LONGEST = 366 * 3  # days of one report


def in_order(first: date | None, last: date | None) -> None:
    """Whether these days can be a period. Raises ValueError with days that can."""
    must_be_near(first, last)
    if first and last and last < first:
        raise ValueError(f"from 在 to 之后,换一下就行:from={last}&to={first}")
    if first and last and (last - first).days >= LONGEST:
        raise ValueError(f"一次最多 {LONGEST} 天,可以一年一年取:from={first.year}-01-01&to={first.year}-12-31")


class QualityFilter(Shape):
    """A period of whole days in the company's zone, both included; the last seven days unless it is named."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: Annotated[date | None, Field(alias="from", description="第一天,例如 2026-03-01")] = None
    last: Annotated[date | None, Field(alias="to", description="最后一天,含当天")] = None
    by: Annotated[Literal["source"], Field(description="按来源")] = "source"

    @model_validator(mode="after")
    def _in_order(self) -> "QualityFilter":
        in_order(self.first, self.last)
        return self


class QualityRow(Shape):
    """One source: leads captured in the period, called invalid in it, why, and the share that is invalid by now."""

    key: str
    leads: int
    invalid: int
    reasons: dict[str, int]
    invalid_rate: float | None


class Quality(Shape):
    """What sales thinks of each source, the most invalid ones first."""

    rows: list[QualityRow]


async def quality(call: Call) -> Reply:
    """GET /reports/quality."""
    wanted: QualityFilter = call.query
    zone = call.context.rules.zone
    last = wanted.last or call.context.now.astimezone(zone).date()
    first = wanted.first or last - timedelta(days=6)
    if first > last:
        raise Unusable("from:不能晚于 to。")
    async with call.desk.store.read() as tx:
        found = await source_quality(tx, first, last, zone=zone)
    rows = [
        QualityRow(
            key=said(one.key, reveal=call.caller.reveals), leads=one.leads, invalid=one.invalid, reasons=one.reasons,
            invalid_rate=one.invalid_rate,
        )
        for one in found
    ]  # fmt: skip
    return Reply(Quality(rows=rows))


ROUTES = (
    Route(
        "GET", "/api/v1/reports/quality", quality, "各来源的质量:多少无效、为什么", Quality, "any",
        query=QualityFilter, statuses={200: "每个来源一行"},
    ),
)  # fmt: skip
