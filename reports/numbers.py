"""The company's numbers, each defined once: what cards, digests, pages, files and programs tell comes from here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from reports.period import Period
from store import numbers as sums
from store.members import list_members
from store.numbers import Team
from store.tx import Tx

LADDER = ("leads", "mql", "sal", "sql", "opportunity", "won")  # furthest 0 … 5
STEPS = (*((one, two) for one, two in pairwise(LADDER)), ("mql", "sql"), ("leads", "sql"), ("leads", "won"))
GROUPS = ("source", "rep", "team", "campaign", "month")
OF_PEOPLE = ("rep", "team")
PROMISES = ("claim", "first_contact")
DAY = timedelta(days=1)
Key = str | int | None


@dataclass
class Counted:
    """What was counted for one row; money in fen. `reached[one][two]`: of those that reached `one` in the period,
    how many have reached `two` by now. `leads` and `cost` are None where they have no meaning for the grouping."""

    key: Key = None
    of_people: bool = False
    reached: dict[str, dict[str, int]] = field(
        default_factory=lambda: {one: dict.fromkeys(LADDER, 0) for one in LADDER}
    )
    automated: int = 0
    response: Fraction | float | None = None  # microseconds
    promises: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    first_contacts: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    closed: dict[str, int] = field(default_factory=lambda: {"won": 0, "lost": 0})
    signed: int = 0
    cycles: list[timedelta] = field(default_factory=list)
    cost: int | None = 0
    paid: int = 0
    pipeline: int = 0
    paid_to_date: int = 0
    customers: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing at all stands in the row."""
        return self == Counted(self.key, self.of_people, cost=self.cost) and not self.cost


def share(part: int | None, of: int | None) -> float | None:
    """0..1; None when there is nothing to divide by."""
    return part / of if part is not None and of else None


def yuan(fen: int | None) -> float | int | None:
    """Fen as a number of yuan with at most two decimals."""
    return None if fen is None else fen // 100 if fen % 100 == 0 else fen / 100


def each(fen: int | None, of: int) -> float | None:
    """Yuan for each of so many; None when there is none or no cost is known."""
    return None if fen is None or not of else fen / 100 / of


def figures(counted: Counted) -> dict[str, Any]:
    """The row as it is told: the fields of the table of definitions, in its order."""
    people = counted.of_people
    now = {one: None if people else counted.reached[one][one] for one in LADDER}
    conversions = {
        f"{'lead' if one == 'leads' else one}_to_{two}": None
        if people
        else share(counted.reached[one][two], counted.reached[one][one])
        for one, two in STEPS
    }
    won, lost = counted.closed["won"], counted.closed["lost"]
    new_customers = counted.reached["won"]["won"]
    cost = None if people else counted.cost
    return {
        "key": counted.key,
        "leads": now["leads"], "mql": now["mql"], "sal": now["sal"], "sql": now["sql"],
        "opportunities": now["opportunity"], "customers": now["won"],
        "response_minutes": None if counted.response is None else float(counted.response) / 60_000_000,
        "claim_rate": share(counted.promises[1], sum(counted.promises.values())),
        "first_contact_rate": share(counted.first_contacts[1], sum(counted.first_contacts.values())),
        **conversions,
        "won": won, "lost": lost, "win_rate": share(won, won + lost),
        "cycle_days": median(cycle / DAY for cycle in counted.cycles) if counted.cycles else None,
        "automation_rate": None if people else share(counted.automated, now["leads"]),
        "cost": yuan(cost), "cpl": each(cost, now["leads"] or 0), "cost_per_mql": each(cost, now["mql"] or 0),
        "cac": each(cost, new_customers),
        "paid": yuan(counted.paid), "signed": yuan(counted.signed),
        "roi": (counted.paid - cost) / cost if cost else None,
        "pipeline": yuan(counted.pipeline),
        "ltv": each(counted.paid_to_date, counted.customers),
    }  # fmt: skip


def middle(values: Iterable[int]) -> Fraction | None:
    """The median, exactly; None of none."""
    ordered = sorted(values)
    return Fraction(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2) if ordered else None


async def numbers(
    tx: Tx,
    period: Period,
    *,
    by: str | None = None,
    team: Team | None = None,
    teams: Mapping[str, str] | None = None,
    zone: ZoneInfo,
) -> list[Counted]:
    """What is counted in a period: one row (key None), or one for each source, campaign, rep, team or month.

    `team`: only its leads, deals and claims; `teams` tells each member's team.
    """  # fmt: skip
    if by == "month":
        found = []
        for month in period.months():
            (row,) = await numbers(tx, month, team=team, zone=zone)
            row.key = f"{month.first:%Y-%m}"
            found.append(row)
        return found
    of = (lambda member: (teams or {}).get(str(member), "")) if by == "team" else lambda key: key
    begin, end = period.instants(zone)
    asked = _Asked(tx, begin, end, "rep" if by == "team" else by, team, of, by in OF_PEOPLE)
    await asked.count(period)
    if by == "source" and team is None:
        for source in await sums.known_sources(tx):
            asked.row(source)
    if by == "rep":
        for member in await list_members(tx, role="rep"):
            if team is None or member.id in team.members:
                asked.row(member.id)
    if by is None:
        return [asked.row(None)]
    return sorted(
        (row for row in asked.rows.values() if row.key is not None),
        key=lambda row: (-row.reached["leads"]["leads"], str(row.key)),
    )


async def habits(tx: Tx, period: Period, *, team: Team | None, zone: ZoneInfo) -> list[Counted]:
    """One row for each member: first contacts and promises only, nothing about leads and money."""
    asked = _Asked(tx, *period.instants(zone), "rep", team, lambda key: key, people=True)
    await asked.count_habits()
    return [row for row in asked.rows.values() if row.key is not None]


class _Asked:
    """One report being counted."""

    def __init__(
        self, tx: Tx, begin: datetime, end: datetime, by: str | None, team: Team | None,
        of: Callable[[Key], Key], people: bool,
    ) -> None:  # fmt: skip
        self._tx, self._begin, self._end, self._by, self._team, self._of = tx, begin, end, by, team, of
        self._people = people
        self.rows: dict[Key, Counted] = {}

    def row(self, key: Key) -> Counted:
        """The row of a key."""
        return self._named(self._of(key) if self._by else None)

    def _named(self, named: Key) -> Counted:
        found = self.rows.get(named)
        if found is None:
            cost = None if self._team is not None else 0
            found = self.rows[named] = Counted(named, self._people, cost=cost)
        return found

    async def count(self, period: Period) -> None:
        """Ask for every sum."""
        tx, span = self._tx, (self._begin, self._end)
        how: dict[str, Any] = {"by": self._by, "team": self._team}
        if not self._people:
            await self._flows()
            if self._team is None:
                for key, fen in await sums.costs(tx, period.first, period.last, by=self._by):
                    self.row(key).cost = fen
        await self.count_habits()
        for key, result, many, fen in await sums.closed(tx, *span, **how):
            self.row(key).closed[result] += many
            self.row(key).signed += fen if result == "won" else 0
        for key, contact, won in await sums.cycles(tx, *span, **how):
            self.row(key).cycles.append(won - contact)
        for key, fen in await sums.pipeline(tx, *span, **how):
            self.row(key).pipeline += fen
        for key, fen in await sums.paid(tx, *span, **how):
            self.row(key).paid += fen
        for key, fen in await sums.paid(tx, None, None, **how):
            self.row(key).paid_to_date += fen
        for key, many in await sums.customers(tx, **how):
            self.row(key).customers += many

    async def count_habits(self) -> None:
        """Ask only how quickly people answered and which promises they kept."""
        span: tuple[datetime, datetime] = (self._begin, self._end)
        how: dict[str, Any] = {"by": self._by, "team": self._team}
        await self._responses()
        for key, name, held, many in await sums.promises(self._tx, *span, **how, names=PROMISES):
            row = self.row(key)
            (row.promises if name == "claim" else row.first_contacts)[held] += many

    async def _flows(self) -> None:
        for one in LADDER:
            found = await sums.flows(self._tx, one, self._begin, self._end, by=self._by, team=self._team)
            for key, further, automated in found:
                row = self.row(key)
                row.automated += automated
                for two, many in zip(LADDER, further, strict=True):
                    row.reached[one][two] += many

    async def _responses(self) -> None:
        values: dict[Key, list[int]] = {}
        for key, micro in await sums.responses(self._tx, self._begin, self._end, by=self._by, team=self._team):
            values.setdefault(self._of(key) if self._by else None, []).extend(micro)
        for named, found in values.items():
            self._named(named).response = middle(found)
