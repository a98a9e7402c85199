"""How far a re-check of all leads has come, and what it reads: a slice of leads with all they are known by."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from store.office import Property
from store.tables import CompanyGram, Identity, Lead
from store.tx import Tx

NAME = "recheck"
LISTED = 200  # pairs that are kept to be looked at


@dataclass(frozen=True)
class Recheck:
    """A re-check: up to which lead it has come (`at`), which is the last, and what it has found.

    `twins` are leads that share a way to reach them, `alike` those of one name in one company; `bound` counts ways
    to reach somebody that were not known as such.
    """

    started_at: str
    by: str | None
    last: int
    total: int
    at: int = 0
    checked: int = 0
    bound: int = 0
    twins: int = 0
    alike: int = 0
    pairs: tuple[tuple[int, int, str], ...] = field(default_factory=tuple)
    ended_at: str | None = None

    @property
    def share(self) -> int:
        """Per cent done."""
        return 100 if self.ended_at or not self.total else min(99, 100 * self.checked // self.total)


async def find(tx: Tx) -> Recheck | None:
    """The last re-check, running or ended; None when there never was one."""
    row = await tx.first(select(col(Property.value)).where(col(Property.corp) == tx.corp, col(Property.name) == NAME))
    if row is None:
        return None
    values = json.loads(row)
    return Recheck(**{**values, "pairs": tuple((a, b, why) for a, b, why in values["pairs"])})


async def keep(tx: Tx, recheck: Recheck) -> None:
    """Write down how far it has come."""
    value = json.dumps(asdict(recheck))
    await tx.run(
        tx.insert(Property)
        .values(corp=tx.corp, name=NAME, value=value)
        .on_conflict_do_update(index_elements=["corp", "name"], set_={"value": value})
    )


async def begin(tx: Tx, *, by: str | None, now: datetime) -> Recheck:
    """Start a re-check of all leads that are there now; one that runs goes on."""
    running = await find(tx)
    if running is not None and running.ended_at is None:
        return running
    rows = await tx.rows(select(func.count(), func.max(col(Lead.id))).where(col(Lead.corp) == tx.corp))
    total, last = rows[0]
    started = Recheck(started_at=now.isoformat(), by=by, last=last or 0, total=total)
    await keep(tx, started)
    tx.wake("recheck")
    return started


async def last_lead(tx: Tx) -> int:
    """The highest number of a lead that there is now; 0 without any."""
    rows = await tx.rows(select(func.max(col(Lead.id))).where(col(Lead.corp) == tx.corp))
    return int(rows[0][0] or 0)


async def list_slice(tx: Tx, after: int, last: int, limit: int) -> Sequence[Lead]:
    """The next leads in order of their number."""
    return await tx.all(
        select(Lead)
        .where(col(Lead.corp) == tx.corp, col(Lead.id) > after, col(Lead.id) <= last)
        .order_by(col(Lead.id))
        .limit(limit)
    )


async def list_keys(tx: Tx, first: int, last: int) -> set[tuple[int, str, bytes]]:
    """(lead, kind, hash) of everything by which these leads are known."""
    rows = await tx.rows(
        select(col(Identity.lead_id), col(Identity.kind), col(Identity.hash)).where(
            col(Identity.corp) == tx.corp, col(Identity.lead_id).between(first, last)
        )
    )
    return {(lead_id, kind, bytes(mark)) for lead_id, kind, mark in rows}


async def list_same(tx: Tx, grams: Collection[str], names: Collection[str]) -> list[tuple[str, int, str, str]]:
    """(piece, lead, its person, its company) of the leads that have one of these companies and one of these names."""
    if not grams or not names:
        return []
    rows = await tx.rows(
        select(col(CompanyGram.gram), col(Lead.id), col(Lead.name), col(Lead.company))
        .join(Lead, (col(Lead.id) == col(CompanyGram.lead_id)) & (col(Lead.corp) == col(CompanyGram.corp)))
        .where(col(CompanyGram.corp) == tx.corp, col(CompanyGram.gram).in_(grams), col(Lead.name).in_(names))
    )
    return [(gram, int(lead_id), name, company) for gram, lead_id, name, company in rows]


async def list_indexed(tx: Tx, grams: Collection[str], first: int, last: int) -> set[tuple[str, int]]:
    """Which of these leads are in the index of company names under these pieces."""
    if not grams:
        return set()
    rows = await tx.rows(
        select(col(CompanyGram.gram), col(CompanyGram.lead_id)).where(
            col(CompanyGram.corp) == tx.corp, col(CompanyGram.gram).in_(grams),
            col(CompanyGram.lead_id).between(first, last),
        )
    )  # fmt: skip
    return {(gram, int(lead_id)) for gram, lead_id in rows}
