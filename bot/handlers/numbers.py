"""日报, 漏斗, 渠道, 排行 with days and a team; a number opens down to its leads; a question is answered with them."""

import re
from datetime import date
from urllib.parse import urlencode

from bot.cards.picture import find_font
from bot.context import Answer, Context, say
from bot.report_actions import ShowNumber, ShowReport
from leads.errors import NoRight, Unusable
from leads.facts import Fact
from leads.rights import Who, can_see, require_role
from reports.period import DAY, Period
from reports.ranking import hide
from reports.teams import known_teams, team_named
from reports.words import WORDS, BadPeriod, month_of, read_period, shown
from store import behind
from store.behind import Found
from store.leads import find_leads
from store.members import name_of
from store.most import Wanted, counted_for, most_of
from store.numbers import STAGE_AT, Team
from store.talk import set_focus
from store.tx import Tx

LEADERS = ("manager", "marketing", "admin")
BY_SOURCE = ("channel", "attribution", "received")  # a manager is told the whole company's, unless a team is named
LISTED = 10
LOOKED_AT = 200  # of the leads behind a number: those that the reader may see are listed
NAMES = {
    "leads": "新增", "mql": "MQL", "sal": "已领取", "sql": "SQL", "opportunity": "商机", "won": "赢单", "lost": "输单",
    "paid": "回款",
    "claim": "没按时领取", "first_contact": "没按时联系", "released": "退回", "disqualified": "标无效",
}  # fmt: skip
ASKED = re.compile(
    r"(?:哪个|哪家|谁|哪位|什么)(渠道|来源|销售|人|同事)?.{0,4}?(退回|无效|新增|线索|MQL|mql|赢单)(?:得)?最(多|少)"
)


async def asked_for(
    tx: Tx, rest: str, who: Who, ctx: Context, *, word: str, usual: Period, own: bool
) -> tuple[Period, str]:
    """(the days, the team or "") that the words name; `own`: a manager with a team means their own.

    Raises Unusable (days or a team that cannot be) and NoRight (somebody else's team), with what would work.
    """
    try:
        period, team = read_period(rest, today=ctx.today)
    except BadPeriod as bad:
        raise Unusable(str(bad)) from None
    team = team.removesuffix("团队").removesuffix("组").strip() or (who.team if own and who.role == "manager" else "")
    teams = await known_teams(tx)
    if team and team not in teams and not any(t.removesuffix("组") == team for t in teams):
        there = "、".join(teams) if teams else "还没有分团队"
        raise Unusable(
            f"看哪段时间、哪个团队?没看懂「{team[:20]}」。团队有:{there};时间可以写:{WORDS}。例如:{word} 上月"
        )
    team = next((t for t in teams if team and t.removesuffix("组") == team.removesuffix("组")), team)
    if team and who.role == "manager" and who.team and team != who.team:
        raise NoRight(f"「{team}」的数字由他们的主管看。你可以发:{word} {who.team}")
    if period is not None and period.first > ctx.today:
        raise Unusable(f"{period.first} 还没到。可以发:{word} 本月")
    return period or usual, team


def card(report: str, period: Period, team: str = "") -> Answer:
    """One report."""
    told = {"report": report, "first": period.first.isoformat(), "last": period.last.isoformat(), "team": team}
    return Answer("numbers", params=told)


async def on_day_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """日报: today, or the days that are named."""
    require_role(who, LEADERS, "日报")
    today = Period(ctx.today, ctx.today)
    period, team = await asked_for(tx, rest, who, ctx, word="日报", usual=today, own=True)
    return [card("day", period, team), *_picture(period, team)]


async def on_month_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """月报: 日报 of the month before, or of what is named."""
    require_role(who, LEADERS, "月报")
    usual = month_of(month_of(ctx.today).first - DAY)
    period, team = await asked_for(tx, rest, who, ctx, word="月报", usual=usual, own=True)
    return [card("day", period, team), *_picture(period, team)]


def _picture(period: Period, team: str) -> list[Fact | Answer]:
    """The funnel drawn, where this machine can draw Chinese."""
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    return [Answer("picture", params={**days, "team": team})] if find_font() is not None else []


async def on_funnel_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """漏斗: of this month's leads."""
    require_role(who, LEADERS, "漏斗")
    usual = Period(month_of(ctx.today).first, ctx.today)
    period, team = await asked_for(tx, rest, who, ctx, word="漏斗", usual=usual, own=True)
    return [card("funnel", period, team), *_picture(period, team)]


async def on_channels(tx: Tx, rest: str, who: Who, ctx: Context) -> tuple[Answer, Period]:
    """渠道: the last seven days."""
    usual = Period(ctx.today - 6 * DAY, ctx.today)
    period, team = await asked_for(tx, rest, who, ctx, word="渠道", usual=usual, own=False)
    return card("channel", period, team), period


async def on_attribution_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """归因 上月, 渠道 归因 上月: three models side by side."""
    require_role(who, LEADERS, "归因")
    usual = Period(month_of(ctx.today).first, ctx.today)
    period, team = await asked_for(tx, rest, who, ctx, word="归因", usual=usual, own=False)
    return [card("attribution", period, team)]


async def on_ranking_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """排行: this month; 排行 隐藏, 排行 显示 for oneself."""
    if rest.strip() in ("隐藏", "显示"):
        await hide(tx, who.id or "", hidden=rest.strip() == "隐藏")
        return [
            say("好,排行里不会出现你了。想回来发「排行 显示」。" if rest.strip() == "隐藏" else "好,你又在排行里了。")
        ]
    usual = Period(month_of(ctx.today).first, ctx.today)
    period, team = await asked_for(tx, rest, who, ctx, word="排行", usual=usual, own=True)
    if who.role == "rep" and team not in ("", who.team):
        raise NoRight(f"你可以看自己团队的:排行 {who.team}".strip())
    team = who.team if who.role == "rep" else team
    return [card("ranking", period, team)]


async def on_adoption_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """使用情况: who does not use the bot yet, and what it has brought."""
    return [Answer("adoption"), Answer("baseline")]


async def on_show_report(tx: Tx, action: ShowReport, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A button to another report about the same days."""
    require_role(who, LEADERS, "报表")
    rest = f"{action.first}到{action.last} {action.team}"
    period, team = await asked_for(
        tx, rest, who, ctx, word="日报", usual=Period(ctx.today, ctx.today), own=action.report not in BY_SOURCE
    )
    if action.report == "forecast":
        return [Answer("forecast")]
    if action.report not in ("day", "detail", "more", "funnel", *BY_SOURCE, "ranking"):
        raise Unusable("这张报表现在没有了。可以发:日报、漏斗、渠道、排行。")
    return [card(action.report, period, team)]


async def on_show_number(tx: Tx, action: ShowNumber, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The leads behind a number, those that this person may see."""
    require_role(who, LEADERS, "数字明细")
    try:
        period = Period(date.fromisoformat(action.first), date.fromisoformat(action.last))
    except ValueError:
        raise Unusable("这张卡片太旧了,重新发「日报」看看。") from None
    await asked_for(tx, action.team, who, ctx, word="日报", usual=period, own=False)
    team = await team_named(tx, action.team, rules=ctx.rules) if action.team else None
    found, total = await _behind(tx, action, period, team, ctx)
    visible = [
        lead.id or 0 for lead in await find_leads(tx, found) if await can_see(tx, lead, who, rules=ctx.rules)
    ]  # fmt: skip
    name = NAMES.get(action.what.removeprefix("cohort:"), action.what)
    title = f"{name} {shown(period, today=ctx.today)}" + (f" · {action.key}" if action.key else "") + f",共 {total} 条"
    return await _list(tx, title, visible, total, who, ctx, page=_page(action))


def _page(action: ShowNumber) -> str:
    """Where the whole list is on the pages."""
    what, days = action.what, {"from": action.first, "to": action.last, "team": action.team}
    if what in STAGE_AT:
        since = {"since": action.first, "until": action.last, "first": action.key, "team": action.team}
        return f"leads?{_query(reached=what, **since)}"
    if what in ("won", "lost"):
        return f"deals?{_query(result=what, **days)}"
    return f"boards/{'sla' if what in ('claim', 'first_contact') else 'funnel'}?{_query(**days)}"


def _query(**values: str) -> str:
    return urlencode({name: value for name, value in values.items() if value})


async def _list(
    tx: Tx, title: str, visible: list[int], total: int, who: Who, ctx: Context, *, page: str = ""
) -> list[Fact | Answer]:  # fmt: skip
    if not visible:
        return [say(f"{title}。" + ("里面没有你能看的,由别的团队负责。" if total else ""))]
    hint = "回复序号打开,例如 1"
    if total > LISTED:
        hint = f"这里列最近 {min(LISTED, len(visible))} 条。{hint};要全部,到网页里看和导出"
    await set_focus(tx, who.id or "", listed=visible[:LISTED], asked="", now=ctx.now)
    return [Answer("list", params={"title": title, "leads": visible[:LISTED], "hint": hint, "page": page})]


async def _behind(tx: Tx, action: ShowNumber, period: Period, team: Team | None, ctx: Context) -> Found:
    begin, end = period.instants(ctx.rules.zone)
    what, how = action.what, {"source": action.key or None, "team": team, "limit": LOOKED_AT}
    if what.startswith("cohort:"):
        return await behind.of_cohort(tx, what.removeprefix("cohort:"), begin, end, **how)  # type: ignore[arg-type]
    if what == "paid":
        return await behind.paid_in(tx, begin, end, **how)  # type: ignore[arg-type]
    if what in ("claim", "first_contact"):
        return await behind.broken(tx, what, begin, end, **how)  # type: ignore[arg-type]
    if what in ("won", "lost"):
        return await behind.closed(tx, what, begin, end, **how)  # type: ignore[arg-type]
    if what in STAGE_AT:
        return await behind.at_stage(tx, what, begin, end, **how)  # type: ignore[arg-type]
    raise Unusable("这个数字现在点不开。可以发:日报、漏斗、渠道。")


def is_question(text: str) -> bool:
    """Whether somebody asks which channel, or who, has the most of something."""
    return ASKED.search(text) is not None


async def on_question(tx: Tx, text: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """上周哪个渠道退回最多: the number, the filter that was used, and the leads. No model: a pattern of words."""
    require_role(who, LEADERS, "这类问题")
    found = ASKED.search(text)
    assert found is not None  # noqa: S101 - is_question has seen it
    of, what, most = found[1] or ("销售" if "谁" in found[0] else "渠道"), found[2].lower(), found[3]
    left = text.replace(found[0], " ")
    left = re.sub(r"[?\uff1f。\s]+$", "", left.strip())
    usual = Period(ctx.today - 6 * DAY, ctx.today)
    own = who.role == "manager"
    period, team_name = await asked_for(tx, left, who, ctx, word="渠道", usual=usual, own=own)
    team = await team_named(tx, team_name, rules=ctx.rules) if team_name else None
    kind = {"退回": "released", "无效": "disqualified", "赢单": "won", "mql": "mql"}.get(what, "leads")
    by_source = of in ("渠道", "来源")
    wanted = Wanted(kind, *period.instants(ctx.rules.zone), "source" if by_source else "rep", team)
    counted = await most_of(tx, wanted)
    label = f"{NAMES[kind]} · {shown(period, today=ctx.today)} · 按{'渠道' if by_source else '销售'}" + (
        f" · {team_name}" if team_name else ""
    )
    if not counted:
        return [say(f"这段时间没有{NAMES[kind]}。(查的是:{label})")]
    ordered = sorted(counted.items(), key=lambda item: (item[1] if most == "少" else -item[1], item[0]))
    names = [(key, key if by_source else await name_of(tx, key), count) for key, count in ordered[:5]]
    first = names[0]
    others = "、".join(f"{name} {count}" for _, name, count in names[1:])
    told = f"{first[1]},{first[2]} 次{NAMES[kind]}" + (f";其次 {others}" if others else "") + f"。\n查的是:{label}"
    mine, total = await counted_for(tx, wanted, first[0], limit=LOOKED_AT)
    listed = await find_leads(tx, mine)
    visible = [lead.id or 0 for lead in listed if await can_see(tx, lead, who, rules=ctx.rules)]
    return await _list(tx, told, visible, total, who, ctx)
