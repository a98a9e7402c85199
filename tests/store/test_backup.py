"""What people call by its number keeps it: after a restore no number is given again, not even one that is gone."""

import shutil
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, create_engine, delete

from store import backup, restore
from store.approval import Approval
from store.db import Store
from store.deal import Opportunity
from store.order import SalesOrder
from store.quote import Quote
from store.schema import METADATA
from store.tx import Tx
from tests.conftest import KEYS, NOW

QUOTES = count(1)
ROWS: dict[str, Any] = {
    "opportunity": lambda: Opportunity(corp="acme", lead_id=1, created_at=NOW, stage_at=NOW, touched_at=NOW),
    "quote": lambda: Quote(corp="acme", opportunity_id=1, lead_id=1, state="ready", created_at=NOW),
    "sales_order": lambda: SalesOrder(
        corp="acme", opportunity_id=1, lead_id=1, quote_id=next(QUOTES), quote_version=1, amount=1, created_at=NOW
    ),
    "approval": lambda: Approval(
        corp="acme", kind="visit", subject="visit", subject_id=1, lead_id=1, rule="visit", label="visit",
        rules_version=1, asked_at=NOW, approver_id="chenjing",
    ),
}  # fmt: skip


async def add(store: Store, name: str) -> int:
    """One more row of a table; returns its number."""

    async def work(tx: Tx) -> int:
        row = ROWS[name]()
        await tx.add(row)
        return int(row.id)

    return await store.transaction(work)


@pytest.mark.only("sqlite", "postgresql")
async def test_no_number_is_given_again_after_a_restore(store: Store, tmp_path: Path) -> None:
    given: dict[str, int] = {}
    for name in ROWS:
        await add(store, name)
        given[name] = await add(store, name)
        gone = ROWS[name]().__class__
        of = [gone.corp == "acme"]  # of some the last is gone, of others all
        if name != "quote":
            of.append(gone.id == given[name])
        await store.transaction(lambda tx, gone=gone, of=of: tx.run(delete(gone).where(*of)))
    await backup.write_backup(store, tmp_path / "all.backup", files=b"", now=NOW)
    (tmp_path / "new").mkdir()
    url = f"sqlite:///{tmp_path / 'new' / 'leadbot.db'}"
    restore.restore(url, "acme", KEYS, tmp_path / "all.backup", now=NOW)
    restored = Store(url, "acme", KEYS)
    await restored.open()
    again = {name: await add(restored, name) for name in ROWS}
    await restored.close()
    assert all(again[name] > given[name] for name in ROWS), (given, again)


@pytest.mark.parametrize("known", [False, True], ids=["never analysed", "analysed"])
def test_no_slice_of_a_large_table_costs_more_than_the_one_before(template: Path, tmp_path: Path, known: bool) -> None:
    """Each goes on along the primary key; who sorts all rows for each slice needs hours for a gigabyte."""
    shutil.copy(template, tmp_path / "leadbot.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'leadbot.db'}")
    with engine.connect() as connection:
        if known:
            connection.exec_driver_sql("ANALYZE")
        for table in METADATA.sorted_tables:
            keys = [key for key in table.primary_key.columns if key.name != "corp"]
            last = tuple("a" if isinstance(key.type, String) else 5 for key in keys)
            query = str(backup.slice_of(table, "acme", last or None).compile(dialect=engine.dialect))
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", ("acme", *last, 9, 0))]
            assert len(plan) == 1 and plan[0].startswith(f"SEARCH {table.name} USING"), (table.name, plan)
    engine.dispose()
