"""Price lists as versions: what the commands check, publish and show in the store; a published one never changes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from bot.admin import CommandFailed
from config.folder import Folder
from config.products import ProductRow, products_of, read_products
from leads.price import yuan
from store import prices
from store.db import Store
from store.quote import Price
from store.timeline import audit
from store.tx import Tx


async def check(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the file would change; raises BadDocument when it cannot be published."""
    rows = products_of(arguments["text"], arguments["file"])
    async with store.read() as tx:
        return {"products": len(rows), "lines": await _changes(tx, rows)}


async def publish(store: Store, arguments: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The file becomes the next version, valid from a day; raises BadDocument, CommandFailed, PricesMeanwhile."""
    rows = products_of(arguments["text"], arguments["file"])
    if not rows:
        raise CommandFailed(f"{arguments['file']} names no product; fill it in, then publish again")

    async def work(tx: Tx) -> dict[str, Any]:
        lines, before = await _changes(tx, rows), await prices.latest_prices(tx)
        from_on = date.fromisoformat(str(arguments["from_on"])).isoformat()
        mark = _mark(tx, rows)
        if before is not None and (before.mark, before.from_on) == (mark, from_on):
            raise CommandFailed(f"price list {before.version} says exactly this already; nothing was published")
        by, note = str(arguments.get("by") or ""), str(arguments.get("note") or "")[:500]
        values = [_values(row) for row in rows]
        version = await prices.publish_prices(tx, values, from_on=from_on, mark=mark, by=by, note=note, now=now)
        await audit(tx, act="prices published", by=None, subject=f"price list {version}", at=now)
        return {"version": version, "from": from_on, "products": len(rows), "lines": lines}

    return await store.transaction(work)


async def history(store: Store, arguments: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """All versions, newest first."""
    async with store.read() as tx:
        return [
            {"version": one.version, "from": one.from_on, "by": one.published_by, "note": one.note,
             "at": one.published_at.isoformat(timespec="seconds")}
            for one in await prices.list_price_lists(tx)
        ]  # fmt: skip


async def publish_first(store: Store, folder: Folder, *, today: date, now: datetime) -> None:
    """A company's first start publishes its products.csv, if it names any; a later one does not look at the file.

    Raises BadDocument.
    """
    async with store.read() as tx:
        if await prices.latest_prices(tx) is not None:
            return
    rows = read_products(folder.products)

    async def work(tx: Tx) -> None:
        if await prices.latest_prices(tx) is None:
            values = [_values(row) for row in rows]
            await prices.publish_prices(
                tx, values, from_on=today.isoformat(), mark=_mark(tx, rows), by="serve", now=now
            )

    if rows:
        await store.transaction(work)


def _values(row: ProductRow) -> dict[str, Any]:
    values = {name: value for name, value in asdict(row).items() if name != "line"}
    return values | {"aliases": list(row.aliases)}


def _mark(tx: Tx, rows: Sequence[ProductRow]) -> str:
    return tx.keys.blind("prices", repr([_values(row) for row in rows])).hex()


async def _changes(tx: Tx, rows: Sequence[ProductRow]) -> list[str]:
    latest = await prices.latest_prices(tx)
    before = {one.sku: one for one in await prices.list_products(tx, latest.version)} if latest is not None else {}
    lines = [_change(row, before.get(row.sku)) for row in rows]
    now = {row.sku for row in rows}
    lines += [f"- {one.sku} {one.name}: is sold no more" for sku, one in before.items() if sku not in now]
    return [line for line in lines if line]


def _change(row: ProductRow, before: Price | None) -> str:
    if before is None:
        return f"+ {row.sku} {row.name}: {yuan(row.price)}"
    if before.price != row.price:
        return f"~ {row.sku} {row.name}: {yuan(before.price)} -> {yuan(row.price)}"
    told = _values(row)
    return f"~ {row.sku} {row.name}: other words or limits" if any(getattr(before, n) != told[n] for n in told) else ""


PRICES_OFFICE: dict[str, Callable[[Store, Mapping[str, Any], datetime], Awaitable[Any]]] = {
    "products check": check,
    "products publish": publish,
    "products history": history,
}
