"""What a manager does about what is late: look, urge whoever is on duty, or give more time with a reason."""

import re
from dataclasses import replace

from bot.cards.asked import moment
from bot.cards.overdue import MOST, NOTHING, find_late
from bot.context import Answer, Context, say
from bot.duty import hours_of, on_duty
from bot.outgoing import eligible, ring
from bot.promise_actions import AskPostpone, Nudge, Postpone, ShowOverdue
from config.worktime import parse_span
from leads.errors import NoRight, NotFound, Unusable
from leads.facts import Fact
from leads.mask import said
from leads.rights import Who, can_act, get_visible, require_role
from leads.understand.number import read_number
from reports.teams import known_teams, team_named
from sla import clock as promise
from sla.facts import ClockNudged
from store import clocks, leads
from store.members import list_everyone
from store.tables import Clock, Lead
from store.talk import set_focus
from store.tx import Tx

LEADERS = ("manager", "marketing", "admin")
EXAMPLE = "例如:顺延 L1024 1天 客户出差"
SPAN = re.compile(
    r"(?:延)?\s*(\d{1,4}|[一二两三四五六七八九十]{1,3})\s*(个?工作日|天|d|个?小时|h|分钟|分|m)\s*[,,。]?\s*",
    re.IGNORECASE,
)
LONGEST = 60  # characters of a reason
UNITS = {"工": "d", "天": "d", "d": "d", "小": "h", "h": "h", "分": "m", "m": "m"}


async def on_overdue(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """超时: broken promises that nobody has caught up on, the oldest first."""
    return await _show(tx, who, ctx, after=0)


async def on_overdue_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """超时 王磊, 超时 华东: of one person or team. Raises Unusable for words that are neither, and for days."""
    if not rest:
        return await on_overdue(tx, who, ctx)
    require_role(who, LEADERS, "超时清单")
    team = rest.removesuffix("团队").removesuffix("组").strip()
    people = [member.id for member in await list_everyone(tx) if team in (member.name, member.id, member.team)]
    if not people:
        raise Unusable(
            f"「超时」说的是现在还没跟上的,可以写一位同事或一个团队,没看懂「{rest[:20]}」。"
            "例如:超时 王磊;过去没按时的,发「周报 上周」。"
        )
    own = {member.id for member in await list_everyone(tx) if member.team == who.team}
    if who.role == "manager" and who.team and not own & set(people):
        raise NoRight(f"「{team}」的超时由他们的主管看。你可以发:超时 {who.team}")
    pools: tuple[str, ...] = ()  # of a team: what is free where it claims is its to care for, as in 日报
    if team in await known_teams(tx):
        pools = (await team_named(tx, team, rules=ctx.rules)).pools
    late = [await leads.get_lead(tx, one.lead_id) for one in await find_late(tx, who, ctx)]
    found = [lead.id or 0 for lead in late if lead.owner_id in people or (not lead.owner_id and lead.pool in pools)]
    if not found:
        return [say(f"{team} 现在没有超时的线索。")]
    await set_focus(tx, who.id or "", listed=found[:MOST], asked="", now=ctx.now)
    params = {"title": f"{team} 超时 {len(found)} 条", "leads": found[:MOST], "hint": "回复序号打开,例如 1"}
    return [Answer("list", params=params)]


async def on_show_overdue(tx: Tx, action: ShowOverdue, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 下一条."""
    return await _show(tx, who, ctx, after=action.after_id)


async def _show(tx: Tx, who: Who, ctx: Context, *, after: int) -> list[Fact | Answer]:
    require_role(who, LEADERS, "超时清单")
    ids = [one.lead_id for one in await find_late(tx, who, ctx)]
    if not ids and not ctx.rules.watching(ctx.today):
        return [say(NOTHING)]
    first = ids.index(after) + 1 if after in ids else 0
    await set_focus(tx, who.id or "", listed=[*ids[first:], *ids[:first]][:MOST], asked="", now=ctx.now)
    return [Answer("overdue", params={"after": after})]


async def on_nudge(tx: Tx, action: Nudge, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 催办: whoever is on duty (the reps of its pool, while nobody has it) gets the lead's card again."""
    lead, clock = await _of(tx, action.lead_id, action.clock_id, who, ctx)
    member = await on_duty(tx, lead)
    people = [member] if member is not None else list(await eligible(tx, lead, rules=ctx.rules))
    label = clock.rule.get("label", clock.name)
    state = "超时了" if clock.due_at <= ctx.now else "快到时间了"
    hour = int(ctx.now.timestamp()) // 3600
    rang = 0
    for one in people:
        key = f"nudge:{clock.id}:{hour}:{one.id}"
        rang += await ring(
            tx, ctx, one, "lead", key=key, lead_id=lead.id, headline=f"{who.name}催你:{label}{state}"
        )  # fmt: skip
    names = "、".join(one.name for one in people[:3]) + ("等" if len(people) > 3 else "")
    if not people:
        raise Unusable(f"{lead.no} 现在没有人可以催,点「指派」给一位同事。")
    if not rang:
        raise Unusable(f"一小时内已经催过{names}了,先等等;着急就点「改派」。")
    fact = ClockNudged(
        lead_id=lead.id or 0, at=ctx.now, by=who.id, clock=clock.name, members=tuple(one.id for one in people)
    )
    return [fact, say(f"已催{names}跟进 {lead.no}。")]


async def on_ask_postpone(tx: Tx, action: AskPostpone, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 顺延: for how long, and why."""
    lead, clock = await _of(tx, action.lead_id, action.clock_id, who, ctx)
    return [Answer("postpone", lead.id, {"clock": clock.id})]


async def on_postpone(tx: Tx, action: Postpone, who: Who, ctx: Context) -> list[Fact | Answer]:
    """More working time for a promise, counted from now (or from its end, when that is still to come)."""
    lead, clock = await _of(tx, action.lead_id, action.clock_id, who, ctx)
    reason = said(action.reason.strip(), reveal=False)[:LONGEST]
    if not reason:
        raise Unusable(f"顺延要写一句原因。{EXAMPLE}")
    calendar = await hours_of(tx, lead, ctx)
    due_at = calendar.due(max(ctx.now, clock.due_at), parse_span(action.span))
    fact = await promise.extend(tx, clock, due_at, because=reason, calendar=calendar, now=ctx.now)
    label = clock.rule.get("label", clock.name)
    until = moment(due_at, now=ctx.now, zone=ctx.rules.zone)
    told: list[Fact | Answer] = [say(f"{lead.no} 的「{label}」顺延到 {until}({reason})。")]
    member = await on_duty(tx, lead)
    if member is not None and member.id != who.id:
        told.append(say(f"{who.name}把 {lead.no} 的「{label}」顺延到 {until}({reason})。", to=member.id))
    return [replace(fact, by=who.id), *told]


async def on_postpone_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """顺延 L1024 1天 客户出差."""
    if lead_id is None:
        raise Unusable(f"要顺延哪一条?{EXAMPLE}")
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    running = [one for one in await clocks.list_of_lead(tx, lead_id) if one.ended_at is None and one.state != "paused"]
    if not running:
        raise Unusable(f"{lead.no} 现在没有在走的时限,不用顺延。")
    clock = min(running, key=lambda one: (promise.keeps(one), one.due_at))
    if not rest:
        return await on_ask_postpone(tx, AskPostpone(lead_id, clock.id or 0), who, ctx)
    read = span_said(rest)
    if read is None:
        raise Unusable(f"没看懂延多久,写成 2小时、1天、30分钟 这样。{EXAMPLE}")
    span, reason = read
    return await on_postpone(tx, Postpone(lead_id, clock.id or 0, span, reason), who, ctx)


def span_said(words: str) -> tuple[str, str] | None:
    """(span of working time as rules write it, the words behind it) of 3天 客户出差; None without a span."""
    found = SPAN.match(words)
    count = int(found[1] if found[1].isdigit() else read_number(found[1]) or 0) if found is not None else 0
    if found is None or not count:
        return None
    return f"{count}{UNITS[found[2].lower().removeprefix('个')[0]]}", words[found.end() :]


async def _of(tx: Tx, lead_id: int, clock_id: int, who: Who, ctx: Context) -> tuple[Lead, Clock]:
    """The lead and its open promise, if this person leads whoever is responsible for them."""
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    if who.role not in ("manager", "admin") or not (lead.owner_id is None or await can_act(tx, lead, who)):
        raise NoRight(f"催办和顺延由主管来定。{lead.no} 需要多一点时间,请跟主管说一声。")
    clock = await clocks.find_clock(tx, clock_id)
    if clock is None or clock.lead_id != lead.id:
        raise NotFound(lead.no)
    if clock.ended_at is not None:
        raise Unusable(f"{lead.no} 的这个时限已经结束了,不用再管。")
    return lead, clock
