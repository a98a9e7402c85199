"""Days said by the calendar: 5月20号, 25号, 月底, 下季度, 明年上半年, 国庆后."""

import re
from datetime import date, timedelta
from functools import cache

from leads.understand.festival import after_festival, coming_festival, festival_day, festival_pattern, next_holiday
from leads.understand.number import read_count
from leads.understand.span import Reader, Span, add_months, month_days, one
from leads.understand.surname import common_surnames

_YEARS = {"前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_MONTHS = {"下下": 2, "下": 1, "这": 0, "本": 0, "当": 0, "上": -1, "上上": -2}
_LONG_AGO = 92  # days; a day of this year longer gone than this is meant for next year
# After a number and 号 these make it a house, a room or a thing, not a day: 5号楼, 3号线, 25号公馆.
_HOUSE = (
    "楼|栋|幢|座|线|店|院|馆|门|厂|车[间位库]|仓|库|桌|机[房器组台床]|房|厅|口|公[馆寓园交]|地[块铁]|码头|宿舍|"
    "别墅|单元|柜|会议|文件|"
)
_HOUSE += (
    "员工|选手|种|油|电池|字|工[厂地]|产[品线]|型|位|床|井|矿|基地|台|展[位厅台馆]|摊|桥|岛|路|街|弄|巷|室|层|区|"
    "园|铺|窗|生产|包间|包厢|"
)
_HOUSE += "航站|塔|坑|校|版|模|球|钢|胶|料|色|样|套餐|客[房服]"


@cache
def month_patterns() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Patterns with their readers; a reader answers None where the words are something else."""
    num_m = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
    num_d = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
    year = r"(?P<year>今年|明年|去年|后年|前年|本年|上年|20\d\d\s?年|(?<!\d)[2-3]\d\s?年)"
    rel = r"(?P<rel>下下个?|(?<![一上])下一?个?|上上个?|(?<![晚早以])上一?个?|这一?个?|本|当)月"
    part = r"(?P<part>月?初|上旬|中旬|下旬|月?底|月?末|月中|中(?!午|旬|秋|国|标|间|心|型|小|文|医|学|介|转)|之?内)"
    whole = r"(?!饼|嫂|费|薪|租|供|票|子|结|销|均|度|报|刊|亮|光|季|色|华|星|[一-龥]?[卡套餐])"
    stop = r"(?![\d万千百个台套人元块%天年月条楼层次点倍期wWkK.:/-])"
    count = r"[\d万千百个台套人元块%天年月条A-Za-z.-]"  # what makes the figures a quantity
    apart = r"(?<![\d.A-Za-z/:-])"
    return (
        (re.compile(rf"(?<!\d)(20\d\d)\s?[-/.年]\s?({num_m})\s?[-/.月]\s?({num_d})(?!\d)\s?[日号]?"), _full),
        (re.compile(r"(?a)(?<![\w.-])(2[4-9]|3\d)\.(1[0-2]|0?[1-9])\.(3[01]|[12]\d|0?[1-9])(?![\d.万元%])"), _full),
        (re.compile(r"(?:正月|大年)初[一二三四五六七八九十]|(?<![年])初[四五六七八九十](?![中年月级])"), _first_month),
        (re.compile(r"(?<![\dA-Za-z#-])(20[2-3]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?![\dA-Za-z-])"), _full),
        (
            re.compile(
                rf"(?:{year}的?)?(?<![\d第])(?P<m>{num_m})\s?月\s?(?:份的?)?(?P<d>{num_d})\s?(?:[日号]|(?<=\d){stop})"
            ),
            _day_of_month,
        ),
        (re.compile(rf"{rel}的?\s?(?P<d>{num_d})\s?[日号]"), _day_of_month),
        (re.compile(rf"{apart}(?P<m>0[1-9]|1[0-2])-(?P<d>[0-2]\d|3[01])(?!{count})"), _day_of_month),
        (
            re.compile(rf"{apart}(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?:-\d{{1,2}}/\d{{1,2}})?(?![\d/.折]|{count})"),
            _slashed,
        ),
        (
            re.compile(
                rf"(?<=[在到等定约于见是前])\s?(?P<m>1[0-2]|[1-9])\.(?P<d>3[01]|[12]\d|"
                    rf"[1-9])(?![\d.万千百个元块%折wWkK])|"
                rf"{apart}(?P<m2>1[0-2]|[1-9])\.(?P<d2>3[01]|[12]\d|[1-9])(?=[号日]|"
                    rf"\s?[上下早晚中]午?[上]?\s?\d|\s?去|\s?到|\s?见|\s?拜访|之?前)"
            ),
            _dotted,
        ),
        (
            re.compile(
                rf"(?<![\d第路街道弄巷楼段村里座区学型单组尾编代牌.A-Za-z月-])(?P<d>{num_d})(?:号(?!{_HOUSE}|"
                    rf"[上下]?海)|日(?!内|元|报|本|常|均|用|产|语|[后前以之]|活))"
                r"(?:\s?(?:到|至|-|~|、|或)\s?\d{1,2}[号日])?"
            ),
            _day_of_month,
        ),
        (re.compile(rf"(?:{year}的?)?(?<!\d)(?P<m>{num_m})\s?月(?:份的?)?{part}"), _part_of_month),
        (re.compile(rf"{rel}份?的?{part}"), _part_of_month),
        (re.compile(r"(?<![个\d一-九])(?P<part>月初|月底|月末|月中(?!旬|国)|月内|[上中下]旬)"), _part_of_month),
        (re.compile(rf"{rel}份?{whole}"), _part_of_month),
        (re.compile(rf"(?:{year}的?)?(?<![\d第个])(?P<m>{num_m})\s?月(?:份|{whole}(?!\d))"), _part_of_month),
        (re.compile(rf"(?:{year}的?)?(?:(?P<rel>下一?个?|这个?|本|上个?)|第?(?P<q>[一二三四1-4]))季度?(?P<part>初|底|末|"
            rf"内)?(?<=[季度初底末内])(?!节|风|[一-龥]?品)"), _quarter),
        (re.compile(rf"(?:{year}的?)?(?:(?<![A-Za-z\d一-龥])|(?<=[年在到等约于计划]))[Qq](?P<q>[1-4])(?![A-Za-z\d])"
            rf"(?:季度?)?(?P<part>初|底|末|内)?"), _quarter),
        (re.compile(rf"{year}(?P<half>[上下]半年|年?[初底末中内](?!国|标|心|部|容))?|"
            rf"(?<![\d一二两三四五六七八九十几多整])"
            r"(?P<half2>年初|年底|年末|年中(?!国|标|心)|年内|[上下]半年)"), _year),
        (re.compile(r"(?<![\d一二两三四五六七八九十几多近半整全往当每去今明某成些后千百青少中老新])年(?P<side>前|"
            r"后)(?!腿|轻|台|往)"), _new_year),
        (re.compile(r"(?<!\d)(?<![季月关细环情春佳])节(?P<side>前|后)(?!来)"), _holiday),
        (festival_pattern(), _festival),
    )  # fmt: skip


def _full(found: re.Match[str], today: date) -> Span | None:
    year, month, day = (read_count(part) for part in found.groups())
    year = (year or 0) + (2000 if (year or 0) < 100 else 0)
    return _day(year, month or 0, day or 0, today)


def _first_month(found: re.Match[str], today: date) -> Span | None:
    """初八, 正月初六: days of the lunar year's first month, counted from 春节."""
    for year in (today.year, today.year + 1):
        spring = festival_day("春节", year)
        number = read_count(found[0][-1]) or 1
        if spring is not None and spring + timedelta(days=number - 1) >= today:
            return one(spring + timedelta(days=number - 1))
    return None


def _day(year: int, month: int, day: int, today: date) -> Span | None:
    try:
        there = date(year, month, day)
    except ValueError:  # 2月30号
        return None
    return one(there, said="past" if there < today else "coming")


def _year_of(found: re.Match[str], today: date) -> int | None:
    word = found.groupdict().get("year")
    if word is None:
        return None
    if word in _YEARS:
        return today.year + _YEARS[word]
    return int(word[:4]) if word.startswith("20") and len(word) > 4 else 2000 + int(word[:2])


def _day_of_month(found: re.Match[str], today: date) -> Span | None:
    said = found.groupdict()
    day = read_count(said["d"].replace("廿", "二十"))
    if day is None:
        return None
    if said.get("rel"):
        first, last = month_days(today.year, today.month + _MONTHS[said["rel"].replace("个", "").replace("一", "")])
        there = first + timedelta(days=day - 1)
        return one(there, said="past" if there < today else "coming") if there <= last else None
    month, year = read_count(said["m"]) if said.get("m") else None, _year_of(found, today)
    if month is None:  # 25号: this month's or the next that has such a day
        for ahead in range(3):
            first, last = month_days(today.year, today.month + ahead)
            there = first + timedelta(days=day - 1)
            if today <= there <= last:
                return one(there, said="open")
        return None
    if year is not None:
        return _day(year, month, day, today)
    return _nearest(month, day, today)


def _nearest(month: int, day: int, today: date) -> Span | None:
    """A day without a year: the coming one, unless it has gone by only recently."""
    span = _day(today.year, month, day, today)
    if span is None:
        return None
    if span.first >= today:
        return one(span.first, said="open" if (span.first - today).days > 30 else "coming")
    if (today - span.first).days <= _LONG_AGO:
        return one(span.first, said="past", doubt="这一天已经过了")
    return _day(today.year + 1, month, day, today)


def _slashed(found: re.Match[str], today: date) -> Span | None:
    month, day = read_count(found["m"]) or 0, read_count(found["d"]) or 0
    if (month, day) in ((1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (1, 5), (2, 5), (1, 10)):  # a half, two thirds ...
        return None
    return _nearest(month, day, today)


def _dotted(found: re.Match[str], today: date) -> Span | None:
    month, day = read_count(found["m"] or found["m2"]) or 0, read_count(found["d"] or found["d2"]) or 0
    return _nearest(month, day, today)


_PARTS = {
    "初": (1, 10),
    "上旬": (1, 10),
    "中": (11, 20),
    "中旬": (11, 20),
    "下旬": (21, 31),
    "底": (26, 31),
    "末": (26, 31),
}


def _part_of_month(found: re.Match[str], today: date) -> Span | None:
    said = found.groupdict()
    year, part = _year_of(found, today), (said.get("part") or "").replace("之", "")
    part = part.removeprefix("月") if part not in ("月",) else part
    named = bool(said.get("m") or said.get("rel"))
    if said.get("m"):
        month = read_count(said["m"]) or 1
        first, last = month_days(today.year if year is None else year, month)
        if year is None and last < today and (today - last).days > _LONG_AGO:
            first, last = month_days(today.year + 1, month)
    elif said.get("rel"):
        first, last = month_days(today.year, today.month + _MONTHS[said["rel"].replace("个", "").replace("一", "")])
    else:
        first, last = month_days(today.year, today.month)
    start, end = _cut(first, last, part)
    if end < today and not named:  # 月初 on the 18th is next month's
        return Span(*_cut(*month_days(today.year, today.month + 1), part), "range", "open")
    if end < today:
        return Span(start, end, "range", "past", None if year is not None else "这段时间已经过了")
    return Span(max(start, today), end, "tail" if part in ("底", "末", "内") else "range")


def _cut(first: date, last: date, part: str) -> tuple[date, date]:
    start, end = _PARTS.get(part, (1, 31))
    return first + timedelta(days=start - 1), min(first + timedelta(days=end - 1), last)


def _quarter(found: re.Match[str], today: date) -> Span | None:
    year, current = _year_of(found, today), (today.month - 1) // 3
    if found.groupdict().get("rel"):
        number = current + {"下": 1, "这": 0, "本": 0, "上": -1}[found["rel"][0]]
    else:
        number = (read_count(found["q"]) or 1) - 1
        if year is None and number < current - 1:
            number += 4
    base = (today.year if year is None else year, number * 3)
    first, last = month_days(base[0], base[1] + 1)[0], month_days(base[0], base[1] + 3)[1]
    if found["part"] in ("底", "末"):
        first = month_days(base[0], base[1] + 3)[0]
    elif found["part"] == "初":
        last = month_days(base[0], base[1] + 1)[1]
    if last < today:
        return Span(first, last, "range", "past")
    return Span(max(first, today), last, "tail" if found["part"] in ("底", "末", "内") else "range")


def _year(found: re.Match[str], today: date) -> Span | None:
    year, half = _year_of(found, today), (found["half"] or found["half2"] or "").removeprefix("年")
    if half in ("", "内") and year in (None, today.year) and half == "":
        return None  # 今年 alone says nothing about a day
    if half == "" and re.fullmatch(r"\d\d\s?年", found["year"] or ""):
        return None  # 20年 is a span of time, 26年底 a date
    base = today.year if year is None else year
    first_month, last_month = {
        "初": (1, 1),
        "中": (6, 6),
        "底": (12, 12),
        "末": (12, 12),
        "上半年": (1, 6),
        "下半年": (7, 12),
    }.get(half, (1, 12))
    if year is None and month_days(base, last_month)[1] < today:
        base += 1
    first, last = month_days(base, first_month)[0], month_days(base, last_month)[1]
    if last < today:
        return Span(first, last, "range", "past")
    return Span(max(first, today), last, "tail" if half in ("底", "末", "内") else "range")


def _new_year(found: re.Match[str], today: date) -> Span | None:
    spring = coming_festival("春节", today, None)
    if spring is None:
        return None
    if found["side"] == "后":
        return Span(after_festival("春节", spring), after_festival("春节", spring), "festival")
    if spring <= today:
        return None
    return Span(today, spring - timedelta(days=1), "tail")


def _holiday(found: re.Match[str], today: date) -> Span | None:
    day = next_holiday(today)
    if day is None or day > add_months(today, 3):
        return None
    name = next(
        name
        for name in ("春节", "清明", "五一", "端午", "中秋", "国庆", "元旦")
        if coming_festival(name, today, None) == day
    )
    doubt = f"这里按最近的{name}算"
    if found["side"] == "后":
        return one(after_festival(name, day), doubt=doubt)
    return Span(min(today, day), day - timedelta(days=1), "tail", "coming", doubt) if day > today else None


def _festival(found: re.Match[str], today: date) -> Span | None:
    if _is_person(found):
        return None
    year = _year_of(found, today)
    day = coming_festival(found["name"], today, year)
    if day is None:
        return None
    back = after_festival(found["name"], day)
    if re.match(r"(?:过完?|等)+$", found[0][: found.start("name") - found.start()]) and "过完" in found[0]:
        return Span(back, back, "festival")  # 过完年 is over, whatever word follows
    if re.search(r"长假|黄金周|假期|期间|放假", found[0]) and back > day + timedelta(days=1):
        return Span(day, back - timedelta(days=1), "festival", "past" if back <= today else "coming", None, back)
    return Span(day, day, "festival", "past" if back <= today else "coming", None, back)


def _is_person(found: re.Match[str]) -> bool:
    """王国庆总经理: a surname stands before the festival and no word of time behind it."""
    text, begin = found.string, found.start("name")
    if begin != found.start() or found.end() != found.end("name") or text[begin - 1 : begin] not in common_surnames():
        return False
    alone = begin == 1 or not "一" <= text[begin - 2] <= "鿿"
    return alone and re.match(r"\s?(?:[前后]|之|以|过)", text[found.end() : found.end() + 2]) is None
