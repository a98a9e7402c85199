"""Taking an import back: what it made goes, what it changed is as before; what was touched since stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, not_, select, update
from sqlmodel import col

from config.words import FACT_LABELS
from leads.duplicates import index_company
from leads.imports import deals, spending
from leads.reached import Worked, anew
from leads.undo import stop_clocks
from store import batches, bulk, clocks, timeline
from store.batch import ImportBatch, ImportKept, ImportLead, ImportMark
from store.columns import Utc
from store.members import name_of
from store.tables import Enquiry, Lead, TimelineItem
from store.tx import Tx

SLICE = 200


async def withdraw_slice(tx: Tx, batch: ImportBatch, *, limit: int = SLICE, worked: Worked, now: datetime) -> int:
    """Take back the next leads of a batch; returns how many were looked at, 0 when all are done."""
    touched = await batches.list_untaken(tx, batch.id or 0, limit=limit)
    now_there = await bulk.read_leads(tx, [row.lead_id for row in touched], hold=True)
    gone: list[int] = []
    left_alone = set[int]()
    for row in touched:
        lead = now_there.get(row.lead_id)
        if lead is None or lead["version"] != row.version_after:
            left_alone.add(row.lead_id)
        if lead is None:
            await _leave(tx, row, "之后合并到了别的线索,或已删除")
        elif lead["version"] != row.version_after:
            await _leave(tx, row, await _last_touch(tx, batch, row.lead_id))
        elif row.made:
            gone.append(row.lead_id)
        else:
            await _restore(tx, batch, row, lead, now=now)
    for lead_id in gone:
        await index_company(tx, lead_id, before=now_there[lead_id]["company"], after="")
    await _take_back_deals(tx, batch, [row.lead_id for row in touched if row.lead_id not in left_alone])
    await deals.forget_payments_of(tx, gone)
    await bulk.delete_of_leads(tx, gone, keep=("company_gram", "import_lead", "outbox"))
    left = [row.lead_id for row in touched]
    await anew(tx, set(left) - set(gone), worked)
    await tx.run(
        delete(ImportLead).where(
            col(ImportLead.corp) == tx.corp, col(ImportLead.batch_id) == batch.id, col(ImportLead.lead_id).in_(left),
            col(ImportLead.kept) == "",
        )
    )  # fmt: skip
    if not touched:
        await spending.withdraw(tx, batch.id or 0)
        still = select(col(ImportLead.lead_id)).where(
            col(ImportLead.corp) == tx.corp, col(ImportLead.batch_id) == batch.id, col(ImportLead.kept) != ""
        )
        theirs = col(ImportKept.lead_id).in_(still) | (col(ImportKept.lead_id).is_(None) & still.exists())
        await tx.run(
            delete(ImportKept).where(
                col(ImportKept.corp) == tx.corp, col(ImportKept.batch_id) == batch.id,
                not_(func.coalesce(theirs, False)),
            )
        )  # fmt: skip
    return len(touched)


async def _take_back_deals(tx: Tx, batch: ImportBatch, lead_ids: list[int]) -> None:
    """The deals of these leads are as they were before the batch."""
    before = await tx.rows(
        select(col(ImportKept.content))
        .where(
            col(ImportKept.corp) == tx.corp, col(ImportKept.batch_id) == batch.id,
            col(ImportKept.lead_id).in_(lead_ids), col(ImportKept.kind).in_(deals.KINDS),
        )
        .order_by(col(ImportKept.line).desc())
    )  # fmt: skip
    await deals.withdraw(tx, batch.id or 0, lead_ids, [row[0] for row in before if "opportunity" in row[0]])


async def _leave(tx: Tx, row: ImportLead, why: str) -> None:
    await tx.run(
        update(ImportLead)
        .where(
            col(ImportLead.corp) == tx.corp, col(ImportLead.batch_id) == row.batch_id,
            col(ImportLead.lead_id) == row.lead_id,
        )
        .values(kept=why)
    )  # fmt: skip


async def _last_touch(tx: Tx, batch: ImportBatch, lead_id: int) -> str:
    """What happened to the lead after the batch: 之后有跟进(王磊)."""
    deeds = [kind for kind in FACT_LABELS if kind != "scored" and not kind.startswith("clock_")]
    items = await timeline.list_last(tx, lead_id, deeds, limit=30)
    since = [item for item in items if item.data.get("batch") != batch.no]
    if not since:
        return "之后资料有改动"
    who = await name_of(tx, since[0].by) if since[0].by else None
    other = since[0].data.get("batch")
    return f"之后有「{FACT_LABELS[since[0].kind]}」" + (f"({who})" if who else f"(导入 {other})" if other else "")


async def _restore(tx: Tx, batch: ImportBatch, row: ImportLead, lead: Mapping[str, Any], *, now: datetime) -> None:
    before = row.before or {"lead": {}, "pairs": []}
    await index_company(tx, row.lead_id, before=lead["company"], after=before["lead"].get("company", ""))
    await bulk.write_leads(tx, [{**lead, **_read(before["lead"]), "version": lead["version"] + 1}])
    await tx.run(  # an earlier batch can still be taken back
        update(ImportLead)
        .where(
            col(ImportLead.corp) == tx.corp, col(ImportLead.lead_id) == row.lead_id,
            col(ImportLead.batch_id) != row.batch_id, col(ImportLead.version_after) == before["lead"].get("version"),
        )
        .values(version_after=lead["version"] + 1)
    )  # fmt: skip
    await bulk.delete_identities(tx, [(kind, bytes.fromhex(blind)) for kind, blind in before["pairs"]], row.lead_id)
    for table, mark in ((Enquiry, col(Enquiry.utm)), (TimelineItem, col(TimelineItem.data))):
        query = select(col(table.id), mark).where(col(table.corp) == tx.corp, col(table.lead_id) == row.lead_id)
        rows = await tx.rows(query)
        made = [id_ for id_, data in rows if (data or {}).get("batch") == batch.no]
        if made:
            await tx.run(delete(table).where(col(table.corp) == tx.corp, col(table.id).in_(made)))
    await tx.run(
        delete(ImportMark).where(
            col(ImportMark.corp) == tx.corp, col(ImportMark.lead_id) == row.lead_id,
            col(ImportMark.batch_id) == row.batch_id,
        )
    )  # fmt: skip
    if batch.options.get("start"):
        older = [c for c in await clocks.list_of_lead(tx, row.lead_id) if c.started_at < batch.created_at]
        still = [str(c.id) for c in older if c.ended_at is None]
        await stop_clocks(tx, row.lead_id, keep={str(c.id): c.state for c in older}, still=still, now=now)


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    """A lead's values as they were kept in JSON."""
    table = bulk.table_of(Lead)
    return {
        name: datetime.fromisoformat(value) if isinstance(table.c[name].type, Utc) and value else value
        for name, value in values.items()
        if name in table.c and name not in ("id", "corp", "version")
    }
