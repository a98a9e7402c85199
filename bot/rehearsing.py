"""Rules tried out on a period that has passed: both versions live through the same days, and what differs is told."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from config.folder import Folder
from config.hours import calendar_of, calendars_of
from config.rules import Rules
from sla.colleagues import Colleagues
from sla.living import Course
from sla.rehearsal import live
from store.db import Store
from store.duty import list_absences
from store.members import list_members
from store.past import Life, list_last_lives, list_lives
from store.tx import Tx

SLICE = 5000  # leads that live through the rules together, so that turns are taken in order of time
NAMED = 200  # leads that are named of each kind


@dataclass
class Change:
    """A number under the running rules and under the file's."""

    before: int = 0
    after: int = 0

    def add(self, side: int, count: int = 1) -> None:
        """Count on the side of the running rules (0) or of the file (1)."""
        if side == 0:
            self.before += count
        else:
            self.after += count


@dataclass
class Difference:
    """What the file's rules would have made different; keys of the tables are names, members' ids, teams, sources."""

    leads: int = 0
    mql: Change = field(default_factory=Change)
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    moved: int = 0
    recycled: Change = field(default_factory=Change)
    rules: dict[str, Change] = field(default_factory=lambda: defaultdict(Change))
    pools: dict[str, Change] = field(default_factory=lambda: defaultdict(Change))
    owners: dict[str, Change] = field(default_factory=lambda: defaultdict(Change))
    clocks: dict[str, Change] = field(default_factory=lambda: defaultdict(Change))
    teams: dict[str, Change] = field(default_factory=lambda: defaultdict(Change))
    sources: dict[str, Change] = field(default_factory=lambda: defaultdict(Change))
    examples: list[dict[str, str]] = field(default_factory=list)

    def add(self, courses: Sequence[Course], teams: Sequence[Callable[[str | None], str]]) -> None:
        """One lead's two courses."""
        self.leads += 1
        for side, course in enumerate(courses):
            self.rules[course.rule].add(side)
            self.pools[course.pool].add(side)
            self.recycled.add(side, course.recycled)
            if course.mql_at is not None:
                self.mql.add(side)
                self.sources[course.lead.source].add(side)
            if course.given_to is not None:
                self.owners[course.given_to].add(side)
            for name, owner_id in course.broken:
                self.clocks[name].add(side)
                self.teams[teams[side](owner_id)].add(side)
        before, after = courses
        no = before.lead.no
        if (before.mql_at is None) != (after.mql_at is None):
            named = self.gained if after.mql_at is not None else self.lost
            if len(named) < NAMED:
                named.append(no)
        self.moved += before.pool != after.pool
        self._exemplify(no, before, after)

    def _exemplify(self, no: str, before: Course, after: Course) -> None:
        kinds = {
            "mql": ("" if before.mql_at is None else "mql", "" if after.mql_at is None else "mql"),
            "owner": (before.given_to or "", after.given_to or ""),
            "broken": (",".join(name for name, _ in before.broken), ",".join(name for name, _ in after.broken)),
            "recycled": (str(before.recycled), str(after.recycled)),
        }
        for kind, (was, would) in kinds.items():
            if was != would and sum(one["kind"] == kind for one in self.examples) < 3:
                self.examples.append({"lead": no, "kind": kind, "before": was, "after": would})

    def to_json(self) -> dict[str, Any]:
        """For programs: tables as lists, the largest first."""
        tables = ("rules", "pools", "owners", "clocks", "teams", "sources")
        found: dict[str, Any] = {"leads": self.leads, "moved": self.moved, "examples": self.examples}
        found["mql"] = asdict(self.mql) | {"gained": self.gained, "lost": self.lost}
        found["recycled"] = asdict(self.recycled)
        for name in tables:
            rows = sorted(getattr(self, name).items(), key=lambda row: (-max(row[1].before, row[1].after), row[0]))
            found[name] = [{"name": key, **asdict(change)} for key, change in rows]
        return found


async def compare(
    store: Store, running: Rules, rules: Rules, folder: Folder, *, begin: datetime | None, end: datetime | None,
    last: int, now: datetime,
) -> Difference:  # fmt: skip
    """Let the leads that came in [begin, end), or the last ones, live through both; promises are followed until now."""
    async with store.read() as tx:
        members = await list_members(tx)
        away = {member.id: await list_absences(tx, member.id) for member in members}
    today = now.astimezone(rules.zone).date()
    sides = [
        Colleagues(one, calendar_of(one, folder, today=today), calendars_of(one, folder, today=today), members, away)
        for one in (running, rules)
    ]
    found = Difference()
    after = 0
    while True:
        async with store.read() as tx:
            lives = await _read(tx, begin, end, after=after, last=last)
        courses = [await asyncio.to_thread(live, side, lives, now) for side in sides]
        for both in zip(*courses, strict=True):
            found.add(both, [side.team_of for side in sides])
        if begin is None or len(lives) < SLICE:
            return found
        after = lives[-1].lead.id or 0


async def _read(tx: Tx, begin: datetime | None, end: datetime | None, *, after: int, last: int) -> list[Life]:
    if begin is None or end is None:
        return await list_last_lives(tx, limit=last)
    return await list_lives(tx, begin, end, after=after, limit=SLICE)
