"""How a due time is counted, in words that a salesperson would use: 今天剩 40 分 + 周六补班 1 小时 20 分."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise

from config.worktime import DayPart

_WEEKDAYS = "一二三四五六日"


def explain_text(parts: Sequence[DayPart], *, today: date | None = None) -> str:
    """The arithmetic of a due time for people: `今天剩 40 分 + 周六补班 1 小时 20 分`.

    Minutes are rounded so that they add up to the rounded whole. `today` is by default the day of the first part,
    the day on which the clock started. Long rows of days are drawn together.
    """
    working = [part for part in parts if part.worked]
    if not working:
        return "不用等待"
    today = today or parts[0].day
    lead = ""
    if not parts[0].worked and parts[0].day == today:
        lead = "今天休息，" if parts[0].free else "今天已下班，"
    # Rounded on the running total, so that the parts add up.
    sums = [round(total / timedelta(minutes=1)) for total in accumulate(part.worked for part in working)]
    minutes = [total - before for before, total in pairwise([0, *sums])]
    words = [_name(part, today) + _hours(length) for part, length in zip(working, minutes, strict=True)]
    if len(words) > 1 and working[0].day == today:
        words[0] = f"{_name(working[0], today)}剩{_hours(minutes[0])}"
    if len(words) > 4:
        words[1:-1] = [f"中间 {len(words) - 2} 个工作日共{_hours(sum(minutes[1:-1]))}"]
    return lead + " + ".join(words)


def _name(part: DayPart, today: date) -> str:
    weekday = f"周{_WEEKDAYS[part.day.weekday()]}"
    if part.day == today:
        name = "今天"
    elif 0 < (part.day - today).days < 7:
        name = weekday
    else:
        name = f"{part.day.month}月{part.day.day}日{weekday}"
    return name + ("补班" if part.makeup else "")


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    words = ([f"{hours} 小时"] if hours else []) + ([f"{rest} 分"] if rest else [])
    return " " + " ".join(words) if words else "不到 1 分"
