"""Which source a sale is owed to: the first that brought the customer, the last before it, or all of them equally."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from reports.period import Period
from store import behind
from store.tx import Tx

MODELS = {"first": "首次触点", "last": "末次触点", "linear": "线性分摊"}


@dataclass
class Owed:
    """What one source is owed by each model: deals, signed and paid fen."""

    source: str
    deals: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(MODELS, Fraction()))
    signed: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(MODELS, Fraction()))
    paid: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(MODELS, Fraction()))


def credit(touches: Sequence[tuple[datetime, str]], before: datetime, model: str) -> dict[str, Fraction]:
    """source → its share of what happened at `before`, by the enquiries up to then (else the first one)."""
    counted = [source for at, source in touches if at <= before] or [source for _, source in touches[:1]]
    if not counted:
        return {}
    if model != "linear":
        return {counted[0] if model == "first" else counted[-1]: Fraction(1)}
    shares: dict[str, Fraction] = {}
    for source in counted:
        shares[source] = shares.get(source, Fraction()) + Fraction(1, len(counted))
    return shares


async def attribution(tx: Tx, period: Period, *, zone: ZoneInfo) -> list[Owed]:
    """Deals won and money received in the period, by source, in all three models; the most owed first."""
    begin, end = period.instants(zone)
    won = await behind.won_with_touches(tx, begin, end)
    paid = await behind.paid_for_each(tx, begin, end)
    touches = await behind.touches(tx, sorted({lead for _, lead, _, _ in won} | {lead for lead, _, _ in paid}))
    owed: dict[str, Owed] = {}

    def give(lead: int, at: datetime, amounts: Iterable[tuple[str, int]]) -> None:
        for model in MODELS:
            for source, share in credit(touches.get(lead, ()), at, model).items():
                row = owed.setdefault(source, Owed(source))
                for name, amount in amounts:
                    getattr(row, name)[model] += share * amount

    for _, lead, fen, at in won:
        give(lead, at, (("deals", 1), ("signed", fen)))
    for lead, fen, at in paid:
        give(lead, at, (("paid", fen),))
    return sorted(owed.values(), key=lambda row: (-row.signed["first"], -row.paid["first"], row.source))
