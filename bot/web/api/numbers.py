"""The company's numbers for programs: the same rows that cards, digests and pages are drawn from."""

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, create_model, field_validator, model_validator

from bot.web.api.reports import in_order
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.errors import Unusable
from leads.mask import said
from reports.numbers import Counted, figures, numbers
from reports.period import DAY, Period
from reports.teams import NoTeam, team_named, team_of_each
from store.campaigns import name_of_each
from store.members import list_everyone
from store.numbers import Team
from store.tx import Tx


class Days(Shape):
    """A period of whole days in the company's zone, both included; the last seven days unless it is named."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: Annotated[date | None, Field(alias="from", description="第一天,例如 2026-03-01")] = None
    last: Annotated[date | None, Field(alias="to", description="最后一天,含当天")] = None
    team: Annotated[str | None, Field(max_length=60, description="只看这个团队")] = None

    @field_validator("*", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _in_order(self) -> "Days":
        in_order(self.first, self.last)
        return self


class NumbersFilter(Days):
    """The same, in one row or several."""

    by: Annotated[
        Literal["source", "rep", "team", "campaign", "month"] | None, Field(description="按什么分行;不写就是全公司一行")
    ] = None


def days_of(call: Call) -> Period:
    """The days asked for. Raises Unusable when they cannot be."""
    wanted: Days = call.query
    last = wanted.last or max(call.context.today, wanted.first or call.context.today)
    first = wanted.first or last - 6 * DAY
    if first > last:
        raise Unusable("from:不能晚于 to。")
    return Period(first, last)


async def team_of(tx: Tx, call: Call) -> Team | None:
    """The team asked for. Raises Unusable with those that there are."""
    wanted: Days = call.query
    try:
        return await team_named(tx, wanted.team, rules=call.context.rules) if wanted.team else None
    except NoTeam as unknown:
        raise Unusable(f"team:{unknown}") from None


_WHOLE = {"leads", "mql", "sal", "sql", "opportunities", "customers", "won", "lost"}
_FIELDS = {
    name: (int | None if name in _WHOLE else float | int | None, None) for name in figures(Counted()) if name != "key"
}


class _Named(Shape):
    """Whose numbers they are: a source, a member's id, a campaign's number, a month; null for the whole."""

    key: str | None
    name: str


NumbersRow: type[_Named] = create_model(
    "NumbersRow", __base__=_Named, __doc__="One row; shares are 0..1, null is nothing to divide by or no meaning.",
    **_FIELDS,
)  # type: ignore[call-overload]  # fmt: skip


class Numbers(Shape):
    """One row, or one for each source, member, team, campaign or month; `from` and `to` are the days that count."""

    model_config = ConfigDict(populate_by_name=True)

    first: Annotated[date, Field(serialization_alias="from")]
    last: Annotated[date, Field(serialization_alias="to")]
    rows: list[NumbersRow]  # type: ignore[valid-type]


async def on_numbers(call: Call) -> Reply:
    """GET /reports/numbers."""
    wanted: NumbersFilter = call.query
    period, rules = days_of(call), call.context.rules
    async with call.desk.store.read() as tx:
        team, teams = await team_of(tx, call), await team_of_each(tx)
        found = await numbers(tx, period, by=wanted.by, team=team, teams=teams, zone=rules.zone)
        names = await _names(tx, wanted.by)
    told = []
    for one in found:
        key = _key(one, wanted.by)
        name = names.get(one.key, key or "") if wanted.by else "全公司"
        shown = {**figures(one), "key": said(key, reveal=call.caller.reveals) if key else key}
        told.append(NumbersRow(**shown, name=said(name, reveal=call.caller.reveals)))
    return Reply(Numbers(first=period.first, last=period.last, rows=told))


def _key(row: Counted, by: str | None) -> str | None:
    if row.key is None:
        return None
    return f"C{row.key}" if by == "campaign" else str(row.key)


async def _names(tx: Tx, by: str | None) -> dict[str | int | None, str]:
    if by == "rep":
        return {member.id: member.name for member in await list_everyone(tx)}
    return {**(await name_of_each(tx))} if by == "campaign" else {}  # type: ignore[dict-item]


ROUTES = (
    Route(
        "GET", "/api/v1/reports/numbers", on_numbers, "公司的数字:每个只有一种算法", Numbers, "any",
        query=NumbersFilter, statuses={200: "一行,或每个来源、成员、团队、活动、月份一行"},
    ),
)  # fmt: skip
