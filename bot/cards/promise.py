"""The promises about a lead, as its card tells them: what is due, how long it may be kept, how the time is counted."""

from dataclasses import dataclass
from datetime import datetime

from bot.cards.asked import lasting, moment
from bot.context import Context
from bot.duty import hours_of
from config.arithmetic import explain_text
from config.words import FOLLOW_UP_LABELS
from config.worktime import WorkCalendar, parse_span
from sla.clock import keeps, longest
from store import clocks
from store.tables import Clock, Lead, TimelineItem
from store.tx import Tx


@dataclass(frozen=True)
class Promises:
    """The most urgent promise, how long the owner may keep the lead without a contact, how the promise is counted,

    and (label, how) of the promise that the last contact kept; "" and None where there is none.
    """

    urgent: str
    keeping: str
    further: str  # how far keeping can be prolonged, and until when at most
    arithmetic: str  # "" for what lies within one day
    kept: tuple[str, str] | None


async def promises_of(tx: Tx, lead: Lead, last: TimelineItem | None, ctx: Context) -> Promises:
    """Read them; `last` is the lead's last follow-up."""
    found = await clocks.list_of_lead(tx, lead.id or 0, states=("running", "paused", "overdue", "met"))
    running = sorted((clock for clock in found if clock.ended_at is None), key=lambda clock: clock.due_at)
    first = next((clock for clock in running if not keeps(clock)), None)
    keep = next((clock for clock in running if keeps(clock)), None)
    calendar = await hours_of(tx, lead, ctx)
    return Promises(
        _promise(first, calendar, ctx) if first else "",
        _keeping(keep, calendar, ctx) if keep else "",
        _further(keep, calendar, ctx) if keep and keep.state != "paused" else "",
        _arithmetic(first, calendar, ctx) if first else "",
        next((kept_by(clock, last, ctx) for clock in found if last is not None and is_kept_by(clock, last)), None),
    )


def is_kept_by(clock: Clock, contact: TimelineItem) -> bool:
    """Whether it was this contact that ended the promise."""
    return clock.ended_at == contact.at and contact.kind in clock.rule["stop"]


def kept_by(clock: Clock, contact: TimelineItem, ctx: Context) -> tuple[str, str]:
    """首次联系, 做到了:今天 14:25 的电话."""
    how = FOLLOW_UP_LABELS.get(str(contact.data.get("kind")), "跟进")
    late = "晚了,补上的是" if clock.state == "overdue" else "做到了:"
    told = f"{late}{moment(contact.at, now=ctx.now, zone=ctx.rules.zone)} 的{how}"
    return str(clock.rule.get("label", clock.name)), told


def _arithmetic(clock: Clock, calendar: WorkCalendar, ctx: Context) -> str:
    """今天剩 40 分 + 周六补班 1 小时 20 分."""
    if clock.state != "running" or clock.due_at <= ctx.now:
        return ""
    today = ctx.now.astimezone(calendar.zone).date()
    counted = explain_text(calendar.explain(ctx.now, clock.due_at), today=today)
    return counted if " + " in counted else ""


def _promise(clock: Clock, calendar: WorkCalendar, ctx: Context) -> str:
    label = clock.rule.get("label", clock.name)
    if clock.state == "paused":
        return f"{label}暂停计时"
    if clock.due_at <= ctx.now:
        return f"{label}已超时"
    if clock.state == "overdue":
        return f"{label}超过时,顺延到 {moment(clock.due_at, now=ctx.now, zone=ctx.rules.zone)}"
    left = calendar.worked(ctx.now, clock.due_at).total_seconds()
    return f"{moment(clock.due_at, now=ctx.now, zone=ctx.rules.zone)} 前要{label},还剩 {lasting(left)}"


def _further(clock: Clock, calendar: WorkCalendar, ctx: Context) -> str:
    """跟进一次可延到 03-27 周五 10:20,最长到 03-30 周一 10:20."""
    latest = longest(clock, calendar=calendar)
    anew, zone = _anew(clock, calendar, ctx), ctx.rules.zone
    said = [f"跟进一次可延到 {moment(anew, now=ctx.now, zone=zone)}"] if anew > clock.due_at else []
    said += [f"最长到 {moment(latest, now=ctx.now, zone=zone)}"] if latest is not None else []
    return ",".join(said)


def _anew(clock: Clock, calendar: WorkCalendar, ctx: Context) -> datetime:
    """Until when a follow-up now would let the owner keep it."""
    anew, latest = calendar.due(ctx.now, parse_span(clock.rule["within"])), longest(clock, calendar=calendar)
    return min(anew, latest) if latest is not None else anew


def _keeping(clock: Clock, calendar: WorkCalendar, ctx: Context) -> str:
    """还剩 15 小时 20 分; how far it can be prolonged stands below, where there is room."""
    if clock.state == "paused":
        return "暂停计时"
    left = lasting(calendar.worked(ctx.now, clock.due_at).total_seconds())
    return f"还剩 {left}" + ("" if _anew(clock, calendar, ctx) > clock.due_at else ",不能再延")
