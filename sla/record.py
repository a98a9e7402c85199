"""How promises were kept in a period: sales' to the lead, and marketing's to sales; by the rule each began with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from store import clocks, owned, timeline
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
    """Each promise by its name, all promises by owner and by source, and the leads whose promise was broken."""

    promises: Mapping[str, Kept] = field(default_factory=dict)
    owners: Mapping[str, Kept] = field(default_factory=dict)
    sources: Mapping[str, Kept] = field(default_factory=dict)
    misses: tuple[int, ...] = ()


@dataclass(frozen=True)
class Delivered:
    """MQLs that marketing delivered in the period, and how many of them sales gave back or called invalid by now."""

    leads: int
    returned: int

    @property
    def return_rate(self) -> float | None:
        """The share that came back; None when none was delivered."""
        return self.returned / self.leads if self.leads else None


async def record_of(tx: Tx, *, since: datetime, until: datetime, team: Sequence[str] | None = None) -> Record:
    """The promises that were met or broken from `since` until `until`; `team` are the owners that count (all)."""
    promises: dict[str, Kept] = {}
    owners: dict[str, Kept] = {}
    sources: dict[str, Kept] = {}
    misses: dict[int, None] = {}
    settled = await clocks.list_settled(tx, since=since, until=until)
    known = await owned.owners_and_sources(tx, sorted({clock.lead_id for clock in settled}))
    for clock in settled:
        owner, source = known.get(clock.lead_id, ("", ""))
        broken = not clock.held
        if team is not None and owner and owner not in team:
            continue
        for table, key, label in (
            (promises, clock.name, str(clock.rule.get("label", clock.name))),
            (owners, owner, ""),
            (sources, source, source),
        ):
            one = table.setdefault(key, Kept(label))
            one.kept += not broken
            one.broken += broken
        if broken:
            misses[clock.lead_id] = None
    owners.pop("", None)
    return Record(promises, owners, sources, tuple(misses))


async def delivered(tx: Tx, *, since: datetime, until: datetime) -> Delivered:
    """What marketing has delivered to sales, by the facts of the leads' stories."""
    given = await timeline.leads_with(tx, "mql", since=since, until=until)
    returned: set[int] = set()
    for first in range(0, len(given), 500):
        for kind in ("released", "disqualified"):
            returned |= {
                item.lead_id for item in await timeline.list_since(tx, given[first : first + 500], kind, since)
            }
    return Delivered(len(given), len(returned))
