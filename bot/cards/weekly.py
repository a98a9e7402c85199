"""The week's promises on one card: how many were kept, by whom, from which source, and what marketing promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.cards.asked import Asked, lasting
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.promise_actions import ShowMisses
from leads.close import counted_losses
from leads.rights import Who
from reports.teams import team_named
from sla.record import Delivered, Kept, Record, delivered, record_of
from sla.stopwatch import medians
from store import behind, owned, timeline
from store.behind import Found
from store.deals import count_lost_reasons
from store.members import name_of
from store.numbers import Team
from store.tx import Tx

WEEK = timedelta(days=7)
MOST = 2000  # MQLs of a week whose way is looked at
TOP = 3  # reasons for losses
NAMED = 4  # people and sources on one row: the weakest first


@dataclass(frozen=True)
class View:
    """The period in words, the figures of this week and of the one before, names by member id."""

    period: str
    now: Record
    before: Record
    mql: Delivered
    promised: int | None
    names: Mapping[str, str]
    monday: str
    legs: tuple[tuple[str, timedelta], ...] = ()
    lost: tuple[tuple[str, int], ...] = ()  # why deals were lost in the month so far
    team: str = ""  # that was asked for; a manager's own goes without saying


def week_of(asked: str, ctx: Context) -> tuple[datetime, datetime]:
    """The week that begins on that Monday (ISO day), or the present one; until now at the latest."""
    zone, today = ctx.rules.zone, ctx.today
    monday = datetime.fromisoformat(asked).date() if asked else today - timedelta(days=today.weekday())
    since = datetime.combine(monday, time(0), zone)
    until = datetime.combine(monday + WEEK, time(0), zone)
    return since, min(until, ctx.now.astimezone(zone))


async def missed_in(tx: Tx, who: Who, asked: str, team: str, ctx: Context, *, limit: int) -> Found:
    """The leads whose promise was broken in a week: of the named team, of a manager's own, else everybody's."""
    since, until = week_of(asked, ctx)
    return await behind.broken(tx, "", since, until, source=None, team=await _team(tx, who, team, ctx), limit=limit)


async def _team(tx: Tx, who: Who, named: str, ctx: Context) -> Team | None:
    name = named or (who.team if who.role == "manager" else "")
    return await team_named(tx, name, rules=ctx.rules) if name else None


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Count the week."""
    if asked.who is None:
        return None
    wanted = str(asked.params.get("monday", ""))
    since, until = week_of(wanted, ctx)
    team_name = str(asked.params.get("team", ""))
    team = await _team(tx, asked.who, team_name, ctx)
    labels = {name: rule.label for name, rule in ctx.rules.clocks.items()}
    now = await record_of(tx, since=since, until=until, team=team, labels=labels)
    last = (until - timedelta(minutes=1)).astimezone(ctx.rules.zone)
    return View(
        f"{since:%m-%d} 到 {last:%m-%d}",
        now,
        await record_of(tx, since=since - WEEK, until=since, team=team, labels=labels),
        await delivered(tx, since=since, until=until),
        ctx.rules.marketing.mql_per_week,
        {member_id: await name_of(tx, member_id) for member_id in now.owners},
        since.date().isoformat(),
        tuple(await _where_the_time_went(tx, since, until, team, ctx)),
        await lost_of_month(tx, until, team, ctx),
        team_name,
    )


async def lost_of_month(tx: Tx, until: datetime, team: Team | None, ctx: Context) -> tuple[tuple[str, int], ...]:
    """Why deals were lost from the first of the month to an instant, as the company counts it, most frequent first."""
    last = (until - timedelta(minutes=1)).astimezone(ctx.rules.zone)
    begin = datetime.combine(last.date().replace(day=1), time(0), ctx.rules.zone)
    owners = team.members if team is not None else None
    return counted_losses(await count_lost_reasons(tx, begin, until, owners=owners), rules=ctx.rules)


async def _where_the_time_went(
    tx: Tx, since: datetime, until: datetime, team: Team | None, ctx: Context
) -> list[tuple[str, timedelta]]:
    """The medians of the week's MQLs, of a team's those that somebody of it has."""
    ids = await timeline.leads_with(tx, "mql", since=since, until=until)
    if team is not None:
        owners = await owned.owners_and_sources(tx, ids)
        ids = [one for one in ids if owners.get(one, ("", ""))[0] in team.members]
    return await medians(tx, ids[-MOST:], calendar=ctx.calendar, now=ctx.now)


def draw(view: View) -> Card:
    """One row a promise with the change to the week before, then people, sources and marketing's own promise."""
    rows = [
        Field(one.label, f"按时 {_rate(one)}{_change(one, view.before.promises.get(name))},{one.broken} 次没做到")
        for name, one in list(view.now.promises.items())[:3]
    ]
    rows.append(Field("按人", _weakest({view.names.get(k, k): one for k, one in view.now.owners.items()})))
    rows.append(Field("按来源", _weakest(view.now.sources)))
    promised = f"承诺 {view.promised}," if view.promised is not None else ""
    back = "—" if view.mql.return_rate is None else f"{view.mql.return_rate:.0%}"
    rows.append(Field("MQL", f"{promised}交付 {view.mql.leads},退回率 {back}"))
    shown = tuple(row for row in rows if row.value)
    misses = view.now.misses
    return Card(
        title=f"周报 {view.period}" + (f" · {view.team}" if view.team else ""),
        subtitle="答应客户的时间做到了多少" if view.now.promises else "这一周还没有到期的时限",
        source="周报",
        text="\n".join(part for part in (_legs(view), losses_text(view.lost)) if part),
        fields=shown,
        buttons=(Button(f"没做到的 {misses} 条", ShowMisses(view.monday, view.team), "primary"),) if misses else (),
    )


def _legs(view: View) -> str:
    if not view.legs:
        return ""
    return "时间花在哪(中位数):" + " → ".join(f"{n} {lasting(t.total_seconds())}" for n, t in view.legs)


def losses_text(lost: tuple[tuple[str, int], ...], *, month: str = "本月") -> str:
    """本月输单 5 个,最多的原因:价格太高 3、选了竞品 1."""
    if not lost:
        return ""
    top = "、".join(f"{reason} {count}" for reason, count in lost[:TOP])
    return f"{month}输单 {sum(count for _, count in lost)} 个,最多的原因:{top}"


def _rate(one: Kept) -> str:
    return "—" if one.rate is None else f"{one.rate:.0%}"


def _change(one: Kept, before: Kept | None) -> str:
    if one.rate is None or before is None or before.rate is None:
        return ""
    points = round(100 * one.rate) - round(100 * before.rate)
    return f"({points:+d})" if points else "(持平)"


def _weakest(table: Mapping[str, Kept]) -> str:
    ordered = sorted(table.items(), key=lambda item: (item[1].rate or 0, -item[1].broken, item[0]))
    return "、".join(f"{name} {_rate(one)}" for name, one in ordered[:NAMED])
