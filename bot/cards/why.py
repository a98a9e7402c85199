"""Why is it so? One answer for owner, pool, score and time, in the words of the rules that decided."""

from dataclasses import dataclass

from bot.cards.asked import Asked, lasting, moment, odds_of, promised_text, rating_of, title_of
from bot.cards.card import Text
from bot.cards.promise import is_kept_by, kept_by
from bot.context import Context
from bot.duty import hours_of
from config.arithmetic import explain_text
from config.worktime import WorkCalendar
from leads.odds.traits import label_of, traits_of
from leads.odds.traits import told as said_of
from leads.rights import can_see
from sla.stopwatch import stopwatch_of
from store import clocks, leads, timeline
from store.members import name_of
from store.tables import Clock, Lead, TimelineItem
from store.tx import Tx

OWNED = ("claimed", "assigned", "transferred", "released")


@dataclass(frozen=True)
class View:
    """The lead's head, and one reason a line."""

    head: str
    lines: tuple[str, ...]


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read what decided about this lead; None when the asker may not see it."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None or not await can_see(tx, lead, asked.who, rules=ctx.rules):
        return None
    calendar = await hours_of(tx, lead, ctx)
    lines = [
        *await _owner(tx, lead),
        await _pool(tx, lead, ctx),
        *_score(lead),
        *_odds(lead, ctx),
        *await _promises(tx, lead, calendar, ctx),
    ]
    return View(title_of(lead), (*lines, *await _stopwatch(tx, lead, ctx)))


async def look_stopwatch(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read where the time to the first contact went; None when the asker may not see the lead."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None or not await can_see(tx, lead, asked.who, rules=ctx.rules):
        return None
    return View(title_of(lead), tuple(await _stopwatch(tx, lead, ctx)))


async def _stopwatch(tx: Tx, lead: Lead, ctx: Context) -> list[str]:
    """One line a stretch: since when, how long by the clock, and how much of it was working time."""
    calendar = await hours_of(tx, lead, ctx)
    found = await stopwatch_of(tx, lead.id or 0, calendar=calendar, now=ctx.now)
    lines = []
    for leg in found:
        since = moment(leg.since, now=ctx.now, zone=ctx.rules.zone)
        until = f"到 {moment(leg.until, now=ctx.now, zone=ctx.rules.zone)}" if leg.until else "到现在还没有"
        worked = lasting(leg.worked.total_seconds())
        inside = f"(上班时间 {worked})" if leg.wall != leg.worked else ""
        lines.append(f" · {leg.label}:{lasting(leg.wall.total_seconds())}{inside},{since} {until}")
    return ["秒表:", *lines] if lines else []


async def _owner(tx: Tx, lead: Lead) -> list[str]:
    last = await timeline.list_last(tx, lead.id or 0, OWNED, limit=1)
    if lead.owner_id is None:
        return ["负责人:还没有"] if not last else [f"负责人:没有,{await name_of(tx, last[0].by)}退回了"]
    owner = await name_of(tx, lead.owner_id)
    if not last:
        return [f"负责人:{owner}"]
    return [f"负责人:{owner},{await _how(tx, last[0])}", *await _others(tx, last[0])]


async def _how(tx: Tx, item: TimelineItem) -> str:
    if item.kind == "claimed":
        return "自己领取的"
    if item.kind == "transferred":
        return f"由{await name_of(tx, item.by) or '系统'}转给"
    version = item.data.get("rules_version")
    return f"{item.data.get('reason', '')}" + (f"(规则第 {version} 版)" if version else "")


async def _others(tx: Tx, item: TimelineItem) -> list[str]:
    """Everybody whom the rule considered, and why not they."""
    told = []
    for one in item.data.get("considered", ()):
        name = await name_of(tx, one["member"])
        if one["why_not"]:
            told.append(f" · {name}:{one['why_not']}")
        else:
            told.append(f" · {name}:" + ("轮到" if one["member"] == item.data.get("owner") else "还没轮到"))
    return told


async def _pool(tx: Tx, lead: Lead, ctx: Context) -> str:
    label = ctx.rules.pools[lead.pool].label if lead.pool in ctx.rules.pools else lead.pool
    placed = await timeline.list_last(tx, lead.id or 0, ("placed", "released"), limit=1)
    if placed and placed[0].kind == "placed" and placed[0].by:
        return f"线索池:{label},{await name_of(tx, placed[0].by)}换到这里的"
    if placed and placed[0].kind == "placed":
        data = placed[0].data
        rule = f"因规则 {data['number']}「{data['rule']}」" if data["number"] else "没有规则适用"
        return f"线索池:{label},{rule}(规则第 {data['rules_version']} 版)"
    if placed:
        return f"线索池:{label},{await name_of(tx, placed[0].by)}退回时放的"
    return f"线索池:{label}"


def _score(lead: Lead) -> list[str]:
    parts = "、".join(f"{points:+d} {why}" for points, why in lead.score_parts) or "没有符合的评分规则"
    return [f"评分:{rating_of(lead)}(规则第 {lead.rules_version} 版)", f" · {parts}"]


def _odds(lead: Lead, ctx: Context) -> list[str]:
    if lead.stage not in leads.OPEN_STAGES:
        return []
    odds = ctx.learning.odds(lead, rules=ctx.rules)
    if odds is None:
        return [f"赢率:{ctx.learning.wanting}"]
    known = traits_of(lead, rules=ctx.rules)
    gap = ctx.learning.model.gap if ctx.learning.model is not None else 0.0
    proof = f"按 {ctx.learning.closed} 条已成交和没成交的算,和实际平均差 {gap * 100:.1f} 个百分点"
    lines = [f"赢率:{odds_of(lead, ctx)}({proof})"]
    for mark, reasons in (("有利", odds.ups), ("不利", odds.downs)):
        if reasons:
            told = "、".join(f"{label_of(name, rules=ctx.rules)}({said_of(known[name])})" for name, _ in reasons)
            lines.append(f" · {mark}:{told}")
    return lines


async def _promises(tx: Tx, lead: Lead, calendar: WorkCalendar, ctx: Context) -> list[str]:
    """Those that run, and by which contact those of the past were kept."""
    found = await clocks.list_of_lead(tx, lead.id or 0)
    lines = [_clock(one, calendar, ctx) for one in found if one.ended_at is None]
    contacts = {one.at: one for one in await timeline.list_last(tx, lead.id or 0, ("followup_logged",), limit=50)}
    for one in found:
        contact = contacts.get(one.ended_at) if one.ended_at is not None else None
        if contact is not None and is_kept_by(one, contact):
            label, how = kept_by(one, contact, ctx)
            lines.append(f"时限:{label} {how}({await name_of(tx, contact.by)})")
    return lines


def _clock(clock: Clock, calendar: WorkCalendar, ctx: Context) -> str:
    label = clock.rule.get("label", clock.name)
    started = moment(clock.started_at, now=ctx.now, zone=ctx.rules.zone)
    due = moment(clock.due_at, now=ctx.now, zone=ctx.rules.zone)
    late = ",已超时" if clock.due_at <= ctx.now else ""
    within = promised_text(clock.rule.get("within", ""))
    told = f"时限:{label} {within},从 {started} 算到 {due}{late}(规则第 {clock.rules_version} 版)"
    if late or clock.state == "paused":
        return told
    left = calendar.explain(ctx.now, clock.due_at)
    return f"{told}\n · 还剩:{explain_text(left, today=ctx.now.astimezone(calendar.zone).date())}"


def draw(view: View) -> Text:
    """The reasons as one message."""
    return Text("\n".join([view.head, *view.lines]))
