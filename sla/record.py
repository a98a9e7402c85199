"""How promises were kept in a period: sales' to the lead, and marketing's to sales; by the rule each began with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from store import behind, numbers
from store.numbers import Team
from store.tx import Tx


@dataclass
class Kept:
    """How often one promise was kept and broken in the period."""

    label: str
    kept: int = 0
    broken: int = 0

    @property
    def rate(self) -> float | None:
        """The share that was kept; None when none was met or ended."""
        total = self.kept + self.broken
        return self.kept / total if total else None


@dataclass(frozen=True)
class Record:
    """Each promise by its name, all promises by member and by source, and of how many leads one was broken."""

    promises: Mapping[str, Kept] = field(default_factory=dict)
    owners: Mapping[str, Kept] = field(default_factory=dict)
    sources: Mapping[str, Kept] = field(default_factory=dict)
    misses: int = 0


@dataclass(frozen=True)
class Delivered:
    """MQLs that marketing delivered in the period, and how many of them sales gave back or called invalid by now."""

    leads: int
    returned: int

    @property
    def return_rate(self) -> float | None:
        """The share that came back; None when none was delivered."""
        return self.returned / self.leads if self.leads else None


async def record_of(
    tx: Tx, *, since: datetime, until: datetime, team: Team | None = None, labels: Mapping[str, str]
) -> Record:  # fmt: skip
    """The promises that were met or broken from `since` until `until`, as 日报 and the pages count them.

    `labels`: the promises' names for people, in the order in which they are told.
    """
    record = Record(
        await _kept(tx, since, until, "", team, labels), await _kept(tx, since, until, "rep", team, {}),
        await _kept(tx, since, until, "source", team, {}),
        (await behind.broken(tx, "", since, until, source=None, team=team, limit=1))[1],
    )  # fmt: skip
    order = [*labels, *record.promises]
    return Record(
        {name: record.promises[name] for name in dict.fromkeys(order) if name in record.promises},
        record.owners, record.sources, record.misses,
    )  # fmt: skip


async def _kept(
    tx: Tx, since: datetime, until: datetime, by: str, team: Team | None, labels: Mapping[str, str]
) -> dict[str, Kept]:  # fmt: skip
    table: dict[str, Kept] = {}
    for key, name, held, many in await numbers.promises(tx, since, until, by=by or None, team=team):
        of = str(key) if by else name
        if by and key is None:
            continue  # nobody's
        one = table.setdefault(of, Kept(labels.get(of, of)))
        one.kept += many * held
        one.broken += many * (1 - held)
    return table


async def delivered(tx: Tx, *, since: datetime, until: datetime) -> Delivered:
    """What marketing has delivered to sales: leads that became MQL in the period, as every report counts them."""
    return Delivered(*await numbers.delivered(tx, since, until))
