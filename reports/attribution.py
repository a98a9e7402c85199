"""Which source a sale is owed to: the first that brought the customer, the last before it, or all of them equally."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from reports.period import Period
from store import behind
from store.numbers import Team
from store.tx import Tx

MODELS = {"first": "首次触点", "last": "末次触点", "linear": "线性分摊"}
Way = tuple[str, ...]  # the sources by which a customer came, one for each enquiry


@dataclass
class Owed:
    """What one source is owed by each model: deals, signed and paid fen."""

    source: str
    deals: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(MODELS, Fraction()))
    signed: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(MODELS, Fraction()))
    paid: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(MODELS, Fraction()))


def way_of(touches: Sequence[tuple[datetime, str]], before: datetime) -> Way:
    """The sources of the enquiries up to an instant, in order; of the first one where all came later."""
    return tuple(source for at, source in touches if at <= before) or tuple(source for _, source in touches[:1])


def credit(way: Way, model: str) -> dict[str, Fraction]:
    """source → its share of what happened at the end of a way."""
    if not way:
        return {}
    if model != "linear":
        return {way[0] if model == "first" else way[-1]: Fraction(1)}
    return {source: Fraction(many, len(way)) for source, many in Counter(way).items()}


async def attribution(tx: Tx, period: Period, *, team: Team | None = None, zone: ZoneInfo) -> list[Owed]:
    """Deals won and money received (by a team) in the period, by source, in all three models; the most owed first.

    Whole amounts are added up for each way first: there are few ways, and many deals.
    """
    begin, end = period.instants(zone)
    touches = await behind.touches(tx, begin, end, team=team)
    sums: dict[Way, Counter[str]] = {}
    for lead, fen, at in await behind.won_for_each(tx, begin, end, team=team):
        sums.setdefault(way_of(touches.get(lead, ()), at), Counter()).update(deals=1, signed=fen)
    for lead, fen, at in await behind.paid_for_each(tx, begin, end, team=team):
        sums.setdefault(way_of(touches.get(lead, ()), at), Counter()).update(paid=fen)
    owed: dict[str, Owed] = {}
    for way, amounts in sums.items():
        for model in MODELS:
            for source, part in credit(way, model).items():
                row = owed.setdefault(source, Owed(source))
                for name, amount in amounts.items():
                    getattr(row, name)[model] += part * amount
    return sorted(owed.values(), key=lambda row: (-row.signed["first"], -row.paid["first"], row.source))
