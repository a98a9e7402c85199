"""The days that somebody means: 今天, 上周, 本季度, 6月, 2026-06-01到06-15; pure, with `today` given."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from reports.period import DAY, Period

LONGEST = 1100  # days
WORDS = "今天、昨天、本周、上周、本月、上月、本季度、上季度、三季度、上半年、今年、去年、30天、6月、2026-06-01到06-15"
_DATE = r"(?:(20\d\d)\s*[-年/.])?\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})\s*[日号]?"
_RANGE = re.compile(rf"{_DATE}\s*(?:到|至|~|\uff5e|—|–|--?)\s*(?:{_DATE}|(\d{{1,2}})\s*[日号])")
_DAY = re.compile(_DATE)
_MONTH = re.compile(r"(?<!\d)(?:(20\d\d)\s*[-年/.]\s*)?(1[0-2]|0?[1-9])\s*月(?:份)?|(20\d\d)-(0[1-9]|1[0-2])(?![-\d])")
_LAST_DAYS = re.compile(r"(?:最近|近|过去)?\s*(\d{1,3})\s*天")
_LAST_SPAN = re.compile(r"(?:最近|近|过去)\s*([一两二三四五六1-9]|1[0-2]|半)\s*(?:个)?(周|星期|礼拜|月|年)")
_QUARTER = re.compile(r"(?:(20\d\d)\s*年?\s*|(今年|去年)\s*)?(?:第?([一二三四1-4])\s*季度?|[Qq]([1-4])(?!\d))")
_HALF = re.compile(r"(?:(20\d\d)\s*年?\s*|(今年|去年)\s*)?(上|下)半年")
_YEAR = re.compile(r"(20\d\d)\s*年(?!\s*\d)")
_CHINESE_MONTH = re.compile(r"(?<![十\d])(十[一二]?|[一二三四五六七八九])月(?:份)?")
_FIGURES = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_ONE_TO_TWELVE = {word: number for number, word in enumerate(_FIGURES, 1)}


class BadPeriod(ValueError):
    """Days that cannot be meant; says what can."""


def month_of(day: date) -> Period:
    """The month in which a day lies."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=32)).replace(day=1) - DAY)


def is_month(period: Period, *, today: date) -> bool:
    """Whether a whole month is meant, or the running one until today (which is more than its first day)."""
    month = month_of(period.first)
    return period == month or (period == Period(month.first, today) and month.first < today <= month.last)


def week_of(day: date) -> Period:
    """The week (from Monday) in which a day lies."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + 6 * DAY)


def quarter_of(day: date) -> Period:
    """The quarter in which a day lies."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return Period(first, month_of(first + timedelta(days=70)).last)


def _until(period: Period, today: date) -> Period:
    return Period(period.first, min(period.last, today))


_NAMED: dict[str, Callable[[date], Period]] = {
    "今天": lambda today: Period(today, today),
    "今日": lambda today: Period(today, today),
    "昨天": lambda today: Period(today - DAY, today - DAY),
    "昨日": lambda today: Period(today - DAY, today - DAY),
    "前天": lambda today: Period(today - 2 * DAY, today - 2 * DAY),
    "本周": lambda today: _until(week_of(today), today),
    "这周": lambda today: _until(week_of(today), today),
    "上周": lambda today: week_of(today - 7 * DAY),
    "上上周": lambda today: week_of(today - 14 * DAY),
    "本月": lambda today: _until(month_of(today), today),
    "这个月": lambda today: _until(month_of(today), today),
    "上个月": lambda today: month_of(today.replace(day=1) - DAY),
    "上月": lambda today: month_of(today.replace(day=1) - DAY),
    "上个季度": lambda today: quarter_of(quarter_of(today).first - DAY),
    "上季度": lambda today: quarter_of(quarter_of(today).first - DAY),
    "本季度": lambda today: _until(quarter_of(today), today),
    "这个季度": lambda today: _until(quarter_of(today), today),
    "本季": lambda today: _until(quarter_of(today), today),
    "这季度": lambda today: _until(quarter_of(today), today),
    "上季": lambda today: quarter_of(quarter_of(today).first - DAY),
    "当月": lambda today: _until(month_of(today), today),
    "本年": lambda today: Period(date(today.year, 1, 1), today),
    "今年": lambda today: Period(date(today.year, 1, 1), today),
    "去年": lambda today: Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
}


def read_period(words: str, *, today: date) -> tuple[Period | None, str]:
    """(the days that the words name or None, the words that are left). Raises BadPeriod, with what would work."""
    words = _CHINESE_MONTH.sub(lambda found: f"{_ONE_TO_TWELVE[found[1]]}月", words)
    found = _RANGE.search(words)
    if found is not None:
        return _range(found, today), _without(words, found)
    for pattern, read in ((_QUARTER, _quarter), (_HALF, _half), (_LAST_SPAN, _last_span)):
        found = pattern.search(words)
        if found is not None:
            return read(found, today), _without(words, found)
    for name in sorted(_NAMED, key=len, reverse=True):
        at = words.find(name)
        if at >= 0:
            return _NAMED[name](today), " ".join((words[:at] + " " + words[at + len(name) :]).split())
    for pattern, read in ((_MONTH, _month), (_DAY, _day), (_LAST_DAYS, _last_days), (_YEAR, _year)):
        found = pattern.search(words)
        if found is not None and (pattern is not _MONTH or not _DAY.match(words, found.start())):
            return read(found, today), _without(words, found)
    return None, " ".join(words.split())


def shown(period: Period, *, today: date) -> str:
    """03-01 到 03-31; with the years where one of them is not this year."""
    form = "%m-%d" if period.first.year == period.last.year == today.year else "%Y-%m-%d"
    if period.first == period.last:
        return period.first.strftime(form)
    return f"{period.first.strftime(form)} 到 {period.last.strftime(form)}"


def _without(words: str, found: re.Match[str]) -> str:
    return " ".join((words[: found.start()] + " " + words[found.end() :]).split())


def _made(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadPeriod(f"没有「{text.strip()}」这一天。可以写:{WORDS}。") from None


def _past(month: int, day: int, today: date, text: str) -> date:
    """That day of this year, or of the year before when it is still to come."""
    found = _made(today.year, month, day, text)
    return found if found <= today else _made(today.year - 1, month, day, text)


def _range(found: re.Match[str], today: date) -> Period:
    year, month, day, year_2, month_2, day_2, only_day = found.groups()
    text = found[0]
    first = _made(int(year), int(month), int(day), text) if year else _past(int(month), int(day), today, text)
    if only_day:
        last = _made(first.year, first.month, int(only_day), text)
    else:
        last = _made(int(year_2 or first.year), int(month_2), int(day_2), text)
        if not year_2 and not year and last < first and month != month_2:
            last = _made(first.year + 1, int(month_2), int(day_2), text)
    if last < first:
        raise BadPeriod(f"「{text.strip()}」结束得比开始早。是不是 {last} 到 {first}?")
    if (last - first).days >= LONGEST:
        raise BadPeriod(f"一次最多看 {LONGEST} 天,可以一年一年看:{first.year}-01-01到12-31。")
    return Period(first, last)


def _month(found: re.Match[str], today: date) -> Period:
    year, month, year_2, month_2 = found.groups()
    number = int(month or month_2)
    if year or year_2:
        return month_of(date(int(year or year_2), number, 1))
    named = date(today.year if number <= today.month else today.year - 1, number, 1)
    return _until(month_of(named), today)


def _year_of(year: str | None, word: str | None, today: date) -> int | None:
    if year:
        return int(year)
    return None if word is None else today.year - (word == "去年")


def _begun(first: date, last: date, *, named: bool, today: date) -> Period:
    """Those days; where no year was named and they are still to come, those of the year before."""
    if first > today and not named:
        first, last = first.replace(year=first.year - 1), last.replace(year=last.year - 1)
    return Period(first, last) if named and first > today else _until(Period(first, last), today)


def _quarter(found: re.Match[str], today: date) -> Period:
    year = _year_of(found[1], found[2], today)
    number = int(found[4]) if found[4] else _ONE_TO_TWELVE.get(found[3]) or int(found[3])
    whole = quarter_of(date(year or today.year, 3 * number, 1))
    return _begun(whole.first, whole.last, named=year is not None, today=today)


def _half(found: re.Match[str], today: date) -> Period:
    year = _year_of(found[1], found[2], today)
    first, last = ((1, 1), (6, 30)) if found[3] == "上" else ((7, 1), (12, 31))
    whole = Period(date(year or today.year, *first), date(year or today.year, *last))
    return _begun(whole.first, whole.last, named=year is not None, today=today)


def _last_span(found: re.Match[str], today: date) -> Period:
    """The last weeks (of 7 days), months or years until today."""
    many, unit = found[1], found[2]
    if many == "半":
        if unit not in ("年", "月"):
            raise BadPeriod(f"没看懂「{found[0].strip()}」。可以写:{WORDS}。")
        many, unit = ("6", "月") if unit == "年" else ("15", "天")
    count = 2 if many == "两" else _ONE_TO_TWELVE.get(many) or int(many)
    if unit in ("周", "星期", "礼拜", "天"):
        return Period(today - (count * (1 if unit == "天" else 7) - 1) * DAY, today)
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "年" else 1)
    begin = date(months // 12, months % 12 + 1, 1)
    first = min(begin.replace(day=1) + (today.day - 1) * DAY, month_of(begin).last) + DAY
    if (today - first).days >= LONGEST:
        raise BadPeriod(f"一次最多看 {LONGEST} 天,可以一年一年看:去年。")
    return Period(first, today)


def _year(found: re.Match[str], today: date) -> Period:
    year = int(found[1])
    whole = Period(date(year, 1, 1), date(year, 12, 31))
    return _until(whole, today) if year <= today.year else whole


def _day(found: re.Match[str], today: date) -> Period:
    year, month, day = found.groups()
    named = _made(int(year), int(month), int(day), found[0]) if year else _past(int(month), int(day), today, found[0])
    return Period(named, named)


def _last_days(found: re.Match[str], today: date) -> Period:
    days = int(found[1])
    if not 1 <= days <= LONGEST:
        raise BadPeriod(f"没看懂「{found[0].strip()}」。可以写:{WORDS}。")
    return Period(today - (days - 1) * DAY, today)
