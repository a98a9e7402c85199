"""Looking prices up: the version that holds on a day, its products, what is in stock."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from store.quote import Credit, Price, PriceList, Stock
from store.tx import Tx
from store.writer import Refusal


class PricesMeanwhile(Refusal):
    """Somebody else has published prices at the same moment."""


async def latest_prices(tx: Tx) -> PriceList | None:
    """The version that was published last, whether it holds already or not."""
    return await tx.first(
        select(PriceList).where(col(PriceList.corp) == tx.corp).order_by(col(PriceList.version).desc())
    )


async def prices_on(tx: Tx, day: str) -> PriceList | None:
    """The version that holds on a day (2026-06-01): the last published of those that have begun."""
    return await tx.first(
        select(PriceList)
        .where(col(PriceList.corp) == tx.corp, col(PriceList.from_on) <= day)
        .order_by(col(PriceList.version).desc())
    )


async def list_price_lists(tx: Tx) -> Sequence[PriceList]:
    """All versions, newest first."""
    return await tx.all(select(PriceList).where(col(PriceList.corp) == tx.corp).order_by(col(PriceList.version).desc()))


async def list_products(tx: Tx, version: int) -> Sequence[Price]:
    """The products of a version by their numbers."""
    return await tx.all(
        select(Price).where(col(Price.corp) == tx.corp, col(Price.version) == version).order_by(col(Price.sku))
    )


async def publish_prices(
    tx: Tx, rows: Sequence[Mapping[str, Any]], *, from_on: str, mark: str, by: str, note: str = "", now: datetime
) -> int:
    """Keep a new version; returns its number. Raises PricesMeanwhile."""
    found = await tx.rows(select(func.max(col(PriceList.version))).where(col(PriceList.corp) == tx.corp))
    version = int(found[0][0] or 0) + 1
    made = await tx.run(
        tx.insert(PriceList)
        .values(corp=tx.corp, version=version, from_on=from_on, note=note, mark=mark, published_at=now, published_by=by)
        .on_conflict_do_nothing(index_elements=["corp", "version"])
    )
    if made.rowcount != 1:
        raise PricesMeanwhile(f"price list {version} was published a moment ago; look at it: products history DIR")
    for at in range(0, len(rows), 100):
        await tx.run(
            tx.insert(Price).values([{"corp": tx.corp, "version": version, **row} for row in rows[at : at + 100]])
        )
    return version


async def stock_of(tx: Tx, skus: Sequence[str]) -> dict[str, Stock]:
    """sku → what is known to be there; nothing for those of which no system ever told."""
    if not skus:
        return {}
    rows = await tx.all(select(Stock).where(col(Stock.corp) == tx.corp, col(Stock.sku).in_(skus)))
    return {row.sku: row for row in rows}


async def note_stock(tx: Tx, sku: str, count: int, *, source: str, at: datetime) -> bool:
    """Keep what a system says is there (thousandths); False when something newer is known."""
    values = {"count": count, "source": source, "at": at}
    statement = tx.insert(Stock).values(corp=tx.corp, sku=sku, **values)
    kept = statement.on_conflict_do_update(
        index_elements=["corp", "sku"], set_=values, where=col(Stock.at) <= at
    )  # fmt: skip
    return (await tx.run(kept)).rowcount == 1


async def credit_of(tx: Tx, lead_id: int) -> Credit | None:
    """What a customer may owe us; None when nobody has said."""
    return await tx.first(select(Credit).where(col(Credit.corp) == tx.corp, col(Credit.lead_id) == lead_id))


async def note_credit(tx: Tx, lead_id: int, *, most: int, used: int, source: str, by: str | None, at: datetime) -> bool:
    """Keep it; False when something newer is known."""
    values = {"most": most, "used": used, "source": source, "by": by, "at": at}
    statement = tx.insert(Credit).values(corp=tx.corp, lead_id=lead_id, **values)
    kept = statement.on_conflict_do_update(index_elements=["corp", "lead_id"], set_=values, where=col(Credit.at) <= at)
    return (await tx.run(kept)).rowcount == 1
