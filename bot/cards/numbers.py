"""The numbers on a card: the day, the funnel, the channels, who is quick; each can be opened down to its leads."""

from datetime import date
from typing import Any

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Field, Text
from bot.cards.channels import draw_attribution, draw_channel, draw_received
from bot.cards.counted import ROWS, View, change, head, minutes, opening, other_report, percent, span, standing
from bot.cards.deal import title_of_deal
from bot.cards.overdue import find_late, read_late
from bot.cards.weekly import losses_text
from bot.context import Context
from bot.forecasting import expected
from bot.lead_actions import Show
from bot.promise_actions import ShowOverdue
from leads.close import counted_losses
from leads.money import about, yuan_text
from leads.rights import Who
from reports.attribution import attribution
from reports.forecast import Forecast
from reports.funnel import MOST_STRETCHES, steps
from reports.numbers import figures, numbers
from reports.period import DAY, Period
from reports.ranking import ranking
from reports.teams import team_named
from reports.words import is_month
from store import behind
from store.deals import count_lost_reasons
from store.leads import find_leads
from store.members import find_member, name_of
from store.numbers import Team
from store.tx import Tx

OWED = ("attribution", "received")
BESTS = 5


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
        "within": f"{span(ctx.rules.clocks['claim'].within)}内 " if "claim" in ctx.rules.clocks else "",
    }
    if report == "ranking":
        places, hidden = await ranking(tx, period, team=team, zone=zone)
        return View(**view, places=places, hidden=hidden)
    if report in OWED:
        return View(**view, owed=await attribution(tx, period, team=team, zone=zone))
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
    if view.report == "attribution":  # a group has no button to the other half
        rows += ["回款:", *(f"{row.name} {row.value}" for row in draw_received(view).fields)]
    notes = [_losses(view)] if view.report == "day" else [card.text]
    return Text("\n".join(part for part in (card.title, *rows, *notes) if part))


def _losses(view: View) -> str:
    return losses_text(view.lost, month=f"{view.period.first.month} 月")


def draw_day(view: View) -> Card:
    """新增, 认领率, 首跟率, 超时, 赢单 and what is expected; below, whom to save today."""
    now, before = view.now, view.before
    won = f"{now['won']} 单" + (f",签约 {yuan_text(round(now['signed'] * 100))}" if now["signed"] else "")

    def kept(name: str) -> str:
        return f"{percent(now[name])}{change(now[name], before[name])}"

    rows = [
        Field("新增", f"{now['leads']} 条,上期 {before['leads']}"),
        Field("认领率", f"{view.within}{kept('claim_rate')}"),
        Field("首跟率", f"按时联系 {kept('first_contact_rate')}"),
        Field("超时", f"{view.late_count} 条还没跟上" if view.late_count else "没有"),
        Field("赢单", won),
        Field("预计", _expected(view.expected)),
    ]  # fmt: skip
    lost = _losses(view)
    yesterday = view.period == Period(view.today - DAY, view.today - DAY)
    won_by_name = [f"{'昨日赢单' if yesterday else '赢单'}:{'、'.join(view.wins)}"] if view.wins else []
    late = [f"{n}. {title_of(one.lead)},{one.owner},超 {one.over}" for n, one in enumerate(view.late, 1)]
    buttons = [Button(f"救 {one.lead.no}", Show(one.lead.id or 0), "primary") for one in view.late]
    missed = now["claim_rate"] is not None and now["claim_rate"] < 1
    misses = [opening(view, "没按时领取", "claim")] if missed and len(buttons) < BESTS else []
    edition = "月报" if is_month(view.period, today=view.today) else "日报"
    return Card(
        **head(view, edition), subtitle=view.greeting, fields=tuple(rows),
        text="\n".join([*won_by_name, *([lost] if lost else []), *(["今日必救:", *late] if late else [])]),
        buttons=(*buttons[:BESTS], *misses, other_report(view, "点开数字", "detail")),
    )  # fmt: skip


def _expected(told: Forecast | None) -> str:
    """What the month brings, as 预测 says it."""
    if told is None or not (told.commit or told.by_stage):
        return "本月还没有预计成交的商机"
    return f"本月承诺 {about(told.commit)},按阶段 {about(told.by_stage)}"


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
    """A button for each number of the day; what else was counted is one tap on."""
    now = view.now
    rows = (
        Field("响应", f"中位数 {minutes(now['response_minutes'])}(工作时间)"),
        Field("自动化", f"{percent(now['automation_rate'])} 没经人手就到销售"),
        Field("回款", yuan_text(round(now["paid"] * 100))),
        Field("SQL", f"{now['sql']} 条"),
        Field("胜率", f"{percent(now['win_rate'])},赢 {now['won']} 输 {now['lost']}"),
    )
    buttons = (
        opening(view, f"新增 {now['leads']}", "leads"), opening(view, "没按时领取", "claim"),
        opening(view, "没按时联系", "first_contact"), Button(f"超时 {view.late_count}", ShowOverdue(0)),
        opening(view, f"赢单 {now['won']}", "won"), other_report(view, "更多数字", "more"),
    )  # fmt: skip
    return Card(**head(view, "数字明细"), fields=rows, buttons=buttons)


def draw_more(view: View) -> Card:
    """The numbers that do not stand on 日报, each with its button."""
    now = view.now
    rows = (
        Field("MQL", f"{now['mql']} 条,占新增 {percent(now['lead_to_mql'])}"),
        Field("商机", f"{now['opportunities']} 条线索到了商机"),
        Field("新客户", f"{now['customers']} 位第一次成交"),
        Field("周期", f"{standing(now['cycle_days'])},首次联系到赢单" if now["cycle_days"] is not None else "—"),
        Field("签约", yuan_text(round(now["signed"] * 100))),
        Field("市场带来", f"{yuan_text(round(now['pipeline'] * 100))} 的新商机"),
    )
    buttons = (
        opening(view, f"MQL {now['mql']}", "mql"), opening(view, f"SQL {now['sql']}", "sql"),
        opening(view, f"商机 {now['opportunities']}", "opportunity"), opening(view, f"输单 {now['lost']}", "lost"),
        opening(view, "回款", "paid"), other_report(view, "预计", "forecast"),
    )  # fmt: skip
    return Card(**head(view, "更多数字"), fields=rows, buttons=buttons)


def draw_funnel(view: View) -> Card:
    """The cohort's way, with the days between two stages."""
    rows = []
    for step in view.funnel:
        told = f"{step.count}" + (f" · {percent(step.share)}" if step.share is not None else "")
        rows.append(Field(step.label, told + (f" · 停 {standing(step.days)}" if step.days is not None else "")))
    buttons = [opening(view, f"{step.label} {step.count}", f"cohort:{step.name}") for step in view.funnel if step.count]
    if not buttons:
        another = "" if view.in_group else "换一段看看,例如:漏斗 本季度"
        return Card(**head(view, "漏斗"), text=f"这段时间没有新线索。{another}")
    return Card(
        **head(view, "漏斗"), subtitle="这段时间来的线索,到现在走到了哪一步", fields=tuple(rows),
        buttons=tuple(buttons[:6]), text="停:到下一步要多久(中位数)",
    )  # fmt: skip


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
        **head(view, "排行"), fields=tuple(rows),
        subtitle="比响应快、比说到做到,不比条数" if rows else "这段时间还没有首次联系",
        text=f"{hidden}自己不想上榜,发「排行 隐藏」;改主意了发「排行 显示」",
    )  # fmt: skip


DRAWN = {
    "day": draw_day, "detail": draw_detail, "more": draw_more, "funnel": draw_funnel, "channel": draw_channel,
    "attribution": draw_attribution, "received": draw_received, "ranking": draw_ranking,
}  # fmt: skip
