"""申请延期: the owner asks for more time, the manager says 同意 or 不同意, and both cards tell how it ended."""

from bot.context import Answer, Context, say
from bot.handlers.overdue import on_postpone, span_said
from bot.outgoing import managers_or_admins
from bot.promise_actions import AskExtension, DecideExtension, Postpone, RequestExtension
from config.worktime import parse_span
from leads.errors import NoRight, NotFound, Unusable
from leads.extension import ExtensionDenied, ExtensionRequested, open_request
from leads.facts import Fact
from leads.mask import said
from leads.rights import Who, get_visible, get_workable, works_on
from sla.clock import keeps
from store import clocks
from store.members import find_member, name_of
from store.tables import Clock, Lead
from store.tx import Tx

EXAMPLE = "例如:申请延期 L1024 3天 等客户内部评审"
LONGEST = 60  # characters of a reason


async def on_extension_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """申请延期 L1024 3天 原因; without a span it is asked with buttons."""
    if lead_id is None:
        raise Unusable(f"要申请哪一条?{EXAMPLE}")
    lead = await get_workable(tx, lead_id, who, rules=ctx.rules)
    running = [one for one in await clocks.list_of_lead(tx, lead_id) if one.ended_at is None and one.state != "paused"]
    if not running:
        raise Unusable(f"{lead.no} 现在没有在走的时限,不用延期。")
    clock = min(running, key=lambda one: (not keeps(one), one.due_at))  # first how long it may be kept
    if not rest:
        return await on_ask_extension(tx, AskExtension(lead_id, clock.id or 0), who, ctx)
    read = span_said(rest)
    if read is None:
        raise Unusable(f"没看懂要延多久,写成 2小时、3天 这样。{EXAMPLE}")
    span, reason = read
    return await on_request(tx, RequestExtension(lead_id, clock.id or 0, span, reason), who, ctx)


async def on_ask_extension(tx: Tx, action: AskExtension, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 申请延期: for how long, and why."""
    lead, clock = await _own(tx, action.lead_id, action.clock_id, who, ctx)
    return [Answer("postpone", lead.id, {"clock": clock.id, "request": True})]


async def on_request(tx: Tx, action: RequestExtension, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The request goes to the managers of the owner, once."""
    lead, clock = await _own(tx, action.lead_id, action.clock_id, who, ctx)
    reason = said(action.reason.strip(), reveal=False)[:LONGEST]
    if not reason:
        raise Unusable(f"申请延期要写一句原因,主管好决定。{EXAMPLE}")
    if await open_request(tx, clock) is not None:
        raise Unusable(f"{lead.no} 的延期已经申请过了,等主管回复就好。")
    member = await find_member(tx, who.id or "")
    managers = await managers_or_admins(tx, member) if member is not None else []
    deciders = [one for one in managers if one.team] or managers  # the team's own lead, where there is one
    if not deciders:
        raise Unusable(f"没有可以批的主管,{lead.no} 先照原来的时间跟进。请管理员在成员名单里加上主管。")
    parse_span(action.span)
    fact = ExtensionRequested(
        lead_id=lead.id or 0, at=ctx.now, by=who.id, clock_id=clock.id or 0, clock=clock.name, turn=clock.turn,
        span=action.span, reason=reason,
    )  # fmt: skip
    asked = [Answer("extension", lead.id, {"clock": clock.id, "at": ctx.now.isoformat()}, to=m.id) for m in deciders]
    names = "、".join(one.name for one in deciders[:3])
    return [fact, *asked, say(f"{lead.no} 的延期已经提给{names},有回复马上告诉你。")]


async def on_decide(tx: Tx, action: DecideExtension, who: Who, ctx: Context) -> list[Fact | Answer]:
    """同意 moves the promise as 顺延 does; 不同意 leaves it, and the owner hears it either way."""
    lead = await get_visible(tx, action.lead_id, who, rules=ctx.rules)
    clock = await clocks.find_clock(tx, action.clock_id)
    if clock is None or clock.lead_id != lead.id:
        raise NotFound(lead.no)
    if who.role not in ("manager", "admin") or who.id == lead.owner_id:
        raise NoRight("延期由主管来批,自己的不能自己批。")
    asked = await open_request(tx, clock)
    if asked is None:
        raise Unusable(f"{lead.no} 的这个申请已经有人处理了,或者这个时限已经结束了。")
    if action.yes:
        more = Postpone(action.lead_id, action.clock_id, asked.data["span"], asked.text)
        return await on_postpone(tx, more, who, ctx)
    label = clock.rule.get("label", clock.name)
    fact = ExtensionDenied(
        lead_id=lead.id or 0, at=ctx.now, by=who.id, clock_id=clock.id or 0, clock=clock.name, asked_by=asked.by
    )
    told: list[Fact | Answer] = [fact, say(f"好的,{lead.no} 的「{label}」不延期,已告诉{await name_of(tx, asked.by)}。")]
    if asked.by:
        text = f"{who.name}没有同意 {lead.no} 的「{label}」延期,请按原来的时间跟进;来不及就发「退回 {lead.no} 原因」。"
        told.append(say(text, to=asked.by))
    return told


async def _own(tx: Tx, lead_id: int, clock_id: int, who: Who, ctx: Context) -> tuple[Lead, Clock]:
    """The lead and its open promise, for whoever works on it."""
    lead = await get_workable(tx, lead_id, who, rules=ctx.rules)
    clock = await clocks.find_clock(tx, clock_id)
    if clock is None or clock.lead_id != lead.id:
        raise NotFound(lead.no)
    if not works_on(lead, who):
        raise NoRight(f"延期由负责人来申请。你是主管,直接发「顺延 {lead.no} 1天 原因」就行。")
    if clock.ended_at is not None:
        raise Unusable(f"{lead.no} 的这个时限已经结束了,不用延期。")
    return lead, clock
