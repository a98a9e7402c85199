"""Customers are left in peace at night: when a message may go at the earliest."""

from datetime import datetime, time, timedelta

from config.document import Document, Problem
from config.nurture import WEEKDAYS, Nurture, Window, times_of
from config.rules import Rules

ENDLESS = 15  # days that are looked through


def next_hour(channel: str, *, rules: Rules, now: datetime) -> datetime:
    """The first instant from `now` on that is neither in the quiet hours nor outside the channel's window."""
    zone = rules.zone
    local = now.astimezone(zone)
    for day in range(ENDLESS):
        date = (local + timedelta(days=day)).date()
        for begin, end in _open_spans(rules.nurture, channel, WEEKDAYS[date.weekday()]):
            opens = datetime.combine(date, begin, zone)
            closes = datetime.combine(date + timedelta(days=1), time(), zone)
            if end != time():
                closes = datetime.combine(date, end, zone)
            if now < closes:
                return max(now, opens)
    return now + timedelta(days=ENDLESS)  # a window that the quiet hours cover wholly: refused when published


def is_never_open(channel: str, nurture: Nurture) -> bool:
    """Whether a channel could never be used."""
    return not any(_open_spans(nurture, channel, day) for day in WEEKDAYS)


def closed_windows(rules: Rules, document: Document) -> list[Problem]:
    """A problem at each channel's window in which nothing could ever be sent."""
    message = f"lies wholly in the quiet hours ({rules.nurture.quiet}): nothing would ever be sent; move one of them"
    return [
        document.problem(("nurture", "windows", name), message)
        for name in rules.nurture.windows
        if is_never_open(name, rules.nurture)
    ]


def _open_spans(nurture: Nurture, channel: str, day: str) -> list[tuple[time, time]]:
    """When a channel may be used on a weekday, in order; an end of 00:00 is midnight."""
    window: Window = nurture.windows.get(channel, Window())  # type: ignore[call-overload]
    if day not in window.days:
        return []
    wanted = [times_of(span) for span in window.hours] or [(time(), time())]
    awake = _awake(nurture.quiet)
    found = []
    for begin, end in sorted(wanted):
        for wake, sleep in awake:
            start = max(begin, wake)
            stop = min(_late(end), _late(sleep))
            if _minutes(start) < stop:
                found.append((start, time(stop // 60 % 24, stop % 60)))
    return found


def _awake(quiet: str) -> list[tuple[time, time]]:
    """The rest of the day: 21:00-09:00 leaves 09:00-21:00; equal ends leave the whole day."""
    begin, end = times_of(quiet)
    if begin == end:
        return [(time(), time())]
    if begin > end:
        return [(end, begin)]
    return [(time(), begin), (end, time())] if begin != time() else [(end, time())]


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _late(end: time) -> int:
    return _minutes(end) or 24 * 60
