"""When somebody wants a report: 每天 8点半, 周一9点, 每月 9:30; pure."""

import re
from dataclasses import dataclass

DAYS = "一二三四五六日"
REPORTS = {
    "日报": "day", "周报": "weekly", "月报": "day", "漏斗": "funnel", "渠道": "channel", "归因": "attribution",
    "排行": "ranking", "龙虎榜": "ranking",
}  # fmt: skip
_WHEN = re.compile(r"(每天|每个?工作日|每?周([一二三四五六日天])|每月)")
_CLOCK = re.compile(r"(上午|早上|早晨|下午|晚上)?\s*(\d{1,2})\s*(?:[点::]\s*(半|\d{1,2})?)\s*分?")
_SPOKEN = re.compile(r"(十[一二]?|[一二三四五六七八九])(?=点)")
_HOURS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
EXAMPLE = "例如:订阅 渠道周报 周一9点 到 销售群,订阅 日报 每天 8点半"


class Unclear(ValueError):
    """What is wanted was not understood; says how to write it."""


@dataclass(frozen=True)
class Wish:
    """`every`: day (working days), 0 … 6 (Monday is 0) or month; `clock` 09:00; `to` a group's or person's name."""

    report: str
    every: str
    clock: str
    to: str
    team: str


def read_wish(words: str) -> Wish:
    """渠道周报 周一9点 到 销售群 华东. Raises Unclear."""
    text = re.sub(r"[\uff1a]", ":", words.strip())
    text = _SPOKEN.sub(lambda found: str(_HOURS.index(found[1]) + 1), text)
    name = next(
        (name for name in ("渠道", "漏斗", "归因", "排行", "龙虎榜", "日报", "周报", "月报") if name in text), None
    )
    if name is None:
        raise Unclear(f"要订阅哪张报表?有:{'、'.join(REPORTS)}。{EXAMPLE}")
    to = ""
    if (found := re.search(r"\s(?:发?到|给)\s*(\S+)\s*$", text)) is not None:
        to, text = found[1], text[: found.start()]
    clock = _CLOCK.search(text)
    hour, minute = (9, 0) if clock is None else _clock(clock)
    when = _WHEN.search(text)
    edition = "日报" if "日报" in text else "周报" if "周报" in text else "月报" if "月报" in text else ""
    if when is None:
        every = {"周报": "0", "月报": "month"}.get(edition, "day")
    elif when[2]:
        every = str(DAYS.index(when[2].replace("天", "日")))
    else:
        every = "month" if "月" in when[1] else "day"
    left = text
    for gone in (*sorted(REPORTS, key=len, reverse=True), when[0] if when else "", clock[0] if clock else ""):
        left = left.replace(gone, " ", 1) if gone else left
    return Wish(REPORTS[name], every, f"{hour:02}:{minute:02}", to, " ".join(left.split()))


def _clock(found: re.Match[str]) -> tuple[int, int]:
    hour = int(found[2]) + (12 if found[1] in ("下午", "晚上") and int(found[2]) < 12 else 0)
    minute = 30 if found[3] == "半" else int(found[3] or 0)
    if hour > 23 or minute > 59:
        raise Unclear(f"没有「{found[0].strip()}」这个时间。{EXAMPLE}")
    return hour, minute


def told(every: str, clock: str) -> str:
    """每周一 09:00."""
    when = {"day": "每个工作日", "month": "每月第一个工作日"}.get(every) or f"每周{DAYS[int(every)]}"
    return f"{when} {clock}"
