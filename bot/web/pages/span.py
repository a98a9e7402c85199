"""Which days and whose numbers a page of charts is about, read from its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from bot.context import Context
from bot.web.api.problem import Problem
from leads.errors import Unusable
from leads.rights import Who
from reports.period import Period, must_be_near
from reports.teams import NoTeam, known_teams, team_named
from store.numbers import Team
from store.tx import Tx

LONGEST = 366 * 3  # days
DAY = timedelta(days=1)
PRESETS = {
    "7": "最近 7 天", "30": "最近 30 天", "90": "最近 90 天", "week": "本周", "month": "本月", "last_month": "上月",
    "quarter": "本季度", "year": "今年",
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """The days, whose work counts (None: everybody's), and how that is called."""

    period: Period
    preset: str
    team: Team | None
    team_name: str
    label: str
    who: Who
    ctx: Context
    teams: tuple[str, ...] = ()  # that the reader may choose from

    @property
    def people(self) -> tuple[str, ...] | None:
        """Whose deals count; None: everybody's."""
        return None if self.team is None else self.team.members

    @property
    def days(self) -> dict[str, str]:
        """The period as a list's filters say it."""
        return {"since": f"{self.period.first}", "until": f"{self.period.last}"}

    def leads(self, **filters: str) -> str:
        """The address of the list behind a number."""
        mine = {"owner": self.who.id or ""} if self.who.role == "rep" else {"team": self.team_name}
        given = {**self.days, **mine, **filters}
        return f"/app/leads?{urlencode({name: value for name, value in given.items() if value})}"

    def query(self, **changes: str) -> str:
        """The address of the same page with something else."""
        days = {"preset": self.preset} if self.preset else {"from": f"{self.period.first}", "to": f"{self.period.last}"}
        chosen = {"team": self.team_name} if self.teams else {}
        values = {**days, **chosen, **changes}
        return urlencode({name: value for name, value in values.items() if value})


def read_period(query: Mapping[str, str], today: date) -> tuple[Period, str]:
    """The days asked for, and the preset's name. Raises Problem with what would do."""
    first, last = query.get("from", "").strip(), query.get("to", "").strip()
    preset = query.get("preset", "").strip() or ("" if first or last else "30")
    if preset:
        if preset not in PRESETS:
            raise Problem("invalid", f"没有这个时间段,可以选:{'、'.join(PRESETS.values())}。")
        return _preset(preset, today), preset
    try:
        begin = date.fromisoformat(first) if first else today - 29 * DAY
        end = date.fromisoformat(last) if last else today
        must_be_near(begin, end)
    except ValueError:
        raise Problem("invalid", f"日期要写成 {today} 这样。") from None
    if end < begin:
        raise Problem("invalid", f"时间段反了:{begin} 在 {end} 之后。把两个日期换一下就好。")
    if (end - begin).days >= LONGEST:
        raise Problem("invalid", f"一次最多看 {LONGEST} 天,请缩短时间段。")
    return Period(begin, end), ""


def _preset(name: str, today: date) -> Period:
    if name.isdecimal():
        return Period(today - (int(name) - 1) * DAY, today)
    if name == "week":
        return Period(today - today.weekday() * DAY, today)
    if name == "last_month":
        last = today.replace(day=1) - DAY
        return Period(last.replace(day=1), last)
    month = {"month": today.month, "quarter": (today.month - 1) // 3 * 3 + 1, "year": 1}[name]
    return Period(today.replace(month=month, day=1), today)


async def read_span(tx: Tx, query: Mapping[str, str], who: Who, ctx: Context) -> Span:
    """Days and people, within the reader's rights: reps see their own, a team's manager the team's.

    Raises Problem for days, Unusable for a team that is not there.
    """
    period, preset = read_period(query, ctx.today)
    if who.role == "rep":
        return Span(period, preset, Team((who.id or "",)), who.team, "我的", who, ctx)
    if who.role == "manager" and who.team:
        mine = await team_named(tx, who.team, rules=ctx.rules)
        return Span(period, preset, mine, who.team, f"{who.team}组", who, ctx)
    teams = tuple(await known_teams(tx))
    wanted = query.get("team", "").strip()[:60]
    if not wanted:
        return Span(period, preset, None, "", "全公司", who, ctx, teams)
    try:
        chosen = await team_named(tx, wanted, rules=ctx.rules)
    except NoTeam as error:
        raise Unusable(str(error)) from None
    return Span(period, preset, chosen, wanted, f"{wanted}组", who, ctx, teams)
