"""Which moment a sentence speaks of: 明天下午3点, 下周三, 月底前, 五一过后, 半小时后."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal

from leads.understand.clock import Clock, period_begin, period_end
from leads.understand.moment import Moment, find_moments, hide_numbers, said_past
from leads.understand.span import Span, add_months, one, since, until
from leads.understand.text import clean


@dataclass(frozen=True)
class When:
    """A moment in a sentence, in the time zone of `now`.

    minute: start = end = that minute. day: start is its midnight, end the next one (excluded).
    range: start and end are the midnights of the first and the last day (included); a deadline (月底前) runs from today
    to its day.
    `past` moments are reported, never moved into the future. `doubt` says in Chinese what is uncertain.
    """

    start: datetime
    end: datetime
    precision: Literal["minute", "day", "range"]
    text: str
    past: bool
    doubt: str | None
    begin: int = 0  # where it stands in the cleaned text, for those who blank it out
    stop: int = 0


def find_whens(text: str, *, now: datetime) -> list[When]:
    """Every moment in the first 2000 characters, in the order of the text, past ones marked; `now` must be aware."""
    return whens_in(clean(text), now=now)


def whens_in(text: str, *, now: datetime) -> list[When]:
    """The same for text that was cleaned already."""
    masked = hide_numbers(text)
    found = (_when(moment, masked, text, now) for moment in find_moments(masked, now))
    return [when for when in found if when is not None]


def _clause_after(text: str, stop: int) -> str:
    return re.split(r"[,。;!?\n]", text[stop : stop + 14], maxsplit=1)[0]


def _when(moment: Moment, text: str, original: str, now: datetime) -> When | None:
    stop, side = _side(text, moment.stop, holiday=moment.span is not None and moment.span.kind == "festival")
    words = original[moment.begin : stop].strip(" ,()、")
    if moment.instant is not None:
        past = moment.instant < now.replace(second=0, microsecond=0)
        return When(moment.instant, moment.instant, "minute", words, past, moment.doubt, moment.begin, stop)
    gone = said_past(_clause_after(text, stop))
    if moment.span is None:
        if re.search(
            r"(?:每天|天天|每日|每晚|每[周月年个星期礼拜]{1,3}[一-龥\d]{0,3}|工作日|工作时间|营业时间|上班时间|至周五|到周五)[\s,:为是]*$",
            text[max(0, moment.begin - 8) : moment.begin],
        ):
            return None
        return _today(moment, gone, side, words, stop, now)
    span, said = moment.span, moment.span.said
    if said == "open" and gone:
        span = _step_back(span, text[moment.begin : moment.stop], now.date())
    doubt = moment.doubt or span.doubt
    if moment.clock is not None and (span.first == span.last or span.last - span.first <= timedelta(days=1)):
        if span.first != span.last:
            doubt = doubt or "哪一天说得不确切"
        at = _at(span.first, moment.clock, now)
        if not moment.clock.sure and span.first == now.date() and at < now and not gone and moment.clock.hour < 12:
            at, doubt = at + timedelta(hours=12), "是上午还是晚上没有说"
        doubt = None if doubt and doubt.startswith("今天就是") and at >= now else doubt
        return When(at, at, "minute", words, at < now or (gone and said == "open"), doubt, moment.begin, stop)
    if doubt and doubt.startswith("今天就是") and moment.period and period_end(moment.period) > now.hour:
        doubt = None  # 周五晚上, said on a Friday afternoon
    if moment.clock is not None:
        doubt = doubt or "哪一天说得不确切"
    if side == "前" and not (said == "past" or gone):
        span = until(span, now.date()) if span.last >= now.date() else span
    elif side == "后" and said != "past":
        span = since(span)
    past = span.last < now.date() or (gone and said == "open") or said == "past"
    if span.first == now.date() == span.last and moment.period and period_end(moment.period) <= now.hour:
        past = True
    return _whole(span, words, past, doubt, moment.begin, stop, now)


def _whole(span: Span, words: str, past: bool, doubt: str | None, begin: int, stop: int, now: datetime) -> When:
    start = datetime.combine(span.first, time(), now.tzinfo)
    if span.first == span.last and span.kind != "range":
        return When(start, start + timedelta(days=1), "day", words, past, doubt, begin, stop)
    return When(start, datetime.combine(span.last, time(), now.tzinfo), "range", words, past, doubt, begin, stop)


def _step_back(span: Span, words: str, today: date) -> Span:
    """周一拜访了客户, 5号打过电话, 5月3号展会认识: the last such day, not the coming one."""
    if span.first == today or span.last < today:
        return span
    if re.search(r"周|星期|礼拜", words):
        shift = timedelta(weeks=1)
        return replace(span, first=span.first - shift, last=span.last - shift)
    if span.kind == "range":  # 月初打过款
        return replace(span, first=add_months(span.first, -1), last=add_months(span.last, -1))
    if "月" in words or re.search(r"\d[-/.]\d", words):
        return one(_same_day(span.first.year - 1, span.first), said="past")
    month = span.first.replace(day=1) - timedelta(days=1)
    return one(month.replace(day=min(span.first.day, month.day)), said="past")


def _same_day(year: int, day: date) -> date:
    return day.replace(year=year) if (day.month, day.day) != (2, 29) else date(year, 2, 28)


def _today(moment: Moment, gone: bool, side: str, words: str, stop: int, now: datetime) -> When | None:
    """A time of day without a day: today, or tomorrow when it has gone by and nobody says that it happened."""
    today = now.date()
    if moment.clock is None:
        word = moment.period or ""
        over, begun = period_end(word) <= now.hour, period_begin(word) <= now.hour
        if gone and begun:
            return _whole(one(today), words, True, None, moment.begin, stop, now)
        day = today + timedelta(days=1) if over else today
        doubt = "今天的这个时段已经过了，按明天算" if over else None
        return _whole(one(day), words, False, doubt, moment.begin, stop, now)
    at = _at(today, moment.clock, now)
    doubt = None
    if at < now:
        if gone:
            return When(at, at, "minute", words, True, None, moment.begin, stop)
        if not moment.clock.sure and moment.clock.hour in (7, 8):
            at, doubt = at + timedelta(hours=12), "是今天晚上还是明天早上没有说"
        else:
            at, doubt = at + timedelta(days=1), "今天的这个时间已经过了，按明天算"
    return When(at, at, "minute", words, False, doubt, moment.begin, stop)


def _at(day: date, clock: Clock, now: datetime) -> datetime:
    extra = timedelta(days=1) if clock.hour == 24 else timedelta()
    return datetime.combine(day, time(clock.hour % 24, clock.minute), now.tzinfo) + extra


@cache
def _sides() -> re.Pattern[str]:
    return re.compile(
        r"\s?(?:的)?(?:(?P<over>(?:放假|收假|假期)?(?:回来|结束|过完|过了)之?以?后?)|(?P<after>过后|之后|"
        r"以后|后(?![续面台勤来天年半边勤]))|(?P<inside>之内|以内|内(?![部容地存])|期间)"
        r"|(?P<before>之前|以前|(?:中午|下班|下班之|收工|晚上)?前(?![往去来台端天年面期夕后])|下班以前))"
    )


def _side(text: str, stop: int, *, holiday: bool) -> tuple[int, str]:
    """What follows a moment: 前, 后, 内 or nothing; 放假回来 and 过完 make an 后 of a holiday only."""
    found = _sides().match(text, stop)
    if found is None or (found["over"] and not holiday):
        return stop, ""
    if found["after"] or found["over"]:
        return found.end(), "后"
    return found.end(), "内" if found["inside"] else "前"
