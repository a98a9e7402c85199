"""The command that tells until when a promise must be kept, and how that was counted."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from config.arithmetic import explain_text
from config.holidays import unknown_years, unknown_years_text
from config.worktime import WorkCalendar, parse_span


def due(calendar: WorkCalendar, start: str, within: str, *, as_json: bool) -> str:
    """What `due DIR --start … --within …` prints: the due time as ISO in the calendar's zone, then its arithmetic.

    `start` is ISO with any offset or Z, `within` is Nm, Nh or Nd of working time. A year without official holiday data
    adds a line that begins with WARNING. With `as_json` one JSON object: due, start, within, zone, text, parts (day,
    minutes, makeup) and warnings. ValueError with cause and cure: no ISO instant, no offset, out of reach, no span.
    """
    span = parse_span(within)
    begun = _instant(start)
    until = calendar.due(begun, span)
    parts = calendar.explain(begun, until)
    text = explain_text(parts)
    warnings = [unknown_years_text(years)] if (years := unknown_years(calendar, begun, until)) else []
    if not as_json:
        return "\n".join([_iso(until), text, *(f"WARNING {_warning(years)} ({line})" for line in warnings)])
    answer = {
        "due": _iso(until),
        "start": _iso(begun.astimezone(calendar.zone)),
        "within": str(span),
        "zone": calendar.zone.key,
        "text": text,
        "parts": [
            {"day": part.day.isoformat(), "minutes": part.worked / timedelta(minutes=1), "makeup": part.makeup}
            for part in parts
            if part.worked
        ],
        "warnings": warnings,
    }
    return json.dumps(answer, ensure_ascii=False)


def stretches(pairs: Sequence[Sequence[str]]) -> list[tuple[datetime, datetime]]:
    """The stretches of time (ISO instants, from and until) in which somebody is away."""
    return [(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in pairs]


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"--start {text!r} is no ISO time: write it like 2026-09-30T17:10+08:00") from None
    if at.utcoffset() is None:
        raise ValueError(f"--start {text!r} has no UTC offset: add one, like 2026-09-30T17:10+08:00 or …T09:10Z")
    return at


def _iso(at: datetime) -> str:
    """To the minute, or to the second where there are any; part of a second counts as a whole one, never as none."""
    if at.microsecond:
        at += timedelta(microseconds=1_000_000 - at.microsecond)
    return at.isoformat(timespec="seconds" if at.second else "minutes")


def _warning(years: list[int]) -> str:
    names = "、".join(map(str, years))
    return f"{names} 年还没有官方放假安排，以上只按周末和固定节日推算，不含调休补班，请勿当作最终时间"
