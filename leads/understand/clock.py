"""Times of day: 下午3点半, 15:00, 晚上八点, 上午."""

import re
from dataclasses import dataclass
from functools import cache

from leads.understand.number import read_count

_PERIODS = {
    "凌晨": (0, 6),
    "清早": (5, 9),
    "清晨": (5, 9),
    "大清早": (5, 9),
    "一早": (6, 10),
    "早上": (6, 11),
    "早晨": (6, 11),
    "早": (6, 11),
    "晨": (6, 11),
    "上午": (6, 12),
    "中午": (11, 14),
    "正午": (11, 14),
    "午间": (11, 14),
    "午后": (12, 18),
    "下午": (12, 18),
    "傍晚": (17, 20),
    "晚上": (18, 24),
    "晚间": (18, 24),
    "晚点": (18, 24),
    "晚些": (18, 24),
    "夜里": (18, 24),
    "夜晚": (18, 24),
    "深夜": (20, 24),
    "半夜": (22, 28),
    "晚": (18, 24),
    "夜": (18, 24),
    "下班": (17, 21),
    "am": (0, 12),
    "pm": (12, 24),
}


@dataclass(frozen=True)
class Clock:
    """Hour 0 to 24 and minute; `sure` is False where the half of the day was guessed from working hours."""

    hour: int
    minute: int
    sure: bool


@cache
def period_pattern() -> re.Pattern[str]:
    """A part of the day without a clock time; greetings (下午好) and meals (中午饭) are none."""
    return re.compile(
        r"(?<![每早])(?P<period>凌晨|大清早|清早|清晨|一早|早上|早晨|上午|中午|午后|下午|傍晚|晚上|晚间|夜里|"
        r"深夜|半夜|下班(?=前|后|之前|之后|以前|以后|时)|(?<=[今明昨后前天日])[早晚夜晨]上?)"
        r"(?!好|茶|饭|餐|场|班|宴|觉|安|报|点名|市|会)"
    )


@cache
def clock_pattern() -> re.Pattern[str]:
    """A clock time with what is said around it; counts (三点建议, 3个点, 便宜一点) are none."""
    hour = r"2[0-4]|1\d|0?\d|二十[一二三四]?|十[一二三四五六七八九]?|[一二两三四五六七八九]"
    minute = (
        r"半|一刻|三刻|整|钟|[0-5]?\d分?(?!\d|[个万千百台套人元%])|[二三四五]?十[一二三四五六七八九]?分?|"
        r"零[一二三四五六七八九]分?|[二三四五][一二三四五六七八九五]分"
    )
    words = "|".join(
        sorted(
            (word for word in _PERIODS if word not in ("早", "晚", "夜", "晨", "晚点", "晚些")), key=len, reverse=True
        )
    )
    period = (
        rf"(?:{words}|晚[点些]时?候?(?=[\s,]*[\d一二两三四五六七八九十])|"
        rf"(?<![早提])[早晚夜晨](?=\s?[\d一二两三四五六七八九十]))"
    )
    nouns = (
        "建议|要求|意见|问题|原因|说明|需求|感受|想法|内容|希望|看法|优势|好处|疑问|疑虑|顾虑|共识|信息|反馈|"
        "优惠|折|提成|返|佣|以上|以下的"
    )
    return re.compile(
        rf"(?<![\d.:/A-Za-z有这那以几差让返降涨扣第])(?P<period>{period})?\s?(?:的|大概|大约|约|差不多|就)?\s?"
        rf"(?<![\d.:/$¥])(?:(?P<low>{hour})\s?(?:(?:-|~|到|至|、|或者?)\s?|"
        rf"(?<=[一二两三四五六七八九])(?=[二三四五六七八九]))(?=(?:{hour})\s?点))?(?P<hour>{hour})"
        rf"(?:\s?:\s?(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:%])|\s?(?:点钟?|时(?!间|候|常|机|效|段|装|尚|节|"
        rf"代|刻|长|区))(?!{nouns})\s?(?P<said>{minute})?)"
        rf"(?P<after>\s?(?:am|pm|AM|PM)(?![a-z]))?"
        rf"(?:\s?(?:-|~|到|至|或者?)\s?(?:{words})?\s?(?:{hour})\s?(?::\s?[0-5]\d|点)(?:半|一刻|"
        rf"[0-5]\d分?)?)?(?:左右|前后|钟|许)?"
        rf"|(?<![\dA-Za-z.])(?P<hour2>1[0-2]|[1-9])(?::(?P<minute2>[0-5]\d))?\s?(?P<after2>[aApP]\.?[mM])(?![a-zA-Z])"
    )


def period_end(word: str) -> int:
    """The hour (0 to 24) at which a part of the day is over."""
    return min(_PERIODS.get(word.removesuffix("上") if word not in _PERIODS else word, (0, 24))[1], 24)


def period_begin(word: str) -> int:
    """The hour at which a part of the day begins."""
    return _PERIODS.get(word.removesuffix("上") if word not in _PERIODS else word, (0, 24))[0]


def read_clock(found: re.Match[str], *, period: str | None, dated: bool) -> Clock | None:
    """The time of a find of `clock_pattern`; `period` is a part of the day said before (明晚 … 7点).
    `dated`: a day stands right before it, so that 一点 is one o'clock and not "a bit".

    Without one, working hours decide: 1 to 6 are in the afternoon, 7 in the evening, 8 to 12 as they stand.
    """
    said = found["hour2"] or found["low"] or found["hour"]
    hour, minute = read_count(said), _minute(found)
    if hour is None or minute is None or hour > 24 or (hour == 24 and minute):
        return None
    half = (found["after2"] or found["after"] or "").strip().lower().replace(".", "")
    word = half or _known(found["period"]) or _known(period)
    if word is None and not dated and found["said"] is None and said == "一":
        return None
    if word is None:
        literal = said.startswith("0") or hour > 12 or hour == 0
        if literal or hour >= 8:
            return Clock(hour, minute, literal or hour in (10, 11, 12))
        return Clock(hour + 12, minute, sure=hour < 7)
    begin, end = _PERIODS[word]
    if word in ("am", "pm"):
        return Clock(hour % 12 + begin, minute, sure=True) if hour <= 12 else Clock(hour, minute, sure=True)
    if hour < 12 and not begin <= hour < end and begin <= hour + 12 <= end:
        hour += 12
    elif hour == 12 and begin >= 18:
        hour = 24 if minute == 0 else 0
    elif hour == 12 and word == "凌晨":
        hour = 0
    return Clock(hour, minute, sure=True)


def _known(word: str | None) -> str | None:
    if not word:
        return None
    for candidate in (word, word[:2], word[:1], word[-1:]):
        if candidate in _PERIODS:
            return candidate
    return None


def _minute(found: re.Match[str]) -> int | None:
    exact = found["minute"] or found["minute2"]
    if exact:
        return int(exact)
    said = (found["said"] or "").removesuffix("分")
    if said in ("", "整", "钟"):
        return 0
    named = {"半": 30, "一刻": 15, "三刻": 45}.get(said)
    if named is not None:
        return named
    if len(said) == 2 and said[0] in "二三四五" and said[1] in "一二三四五六七八九":
        said = said[0] + "十" + said[1]
    value = read_count(said.removeprefix("零"))
    return value if value is not None and value < 60 else None
