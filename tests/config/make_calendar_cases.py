"""Makes tests/data/calendar_cases.csv: due times counted minute by minute over the notices' table, by no code of ours.

Run as `python -m tests.config.make_calendar_cases`. It reads the days from config/holidays.csv, which a test compares
with a second source, and knows nothing of config/worktime.py.
"""

import csv
import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "data" / "calendar_cases.csv"
OFFICE = [(540, 720), (810, 1080)]  # minutes of the day: 09:00-12:00 and 13:30-18:00
NIGHT = {0: [(1320, 1440)], 1: [(0, 360), (1320, 1440)], 2: [(0, 360), (1320, 1440)], 3: [(0, 360), (1320, 1440)],
         4: [(0, 360), (1320, 1440)], 5: [(0, 360)]}  # fmt: skip
CYCLE = [[(480, 960)], [(480, 960)], [(960, 1440)], [(960, 1440)], [], []]
CYCLE_FROM = date(2024, 1, 1)
LEAVE = [
    ("2024-02-08T13:30+08:00", "2024-02-19T00:00+08:00"),
    ("2025-05-06T00:00+08:00", "2025-05-07T12:00+08:00"),
    ("2026-03-18T00:00+08:00", "2026-03-21T00:00+08:00"),
    ("2026-09-29T10:00+08:00", "2026-09-29T16:00+08:00"),
]  # fmt: skip


def kinds() -> dict[date, str]:
    """The days of the notices: free, or make-up workday."""
    with (ROOT / "config" / "holidays.csv").open(encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(lines)}


KINDS = kinds()


def hours(calendar: str, day: date) -> list[tuple[int, int]]:
    """The periods of a day on the wall of that calendar."""
    week = OFFICE if day.weekday() < 5 else []
    if calendar in ("office", "leave"):
        return {"free": [], "make-up workday": OFFICE}.get(KINDS.get(day, ""), week)
    if calendar == "night":
        return NIGHT.get(day.weekday(), [])
    if calendar == "shifts":
        return CYCLE[(day - CYCLE_FROM).days % len(CYCLE)]
    return week  # new_york, tokyo: no Chinese holidays


ZONES = {"new_york": "America/New_York", "tokyo": "Asia/Tokyo"}


def due(calendar: str, start: datetime, amount: int, unit: str) -> datetime | None:
    """The first whole minute by which the time has passed; None when it does not end on one."""
    zone = ZoneInfo(ZONES.get(calendar, "Asia/Shanghai"))
    away = [tuple(map(datetime.fromisoformat, pair)) for pair in LEAVE] if calendar == "leave" else []
    at, need, got = start.astimezone(UTC), Fraction(amount * (60 if unit == "h" else 1)), Fraction(0)
    while True:
        local = at.astimezone(zone)
        periods = hours(calendar, local.date())
        now = local.hour * 60 + local.minute
        at += timedelta(minutes=1)
        if not any(a <= now < b for a, b in periods) or any(s < at <= e for s, e in away):
            continue
        got += Fraction(1, sum(b - a for a, b in periods)) if unit == "d" else 1
        if got == need:
            return at.astimezone(zone)
        if got > need:
            return None


def main() -> None:
    """Write the table: days around every notice, lunch, midnight, leap day, leave, shifts, clock changes."""
    chance = random.Random(8)
    edges = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 12, 31), date(2025, 12, 31), *KINDS]
    clocks = [(8, 59), (9, 0), (11, 50), (12, 0), (12, 45), (13, 30), (17, 20), (17, 59), (18, 0), (23, 59), (0, 0)]
    changes = [date(2024, 3, 8), date(2024, 11, 1), date(2025, 3, 7), date(2025, 10, 31), date(2026, 3, 6)]
    wanted = {"office": 100, "leave": 30, "night": 15, "shifts": 20, "new_york": 25, "tokyo": 10}
    rows: list[tuple[str, str, str, str]] = []
    for calendar, count in wanted.items():
        zone = ZoneInfo(ZONES.get(calendar, "Asia/Shanghai"))
        days = changes if calendar == "new_york" else edges
        if calendar == "leave":
            days = [datetime.fromisoformat(since).date() - timedelta(days=n) for since, _ in LEAVE for n in (0, 1)]
        while count:
            day = chance.choice(days) - timedelta(days=chance.choice((0, 0, 1)))
            start = datetime(day.year, day.month, day.day, *chance.choice(clocks), tzinfo=zone)
            amount, unit = chance.choice([(30, "m"), (2, "h"), (2, "h"), (1, "d"), (24, "h"), (3, "d"), (8, "h")])
            if start.year not in (2024, 2025, 2026) or (found := due(calendar, start, amount, unit)) is None:
                continue
            begin, end = (at.isoformat(timespec="minutes") for at in (start, found))
            row = (calendar, begin, f"{amount}{unit}", end)
            if found.year <= 2026 and row not in rows:
                rows.append(row)
                count -= 1
    with CASES.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("calendar", "start", "within", "due"), *rows])


if __name__ == "__main__":
    main()
