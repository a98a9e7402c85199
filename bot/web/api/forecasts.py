"""The forecast and the targets for programs: what a month brings, and what everybody is to sign."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from bot.forecasting import outlook
from bot.web.api.auth import acting
from bot.web.api.deal_shapes import Yuan
from bot.web.api.fields import Id, Short, Term
from bot.web.api.opportunities import fen_given
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.deal_facts import yuan
from leads.errors import Unusable
from reports.forecast import Forecast
from store import forecasts
from store.members import find_member, list_everyone, list_members
from store.timeline import audit
from store.tx import Tx

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
Figure = float | int


class ForecastRow(Shape):
    """Sums in yuan of a member (`key`), or of all (null); each includes what is signed. `unknown` are left out."""

    key: str | None
    signed: Figure
    commit: Figure
    best: Figure
    by_stage: Figure
    by_odds: Figure
    unknown: int
    target: Figure | None


class ForecastShown(Shape):
    """The present month."""

    month: str
    rows: list[ForecastRow]


class TargetShown(Shape):
    """What a member, or a team, is to sign in a month."""

    month: str
    member: str | None
    team: str | None
    amount: Figure


class TargetList(Shape):
    """The targets of a month, teams first."""

    items: list[TargetShown]


class TargetFilter(Shape):
    """Which month."""

    model_config = ConfigDict(extra="forbid")

    month: Annotated[Term, Field(pattern=MONTH, description="例如 2026-06")]


class NewTarget(Shape):
    """Either `member` or `team`; the same once more replaces it."""

    model_config = ConfigDict(extra="forbid")

    month: Annotated[Short, Field(pattern=MONTH, description="例如 2026-06")]
    member: Annotated[Id, Field(description="成员编号")] = None
    team: Annotated[Id, Field(description="小组")] = None
    amount: Yuan
    by: Annotated[Id, Field(description="以哪位成员的名义;不写就是程序自己")] = None


async def get(call: Call) -> Reply:
    """GET /forecast."""
    async with call.desk.store.read() as tx:
        seen = await outlook(tx, await list_everyone(tx), call.context)
    rows = [_row(None, seen.whole), *(_row(member.id, told) for member, told in seen.each)]
    return Reply(ForecastShown(month=seen.month, rows=rows))


def _row(key: str | None, told: Forecast) -> ForecastRow:
    sums: dict[str, Any] = {
        name: yuan(getattr(told, name)) for name in ("signed", "commit", "best", "by_stage", "by_odds", "target")
    }
    return ForecastRow(key=key, unknown=told.unknown, **sums)


async def list_them(call: Call) -> Reply:
    """GET /targets."""
    async with call.desk.store.read() as tx:
        return Reply(await _listed(tx, call.query.month))


async def put(call: Call) -> Reply:
    """PUT /targets."""
    given: NewTarget = call.body
    fen = fen_given(given.amount)
    if fen is None or (given.member is None) == (given.team is None):
        raise Unusable("写 member(成员编号)或 team(小组)其中一个,和 amount(多少元)。")

    async def work(tx: Tx) -> TargetList:
        who = await acting(tx, given.by, call.caller)
        if given.member is not None and await find_member(tx, given.member) is None:
            raise Unusable(f"member:没有编号为「{given.member[:40]}」的成员。")
        teams = {member.team for member in await list_members(tx) if member.team}
        if given.team is not None and given.team not in teams:
            raise Unusable(f"team:没有叫「{given.team[:40]}」的小组,现有:{'、'.join(sorted(teams))}。")
        kind, name = ("member", given.member) if given.member is not None else ("team", given.team)
        now = call.context.now
        await forecasts.set_target(tx, given.month, kind, name or "", fen, by=who.id, now=now)
        await audit(tx, act="target", by=who.id, subject=f"{kind}:{name}", at=now, month=given.month)
        return await _listed(tx, given.month)

    return Reply(await call.desk.store.transaction(work))


async def _listed(tx: Tx, month: str) -> TargetList:
    rows = await forecasts.list_targets(tx, month)
    return TargetList(
        items=[
            TargetShown(
                month=row.month, member=row.who if row.kind == "member" else None,
                team=row.who if row.kind == "team" else None, amount=yuan(row.amount) or 0,
            )
            for row in rows
        ]
    )  # fmt: skip


ROUTES = (
    Route("GET", "/api/v1/forecast", get, "这个月能签多少", ForecastShown, "any", statuses={200: "预测"}),
    Route(
        "GET", "/api/v1/targets", list_them, "一个月的目标", TargetList, "any", query=TargetFilter,
        statuses={200: "全部目标"},
    ),
    Route(
        "PUT", "/api/v1/targets", put, "定一个目标", TargetList, "acting", body=NewTarget,
        statuses={200: "这个月的全部目标"},
    ),
)  # fmt: skip
