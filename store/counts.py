"""What happened at the forms, counted by day: visitors, submissions, bots that were turned away politely."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlmodel import col

from store.origin import FormCount
from store.tx import Tx

Counted = tuple[str, str, str]  # form, day (2026-03-18), kind


async def count_together(tx: Tx, counted: Sequence[Counted]) -> list[None]:
    """Add one for each of many; for `Store.together`, so that a flood shares its writes."""
    for (form, day, kind), number in Counter(counted).items():
        await tx.run(
            tx.insert(FormCount)
            .values(corp=tx.corp, form=form, day=day, kind=kind, count=number)
            .on_conflict_do_update(
                index_elements=["corp", "form", "day", "kind"], set_={"count": FormCount.count + number}
            )
        )
    return [None] * len(counted)


async def counts_between(tx: Tx, first: str, last: str) -> Mapping[str, Mapping[str, int]]:
    """form → kind → how many, of the days from `first` to `last`, both included."""
    rows = await tx.rows(
        select(col(FormCount.form), col(FormCount.kind), func.sum(col(FormCount.count)))
        .where(col(FormCount.corp) == tx.corp, col(FormCount.day) >= first, col(FormCount.day) <= last)
        .group_by(col(FormCount.form), col(FormCount.kind))
    )
    found: dict[str, dict[str, int]] = {}
    for form, kind, number in rows:
        found.setdefault(form, {})[kind] = int(number)
    return found
