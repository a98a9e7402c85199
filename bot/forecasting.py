"""What is asked of leaders each week: whose deals, what they committed to, and how far last week's word was off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.context import Context
from config.worktime import WorkCalendar
from leads.deal import probability_at, probability_of
from leads.rights import Who
from reports.forecast import Error, Forecast, Piece, error_of, forecast
from store import behind, due, forecasts, leads
from store.deal import Commitment, Opportunity
from store.deals import find_deal
from store.members import list_everyone
from store.numbers import Team
from store.tables import Lead, Member
from store.tx import Tx

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
WEEK = 7 * DAY


def coming_week(today: date, calendar: WorkCalendar) -> str:
    """The Monday of the week that leaders speak of: the coming one, from Friday on, else the running one.

    Where nobody works on Friday, from the last working day before it on.
    """
    monday = today - timedelta(days=today.weekday())
    return (monday + WEEK if today >= worked_by(monday + 4 * DAY, calendar) else monday).isoformat()


def worked_by(day: date, calendar: WorkCalendar) -> date:
    """The day, or the last working day of the same week before it; the day itself in a week without one."""
    found = day
    while not calendar.is_workday(found):
        if found.weekday() == 0:
            return day
        found -= DAY
    return found


def month_of(today: date) -> tuple[str, date, date]:
    """(2026-06, its first day, the first of the next)."""
    first = today.replace(day=1)
    return f"{first:%Y-%m}", first, (first + timedelta(days=32)).replace(day=1)


async def people_of(tx: Tx, who: Who) -> list[Member]:
    """Whose deals somebody speaks for: their own, a leader's team, everybody's; of those who left, too."""
    everybody = sorted(await list_everyone(tx), key=lambda member: (member.team, member.id))
    if who.role == "rep":
        return [m for m in everybody if m.id == who.id]
    return [m for m in everybody if who.role != "manager" or who.team in ("", m.team)]


async def expected(tx: Tx, ctx: Context, *, team: Team | None) -> Forecast:
    """The present month of a team, or of all: what 预测 says as commit and by stage, from the deals that it counts.

    `by_odds` and `unknown` are not asked for here.
    """
    _, first, after = month_of(ctx.today)
    begin, end = (datetime.combine(day, time(0), ctx.rules.zone) for day in (first, after))
    until = (after - timedelta(days=1)).isoformat()
    signed = await forecasts.signed_by(tx, begin, end)
    said = await forecasts.committed_in(tx, coming_week(ctx.today, ctx.calendar))
    pieces = [_piece(deal, None, said, ctx) for deal in await behind.spoken_of(tx, said.keys(), team=team)]
    for pipeline, stage, fen in await behind.expected(tx, until, said.keys(), team=team):
        likely = probability_at(pipeline, stage, rules=ctx.rules)
        pieces.append(Piece(fen, likely / 100, expected_on=until))
    mine = sum(fen for member, fen in signed.items() if team is None or member in team.members)
    return forecast(pieces, mine, until=until)


@dataclass(frozen=True)
class Outlook:
    """A month's forecast of some people together and of each; the likeliest deals, of which a leader says something."""

    month: str
    whole: Forecast
    each: tuple[tuple[Member, Forecast], ...]
    deals: tuple[Opportunity, ...]
    committed: dict[int, int]
    last: Error | None


async def outlook(tx: Tx, people: Sequence[Member], ctx: Context, *, team: str = "", deals: int = 0) -> Outlook:
    """Count the present month, and find so many of the deals that bring most by their stage."""
    month, first, after = month_of(ctx.today)
    begin, end = (datetime.combine(day, time(0), ctx.rules.zone) for day in (first, after))
    until = (after - timedelta(days=1)).isoformat()
    signed = await forecasts.signed_by(tx, begin, end)
    week = coming_week(ctx.today, ctx.calendar)
    said = await forecasts.committed_in(tx, week)
    targets = {(row.kind, row.who): row.amount for row in await forecasts.list_targets(tx, month)}
    ids = [member.id for member in people]
    learned = ctx.learning.model is not None
    sums = await forecasts.coming_by_stage(tx, until, said.keys(), ids, chances=learned)
    per_cent = {(row.pipeline, row.stage): probability_at(row.pipeline, row.stage, rules=ctx.rules) for row in sums}
    spoken = [deal for deal in await behind.spoken_of(tx, said.keys(), team=None) if deal.owner_id in ids]
    sold_to = {lead.id: lead for lead in await leads.find_leads(tx, [deal.lead_id for deal in spoken if learned])}
    each: list[tuple[Member, Forecast]] = []
    pieces: list[Piece] = []
    for member in people:
        mine = [row for row in sums if row.owner_id == member.id]
        own = [piece for row in mine for piece in _pieces(row, per_cent[row.pipeline, row.stage] / 100, until)]
        own += [_piece(deal, sold_to.get(deal.lead_id), said, ctx) for deal in spoken if deal.owner_id == member.id]
        if own or mine or signed.get(member.id) or ("member", member.id) in targets:
            target = targets.get(("member", member.id))
            unknown = sum(row.unknown for row in mine)
            told = forecast(own, signed.get(member.id, 0), until=until, target=target, unknown=unknown)
            each.append((member, told))
        pieces += own
    together = sum(signed.get(member.id, 0) for member in people)
    own_targets = [told.target for _, told in each if told.target is not None]
    target = targets.get(("team", team)) if team else None
    if target is None and own_targets:
        target = sum(own_targets)
    per_cent |= {(deal.pipeline, deal.stage): probability_of(deal, rules=ctx.rules) for deal in spoken}
    likeliest = await forecasts.likeliest(tx, ids, per_cent, limit=deals) if deals else ()
    unknown = sum(row.unknown for row in sums)
    return Outlook(
        month, forecast(pieces, together, until=until, target=target, unknown=unknown), tuple(each), tuple(likeliest),
        {number: row.amount for number, row in said.items()}, await _last(tx, set(ids), week, ctx),
    )  # fmt: skip


def _pieces(row: forecasts.Coming, share: float, until: str) -> list[Piece]:
    """The deals of one owner at one stage as if they were one deal, those with a chance of their own another."""
    found = [Piece(row.fen, share, expected_on=until)] if row.fen else []
    return found + ([Piece(row.chanced, share, row.likely / row.chanced, until)] if row.chanced else [])


def _piece(deal: Opportunity, lead: Lead | None, said: Mapping[int, Commitment], ctx: Context) -> Piece:
    odds = ctx.learning.odds(lead, rules=ctx.rules) if lead is not None else None
    share = probability_of(deal, rules=ctx.rules) / 100
    committed = said[deal.id or 0].amount if deal.id in said else None
    return Piece(deal.amount, share, odds.chance if odds is not None else None, deal.expected_on, committed)


async def _last(tx: Tx, ids: set[str], week: str, ctx: Context) -> Error | None:
    """How far the word of the week before was off; None when nobody gave one."""
    before = date.fromisoformat(week) - WEEK
    said = [row for row in (await forecasts.committed_in(tx, before.isoformat())).values() if row.owner_id in ids]
    if not said:
        return None
    begin = datetime.combine(before, time(0), ctx.rules.zone)
    pairs: list[tuple[int, int | None]] = []
    for row in said:
        deal = await find_deal(tx, row.opportunity_id)
        won = deal is not None and deal.result == "won" and deal.closed_at is not None
        inside = won and deal is not None and deal.closed_at is not None and begin <= deal.closed_at < begin + WEEK
        pairs.append((row.amount, deal.amount if inside and deal is not None else None))
    return error_of(pairs)


async def plan_forecast(tx: Tx, ctx: Context) -> None:
    """Remember when leaders are asked the next time, once."""
    wanted = ctx.rules.deals.forecast
    hour, minute = map(int, wanted.at.split(":"))
    named = ctx.today + timedelta(days=DAYS.index(wanted.day) - ctx.today.weekday())
    asked = (worked_by(day, ctx.calendar) for day in (named, named + WEEK))
    instants = [datetime.combine(day, time(hour, minute), ctx.rules.zone) for day in asked]
    at = next(at for at in instants if at > ctx.now)
    await due.keep(tx, kind="forecast", key=f"forecast:{at.date()}", at=at, payload={"day": str(at.date())})
