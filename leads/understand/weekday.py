"""Days said by name: 明天, 大后天, 下周三, 周末, 隔天."""

import re
from datetime import date, timedelta
from functools import cache

from leads.understand.span import Kind, Reader, Said, Span, one

_NEAR = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_WEEKS = {"下下": 2, "下": 1, "这": 0, "本": 0, "上": -1, "上上": -2}
_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_DAYS |= {str(number + 1): number for number in range(7)}


@cache
def weekday_patterns() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Patterns with their readers; a reader answers None where the words are something else."""
    week = (
        r"(?:(?<![一当线私楼底乡手])(?P<pre>下下|下)|(?<![晚早线马身网之以])(?P<pre2>上上|上)|(?P<pre3>这|本))"
        r"\s?一?个?(?:周|星期|礼拜)"
    )
    return (
        (
            re.compile(
                (
                    r"(?<![以之今最随往天])(?P<near>大前|大后|[前昨今明后])(?:天(?!天|气|猫|线|下(?![午班]))|"
                    r"日(?!头条|方舟|制|本|系))"
                )
            ),
            _near,
        ),
        (
            re.compile(
                r"(?P<near>[昨今明])(?=[晚早晨夜](?!报|点名|安))|(?P<near2>[前后])(?=晚上?[\d一二两三四五六七八九十])"
            ),
            _near,
        ),
        (re.compile(r"[今明昨][儿个]儿?(?!性)"), lambda found, today: one(today + timedelta(days=_NEAR[found[0][0]]))),
        (re.compile(r"明后[两二]?[天日]"), _next_two),
        (re.compile(r"(?:这|近|最近)[两二]天"), _these_days),
        (re.compile(r"隔天|隔日|次日|翌日|第二天(?!堂)"), _next),
        (
            re.compile(
                rf"(?:{week}的?(?:周|星期|礼拜)?|(?:(?<=[周期拜][一二三四五六日天])|(?<![每各一二两三四五六七八九十几半整\d双单上个这本])"
                rf"(?<!(?<!一)下))(?:周|星期|礼拜))"
                r"(?P<day>[一二三四五六日天]|[1-7](?!\d))(?![鸣围丰线])"
                r"(?:\s?(?:到|至|-|~)\s?(?:周|星期|礼拜)?(?P<last>[一二三四五六日天]|[1-7](?!\d))(?!点|时)|"
                r"(?P<both>[日天六](?=[都可行也]|$)))?"
            ),
            _weekday,
        ),
        (re.compile(rf"(?:{week}|(?<![每各双个])周|(?<![每各双个])(?:这|本)个?)末"), _weekend),
        (
            re.compile(
                rf"{week}(?![一二三四五六日天末1-7]|报|边|转|期|年|刊|围|结)(?P<part>初|中(?!午|旬|国|秋)|底|"
                rf"末|后半|前半)?"
            ),
            _week,
        ),
    )


def _monday(today: date) -> date:
    return today - timedelta(days=today.weekday())


def _week_of(found: re.Match[str]) -> str | None:
    return found["pre"] or found["pre2"] or found["pre3"]


def _near(found: re.Match[str], today: date) -> Span:
    word = found["near"] or found["near2"]
    shift = _NEAR[word]
    said: Said = "open" if shift == 0 else "past" if shift < 0 else "coming"
    return one(today + timedelta(days=shift), said=said)


def _next_two(found: re.Match[str], today: date) -> Span:
    return Span(today + timedelta(days=1), today + timedelta(days=2), "range", "coming", "“明后天”没有说是哪一天")


def _these_days(found: re.Match[str], today: date) -> Span:
    return Span(today, today + timedelta(days=2), "range", "open", "“这两天”没有说是哪一天")


def _next(found: re.Match[str], today: date) -> Span:
    return one(today + timedelta(days=1), doubt="这里的隔天/第二天按明天算")


def _weekday(found: re.Match[str], today: date) -> Span | None:
    word, number = _week_of(found), _DAYS[found["day"]]
    last = _DAYS[found["last"]] if found["last"] else number
    if found["both"]:
        if number != 5:
            return None
        last = 6
    said: Said
    if word is None:
        if (number, last) == (0, 4):  # 周一至周五 are office hours, no appointment
            return None
        ahead = (number - today.weekday()) % 7
        day = today + timedelta(days=ahead)
        doubt = "今天就是这一天，也可能是下一周" if ahead == 0 and last == number else None
        said = "open"
    else:
        day = _monday(today) + timedelta(weeks=_WEEKS[word], days=number)
        doubt, said = None, "past" if day < today else "coming"
    if last > number:
        return Span(day, day + timedelta(days=last - number), "range", said, doubt)
    return one(day, said=said, doubt=doubt)


def _weekend(found: re.Match[str], today: date) -> Span:
    saturday = _monday(today) + timedelta(weeks=_WEEKS.get(_week_of(found) or "本", 0), days=5)
    sunday = saturday + timedelta(days=1)
    if sunday < today:
        return Span(saturday, sunday, "range", "past")
    return Span(max(saturday, min(today, sunday)), sunday, "range")


def _week(found: re.Match[str], today: date) -> Span | None:
    word = _week_of(found)
    if word is None:
        return None
    monday = _monday(today) + timedelta(weeks=_WEEKS[word])
    first, last = {"初": (0, 1), "中": (2, 3), "底": (4, 6), "末": (4, 6), "前半": (0, 2), "后半": (3, 6)}.get(
        found["part"] or "", (0, 6)
    )
    start, end = monday + timedelta(days=first), monday + timedelta(days=last)
    if end < today:
        return Span(start, end, "range", "past")
    kind: Kind = "tail" if found["part"] in ("底", "末") else "range"
    return Span(max(start, today), end, kind)
