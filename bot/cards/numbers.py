"""The numbers on a card: the day, the funnel, the channels, who is quick; each can be opened down to its leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.actions import Action
from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Field, Text
from bot.cards.deal import title_of_deal
from bot.cards.overdue import Late, find_late, read_late
from bot.cards.weekly import losses_text
from bot.context import Context
from bot.forecasting import expected
from bot.lead_actions import Show
from bot.promise_actions import ShowOverdue
from bot.report_actions import ShowNumber, ShowReport
from leads.close import counted_losses
from leads.mask import said
from leads.money import yuan_text
from leads.rights import Who
from reports.attribution import MODELS, Owed, attribution
from reports.forecast import Forecast
from reports.funnel import Step, steps
from reports.numbers import figures, numbers
from reports.period import DAY, Period
from reports.ranking import Place, ranking
from reports.teams import team_named
from reports.words import is_month, shown
from store import behind
from store.deals import count_lost_reasons
from store.leads import find_leads
from store.members import find_member, name_of
from store.numbers import Team
from store.tx import Tx

MOST_STRETCHES = 20_000  # leads of a cohort whose days in a stage are looked at
ROWS = 6
BESTS = 5


@dataclass(frozen=True)
class View:
    """What is asked (`report` of `period`, of a `team` or ""), and what was counted for it."""

    report: str
    period: Period
    today: date
    team: str = ""
    now: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()
    funnel: Sequence[Step] = ()
    owed: Sequence[Owed] = ()
    places: Sequence[Place] = ()
    late: Sequence[Late] = ()
    late_count: int = 0
    expected: Forecast | None = None
    wins: Sequence[str] = ()
    lost: tuple[tuple[str, int], ...] = ()  # why deals were lost, where a month is told
    hidden: int = 0
    greeting: str = ""
    within: str = ""
    in_group: bool = False


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Count what is asked; None for whoever is no member."""
    told, who = asked.params, asked.who
    in_group = bool(told.get("group"))
    if who is None and in_group and (by := await find_member(tx, str(told.get("by", "")))) is not None:
        who = Who.of(by)  # whoever subscribed for the group
    if who is None:
        return None
    report, team_name = str(told.get("report", "day")), str(told.get("team", ""))
    report = "day" if report == "weekly" else report
    period = Period(date.fromisoformat(str(told["first"])), date.fromisoformat(str(told["last"])))
    zone = ctx.rules.zone
    team = await team_named(tx, team_name, rules=ctx.rules) if team_name else None
    view: dict[str, Any] = {
        "report": report,
        "period": period,
        "today": ctx.today,
        "team": team_name,
        "in_group": in_group,
        "greeting": str(told.get("greeting", "")),
        "within": f"{ctx.rules.clocks['claim'].within} 内 " if "claim" in ctx.rules.clocks else "",
    }
    if report == "ranking":
        places, hidden = await ranking(tx, period, team=team, zone=zone)
        return View(**view, places=places, hidden=hidden)
    if report == "attribution":
        return View(**view, owed=await attribution(tx, period, zone=zone))
    if report == "channel":
        rows = [figures(row) for row in await numbers(tx, period, by="source", team=team, zone=zone)]
        rows = [row for row in rows if row["leads"] or row["cost"] or row["paid"] or row["won"]]
        return View(**view, rows=rows)
    (counted,) = await numbers(tx, period, team=team, zone=zone)
    if report == "funnel":
        begin, end = period.instants(zone)
        stood = await behind.stretches(tx, begin, end, team=team, limit=MOST_STRETCHES)
        return View(**view, funnel=steps(counted, stood))
    (before,) = await numbers(tx, period.before(), team=team, zone=zone)
    late = await find_late(tx, who, ctx)
    lost: tuple[tuple[str, int], ...] = ()
    if is_month(period, today=ctx.today):
        reasons = await count_lost_reasons(tx, *period.instants(zone), owners=team.members if team else None)
        lost = counted_losses(reasons, rules=ctx.rules)
    return View(
        **view, now=figures(counted), before=figures(before), late_count=len(late),
        late=[await read_late(tx, clock, ctx) for clock in late[:BESTS]],
        expected=await expected(tx, ctx, team=team), lost=lost, wins=await _wins(tx, period, team, ctx),
    )  # fmt: skip


def draw(view: View) -> Card | Text:
    """The card of its report; in a group its numbers as text, without anybody's name but colleagues'."""
    card = DRAWN[view.report](view)
    if not view.in_group:
        return card
    rows = [f"{row.name} {row.value}" for row in card.fields]
    notes = [_losses(view)] if view.report == "day" else [card.text]
    return Text("\n".join(part for part in (card.title, *rows, *notes) if part))


def _losses(view: View) -> str:
    return losses_text(view.lost, month=f"{view.period.first.month} 月")


def percent(value: float | None) -> str:
    """91 %, — for nothing to divide by."""
    return "—" if value is None else f"{value:.0%}"


def change(now: float | None, before: float | None) -> str:
    """(+4), in points."""
    return "" if now is None or before is None else f"({round(100 * now) - round(100 * before):+d})"


def money(value: float | None) -> str:
    """86, 1,240, 1.3万: short enough for a row with three of them."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) < 10_000 else f"{value / 10_000:.3g}万"


def standing(days: float) -> str:
    """2.5 天, 3 小时, 20 分: how long a stage lasts."""
    if days >= 1:
        return f"{days:.1f} 天"
    return f"{days * 24:.0f} 小时" if days * 24 >= 1 else f"{days * 1440:.0f} 分"


def minutes(value: float | None) -> str:
    """38 分, 5.2 小时 of working time."""
    if value is None:
        return "—"
    return f"{value:.0f} 分" if value < 90 else f"{value / 60:.1f} 小时"


def _head(view: View, name: str) -> dict[str, Any]:
    of = f" · {view.team}" if view.team else ""
    return {"title": f"{name} {shown(view.period, today=view.today)}{of}", "source": name}


def _open(view: View, text: str, what: str, key: str = "", style: str = "plain") -> Button:
    first, last = view.period.first.isoformat(), view.period.last.isoformat()
    return Button(text, ShowNumber(what, first, last, key, view.team), style)


def _other(view: View, text: str, report: str) -> Button:
    first, last = view.period.first.isoformat(), view.period.last.isoformat()
    return Button(text, ShowReport(report, first, last, view.team))


def draw_day(view: View) -> Card:
    """新增, 认领率, 首跟率, 超时, 赢单 and what is expected; below, whom to save today."""
    now, before = view.now, view.before
    won = f"{now['won']} 单" + (f",签约 {yuan_text(round(now['signed'] * 100))}" if now["signed"] else "")

    def kept(name: str) -> str:
        return f"{percent(now[name])}{change(now[name], before[name])}"

    rows = [
        Field("新增", f"{now['leads']} 条,上期 {before['leads']}"),
        Field("认领率", f"{view.within}{kept('claim_rate')}"),
        Field("首跟率", f"{kept('first_contact_rate')},按时联系"),
        Field("超时", f"{view.late_count} 条还没跟上" if view.late_count else "没有"),
        Field("赢单", won),
        Field("预计", _expected(view.expected)),
    ]  # fmt: skip
    lost = _losses(view)
    yesterday = view.period == Period(view.today - DAY, view.today - DAY)
    won_by_name = [f"{'昨日赢单' if yesterday else '赢单'}:{'、'.join(view.wins)}"] if view.wins else []
    late = [f"{n}. {title_of(one.lead)},{one.owner},超 {one.over}" for n, one in enumerate(view.late, 1)]
    buttons = [Button(f"救 {one.lead.no}", Show(one.lead.id or 0), "primary") for one in view.late]
    return Card(
        **_head(view, "日报"), subtitle=view.greeting, fields=tuple(rows),
        text="\n".join([*won_by_name, *([lost] if lost else []), *(["今日必救:", *late] if late else [])]),
        buttons=(*buttons[:BESTS], _other(view, "点开数字", "detail")),
    )  # fmt: skip


def _expected(told: Forecast | None) -> str:
    """What the month brings, as 预测 says it."""
    if told is None or not (told.commit or told.by_stage):
        return "本月还没有预计成交的商机"
    return f"本月承诺 {yuan_text(told.commit)},按阶段 {yuan_text(told.by_stage)}"


async def _wins(tx: Tx, period: Period, team: Team | None, ctx: Context) -> list[str]:
    """The period's wins by name, the largest first."""
    won = await behind.biggest_wins(tx, *period.instants(ctx.rules.zone), team=team, limit=BESTS)
    sold_to = {lead.id: lead for lead in await find_leads(tx, [deal.lead_id for deal in won])}
    return [
        f"{title_of_deal(deal, lead)}({await name_of(tx, deal.closed_owner_id or deal.owner_id)})"
        f"{yuan_text(deal.amount)}"
        for deal in won
        if (lead := sold_to.get(deal.lead_id)) is not None
    ]


def draw_detail(view: View) -> Card:
    """A button for each number of the day."""
    now = view.now
    wanted: list[tuple[str, Action | str]] = [
        (f"新增 {now['leads']}", "leads"), (f"MQL {now['mql']}", "mql"), ("没按时领取", "claim"),
        ("没按时联系", "first_contact"), (f"赢单 {now['won']}", "won"),
    ]  # fmt: skip
    buttons = [_open(view, text, str(what)) for text, what in wanted]
    rows = (
        Field("响应", f"中位数 {minutes(now['response_minutes'])}(工作时间)"),
        Field("自动化", f"{percent(now['automation_rate'])} 没经人手就到销售"),
        Field("回款", yuan_text(round(now["paid"] * 100))),
        Field("SQL", f"{now['sql']} 条"),
        Field("胜率", f"{percent(now['win_rate'])},赢 {now['won']} 输 {now['lost']}"),
    )
    late = [Button(f"超时 {view.late_count}", ShowOverdue(0))] if view.late_count else []
    return Card(**_head(view, "数字明细"), fields=rows, buttons=(*buttons, *late))


def draw_funnel(view: View) -> Card:
    """The cohort's way, with the days between two stages."""
    rows = []
    for step in view.funnel:
        told = f"{step.count}" + (f" · {percent(step.share)}" if step.share is not None else "")
        rows.append(Field(step.label, told + (f" · 停 {standing(step.days)}" if step.days is not None else "")))
    buttons = [_open(view, f"{step.label} {step.count}", f"cohort:{step.name}") for step in view.funnel if step.count]
    return Card(
        **_head(view, "漏斗"), subtitle="这段时间来的线索,到现在走到了哪一步", fields=tuple(rows),
        buttons=tuple(buttons[:6]),
        text="停:到下一步要多久(中位数)",
    )  # fmt: skip


def draw_channel(view: View) -> Card:
    """CPL, cost of an MQL, return on what was paid, by the first touch."""
    rows, buttons = [], []
    for row in view.rows[:ROWS]:
        roi = "—" if row["roi"] is None else f"{row['roi']:.1f}"
        name = said(str(row["key"]), reveal=False)
        cost = f"CPL {money(row['cpl'])} MQL {money(row['cost_per_mql'])} ROI {roi}"
        rows.append(Field(name[:5], cost if row["cost"] else f"{row['leads']} 条,没记费用"))
        if row["leads"]:
            buttons.append(_open(view, f"{name[:4]} {row['leads']}", "leads", str(row["key"])))
    left = len(view.rows) - ROWS
    more = f"。还有 {left} 个渠道没列出来,程序可以取 /reports/numbers?by=source" if left > 0 else ""
    text = f"按首次触点算。CPL、MQL:每条线索、每个 MQL 的费用;ROI =(已回款 - 费用)/ 费用{more}"
    return Card(
        **_head(view, "渠道"), subtitle="" if rows else "这段时间没有新线索,也没有费用", fields=tuple(rows), text=text,
        buttons=(*buttons[:4], _other(view, "归因对比", "attribution"), _other(view, "漏斗", "funnel")),
    )  # fmt: skip


def draw_attribution(view: View) -> Card:
    """The same days in three models side by side."""
    rows = []
    for owed in view.owed[:ROWS]:
        told = "/".join(_short(owed.signed[model]) for model in MODELS)
        paid = "/".join(_short(owed.paid[model]) for model in MODELS)
        rows.append(Field(said(owed.source, reveal=False)[:5], f"签约 {told},回款 {paid}"))
    deals = "、".join(
        f"{label} {float(sum(o.deals[model] for o in view.owed)):g} 单" for model, label in MODELS.items()
    )
    return Card(
        **_head(view, "归因"), subtitle="依次是:首次 / 末次 / 线性,单位万元", fields=tuple(rows),
        text=f"合计都一样:{deals}",
        buttons=(_other(view, "渠道", "channel"),),
    )  # fmt: skip


def _short(fen: Any) -> str:
    return f"{float(fen) / 1_000_000:.3g}"


def draw_ranking(view: View) -> Card:
    """Who is quick and keeps promises; never how many leads somebody has."""
    marks = ("🥇", "🥈", "🥉")
    rows = [
        Field(
            marks[n] if n < len(marks) else f"{n + 1}.",
            f"{place.name} · 响应 {minutes(place.minutes)} · 按时 {percent(place.kept)}",
        )
        for n, place in enumerate(view.places[:ROWS])
    ]
    hidden = f"另有 {view.hidden} 人不参加。" if view.hidden else ""
    return Card(
        **_head(view, "排行"), fields=tuple(rows),
        subtitle="比响应快、比说到做到,不比条数" if rows else "这段时间还没有首次联系",
        text=f"{hidden}自己不想上榜,发「排行 隐藏」;改主意了发「排行 显示」",
    )  # fmt: skip


DRAWN = {
    "day": draw_day, "detail": draw_detail, "funnel": draw_funnel, "channel": draw_channel,
    "attribution": draw_attribution, "ranking": draw_ranking,
}  # fmt: skip
