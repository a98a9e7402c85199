"""Times said from now: 3天后, 半小时后, 两周内, 过两天, 一个半小时之后."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from leads.understand.number import read_number
from leads.understand.span import Kind, Span, add_months, one

_COUNT = r"\d{1,4}(?:\.5)?|[一二两俩三四五六七八九十百半]{1,4}|几|十几|[十\d]{1,3}[来多几]"
_MINUTES = {"分钟": 1, "刻钟": 15, "小时": 60, "钟头": 60}
_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_MONTHS = {"月": 1, "季度": 3, "年": 12}


@dataclass(frozen=True)
class Later:
    """A time from now: an instant (hours and minutes) or a span of days; `fixed` means no clock time may follow."""

    instant: datetime | None
    span: Span | None


@cache
def duration_pattern() -> re.Pattern[str]:
    """Finds counts of time that point away from now; a bare 3天 or 质保3年 points nowhere and is left alone."""
    unit = "分钟|刻钟|小时|钟头|工作日|天|日|周|星期|礼拜|月|季度|年"
    return re.compile(
        r"(?<![\d.每])(?:(?P<lead>再过|再等|再隔|(?<![通经超])过(?!了)|等(?!了)|隔)\s?)?(?:大概|大约|约|"
        r"差不多|最多|最晚|最快|未来|接下来)?\s?"
        rf"(?P<count>{_COUNT})(?:\s?(?:-|~|到|至|、)\s?(?P<upper>\d{{1,3}}|[一二两三四五六七八九十]{{1,2}}))?\s?"
        rf"(?P<half>个半|个把?)?\s?(?P<unit>{unit})(?P<half2>半)?(?:左右|的时间|时间)?"
        r"(?P<side>之后|以后|过后|之内|以内|之前|以前|后(?![续面台勤])|内(?!部)|前(?![往台端]))?"
    )


def read_duration(found: re.Match[str], text: str, now: datetime) -> Later | None:
    """What a find of `duration_pattern` means from `now` on; None where it is a term (账期60天内) or points nowhere."""
    side = (found["side"] or "").removeprefix("之").removeprefix("以").removeprefix("过")
    if not side and not found["lead"]:
        return None
    if side == "内" and _is_term(text, found.start(), found.end()):
        return None
    unit = found["unit"]
    if unit == "月" and not found["half"] and found["count"] not in ("俩", "两"):
        return None  # 3月后 is a month of the calendar
    try:
        return _reach(found, side or "后", unit, now)
    except (ValueError, OverflowError):
        return None


def _is_term(text: str, start: int, stop: int) -> bool:
    before, after = text[max(0, start - 8) : start], text[stop : stop + 6]
    if re.search(r"(?:账期|交期|质保|保修|工期|有效期|货期|周期|响应|支持|承诺|[一-龥]后)[\s:为是]*$", before):
        return True
    return bool(re.match(r"\s?(?:响应|发货|到账|送达|见效|无理由|退换|退货|免费|质保|保修|新品|的)", after))


def _amounts(found: re.Match[str]) -> tuple[float, float] | None:
    count = found["count"]
    if count == "几":
        return 3, 7
    if count[-1] in "来多几" and len(count) > 1:
        low = read_number(count[:-1])
        return None if low is None else (low, low + (5 if count[-1] != "几" else 9))
    if found["upper"]:
        low, high = read_number(count), read_number(found["upper"])
        return None if low is None or high is None or high < low else (low, high)
    if len(count) == 2 and all(sign in "一两二三四五六七八九" for sign in count):  # 三五天, 一两周
        low, high = read_number(count[0]), read_number(count[1])
        return None if low is None or high is None else (low, high)
    if count == "半":
        return 0.5, 0.5
    low = read_number(count)
    if low is None:
        return None
    extra = 0.5 if found["half"] == "个半" or found["half2"] else 0.0
    return low + extra, low + extra


def _reach(found: re.Match[str], side: str, unit: str, now: datetime) -> Later | None:
    amounts = _amounts(found)
    if amounts is None or amounts[1] <= 0:
        return None
    low, high = amounts
    vague = found["count"] == "几"
    if unit in _MINUTES:
        if vague:
            return None
        shift = timedelta(minutes=round(high * _MINUTES[unit]))
        return Later((now - shift if side == "前" else now + shift).replace(second=0, microsecond=0), None)
    if unit == "年" and high > 3:
        return None
    today = now.date()
    if side == "前":
        return Later(None, one(_move(today, -high, unit), said="past"))
    first, last = _move(today, low, unit), _move(today, high, unit)
    doubt = "“几”说得不确切" if vague else None
    if side == "内":
        kind: Kind = "tail"
        return Later(None, Span(today, last, kind, "coming", doubt))
    if last > first:
        return Later(None, Span(first, last, "range", "coming", doubt))
    return Later(None, one(first, doubt=doubt))


def _move(day: date, amount: float, unit: str) -> date:
    if unit == "工作日":  # Saturdays and Sundays are skipped; public holidays are the work calendar's business
        left, step = int(amount), 1 if amount > 0 else -1
        left = abs(left)
        if left > 400:
            raise ValueError(amount)
        while left:
            day += timedelta(days=step)
            left -= day.weekday() < 5
        return day
    if unit in _DAYS:
        return day + timedelta(days=round(amount * _DAYS[unit]))
    months = amount * _MONTHS[unit]
    whole = int(months)
    return add_months(day, whole) + timedelta(days=round((months - whole) * 30))
