"""How much of a platform's monthly quota is used: counted by the company's own months."""

from sqlalchemy import select
from sqlmodel import col

from store.office import Usage
from store.tx import Tx


async def add_usage(tx: Tx, *, platform: str, month: str, counts: dict[str, int]) -> dict[str, int]:
    """Add to the month's counts (kind → number) and return all of them. `month` is such as 2026-11."""
    for kind, number in counts.items():
        await tx.run(
            tx.insert(Usage)
            .values(corp=tx.corp, platform=platform, month=month, kind=kind, count=number)
            .on_conflict_do_update(
                index_elements=["corp", "platform", "month", "kind"], set_={"count": Usage.count + number}
            )
        )
    return await used_in(tx, platform=platform, month=month)


async def used_in(tx: Tx, *, platform: str, month: str) -> dict[str, int]:
    """The month's counts: kind → number."""
    rows = await tx.all(
        select(Usage).where(col(Usage.corp) == tx.corp, col(Usage.platform) == platform, col(Usage.month) == month)
    )
    return {row.kind: row.count for row in rows}
