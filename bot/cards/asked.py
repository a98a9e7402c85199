"""What every card is asked with: about which lead, for whom, with which words; and how people and times are shown."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.context import Context
from config.words import STAGE_LABELS, WARMTH
from config.worktime import parse_span
from leads.mask import said, shown_phone
from leads.rights import Who
from store.tables import Lead


@dataclass(frozen=True)
class Asked:
    """A card asked for by name; `who` is None for somebody who is no member.

    `hangs`: the card is in the chat already and must be true, whatever has become of its lead.
    """

    card: str
    who: Who | None
    lead_id: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    hangs: bool = False


def title_of(lead: Lead) -> str:
    """L1024 王总 · 云栖科技; numbers that somebody typed into a name are masked for everybody."""
    who = f"{lead.name or '未留姓名'}" + (f" · {lead.company}" if lead.company else "")
    return f"{lead.no} {said(who, reveal=False)}"


def rating_of(lead: Lead) -> str:
    """A / 82 分 · 热."""
    warmth = WARMTH[lead.temperature]
    return f"{lead.grade} / {lead.score} 分 · {warmth}"


def percent(share: float) -> str:
    """34%."""
    return f"{round(share * 100)}%"


def odds_of(lead: Lead, ctx: Context) -> str:
    """34%,高于同渠道的 21%; "" while there is nothing to tell it by."""
    odds = ctx.learning.odds(lead, rules=ctx.rules)
    if odds is None:
        return ""
    of, usual = ctx.learning.usual(lead)
    if percent(odds.chance) == percent(usual):
        return f"{percent(odds.chance)},和{of}一样"
    return f"{percent(odds.chance)},{'高于' if odds.chance > usual else '低于'}{of}的 {percent(usual)}"


def stage_of(lead: Lead) -> str:
    """The stage as people say it."""
    return STAGE_LABELS[lead.stage]


def phone_of(lead: Lead, *, reveal: bool) -> str:
    """The number, masked unless it may be read; a flawed one says so."""
    if not lead.phone:
        return "未留电话"
    shown = shown_phone(lead.phone, reveal=reveal)
    return f"{shown}({lead.phone_flaw})" if lead.phone_flaw else shown


def budget_of(lead: Lead) -> str:
    """The lead's budget as people say it; "" when nothing is known."""
    return budget_text(lead.budget_min, lead.budget_max)


def budget_text(low: int | None, high: int | None) -> str:
    """50 万, 10 – 20 万, 5 万以内, 200 万以上; yuan in."""
    if low is None and high is None:
        return ""
    if high is None:
        return f"{_wan(low or 0)}以上"
    if not low:
        return f"{_wan(high)}以内"
    return _wan(low) if low == high else f"{_wan(low)} – {_wan(high)}"


def _wan(yuan: int) -> str:
    return f"{yuan / 10000:g} 万" if yuan >= 10000 else f"{yuan} 元"


def words_of(text: str, *, reveal: bool, most: int = 120) -> str:
    """Free words, cut; numbers in them are masked for whoever may not read the lead's own."""
    text = said(" ".join(text.split()), reveal=reveal)
    return text if len(text) <= most else text[: most - 1] + "…"


def moment(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """今天 15:00, 明天 10:00, 昨天 18:20, 11-28 周五 10:00."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    near = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}.get((local.date() - today).days)
    if near:
        return f"{near} {clock}"
    weekday = "一二三四五六日"[local.weekday()]
    year = f"{local:%Y}-" if local.year != today.year else ""
    return f"{year}{local:%m-%d} 周{weekday} {clock}"


def promised_text(within: str) -> str:
    """1 个工作日, 2 个工作小时, 30 分钟: a span of the rules as people say it; "" for none."""
    if not within:
        return ""
    span = parse_span(within)
    return f"{span.amount} " + {"m": "分钟", "h": "个工作小时", "d": "个工作日"}[span.unit]


def lasting(seconds: float) -> str:
    """1 小时 40 分, 35 分, 不到 1 分."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "不到 1 分"
    hours, minutes = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} 小时" if hours else "", f"{minutes} 分" if minutes else "") if part)
