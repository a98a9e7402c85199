"""Import batches as rows: made, moved on, looked up, their files kept and forgotten."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from store import bulk
from store.batch import ImportBatch, ImportFlaw, ImportLead, ImportPart
from store.tx import Tx

PART = 1 << 20  # bytes of a file in one row


async def find_batch(tx: Tx, batch_id: int) -> ImportBatch | None:
    """The batch with that number, or None."""
    return await tx.first(select(ImportBatch).where(col(ImportBatch.corp) == tx.corp, col(ImportBatch.id) == batch_id))


async def find_unfinished(tx: Tx, digest: bytes) -> ImportBatch | None:
    """A batch of the very same file that was interrupted."""
    return await tx.first(
        select(ImportBatch)
        .where(
            col(ImportBatch.corp) == tx.corp,
            col(ImportBatch.state) == "running",
            col(ImportBatch.digest) == digest,
        )
        .order_by(col(ImportBatch.id).desc())
    )


async def list_batches(tx: Tx, *, before: int | None = None, limit: int = 20) -> Sequence[ImportBatch]:
    """Batches, newest first."""
    query = select(ImportBatch).where(col(ImportBatch.corp) == tx.corp)
    if before is not None:
        query = query.where(col(ImportBatch.id) < before)
    return await tx.all(query.order_by(col(ImportBatch.id).desc()).limit(limit))


async def move(tx: Tx, batch_id: int, *states: str, **values: Any) -> bool:
    """Change a batch that is in one of these states; False when it is not (any more)."""
    result = await tx.run(
        update(ImportBatch)
        .where(col(ImportBatch.corp) == tx.corp, col(ImportBatch.id) == batch_id, col(ImportBatch.state).in_(states))
        .values(**values)
    )
    return result.rowcount == 1


async def keep_part(tx: Tx, batch_id: int, number: int, body: bytes) -> None:
    """Keep a piece of the file."""
    await bulk.insert_rows(tx, ImportPart, [{"corp": tx.corp, "batch_id": batch_id, "number": number, "body": body}])


async def read_file(tx: Tx, batch_id: int) -> bytes:
    """The whole file of a batch; empty when it was forgotten."""
    parts = await tx.all(
        select(col(ImportPart.body))
        .where(col(ImportPart.corp) == tx.corp, col(ImportPart.batch_id) == batch_id)
        .order_by(col(ImportPart.number))
    )
    return b"".join(parts)


async def forget_file(tx: Tx, batch_id: int) -> None:
    """The batch has come to an end: its file is not needed any more."""
    await tx.run(delete(ImportPart).where(col(ImportPart.corp) == tx.corp, col(ImportPart.batch_id) == batch_id))


async def add_flaws(tx: Tx, batch_id: int, flaws: Sequence[tuple[int, str, Sequence[str]]]) -> None:
    """Keep lines that could not be used: (line, reason, cells)."""
    rows = [
        {"corp": tx.corp, "batch_id": batch_id, "line": line, "content": {"reason": reason, "cells": list(cells)}}
        for line, reason, cells in flaws
    ]
    await bulk.add_rows(tx, ImportFlaw, rows, ("corp", "batch_id", "line"))


async def forget_flaws(tx: Tx, batch_id: int) -> None:
    """What a check found is found again by the import itself."""
    await tx.run(delete(ImportFlaw).where(col(ImportFlaw.corp) == tx.corp, col(ImportFlaw.batch_id) == batch_id))


async def list_flaws(tx: Tx, batch_id: int, *, limit: int = 1_100_000) -> list[tuple[int, str, list[str]]]:
    """(line, reason, cells) of the lines that could not be used, in order."""
    rows = await tx.rows(
        select(col(ImportFlaw.line), col(ImportFlaw.content))
        .where(col(ImportFlaw.corp) == tx.corp, col(ImportFlaw.batch_id) == batch_id)
        .order_by(col(ImportFlaw.line))
        .limit(limit)
    )
    return [(line, content["reason"], content["cells"]) for line, content in rows]


async def list_untaken(tx: Tx, batch_id: int, *, limit: int) -> Sequence[ImportLead]:
    """What a batch made and changed and has not been looked at yet while it is taken back."""
    return await tx.all(
        select(ImportLead)
        .where(col(ImportLead.corp) == tx.corp, col(ImportLead.batch_id) == batch_id, col(ImportLead.kept) == "")
        .order_by(col(ImportLead.lead_id))
        .limit(limit)
    )


async def list_left(tx: Tx, batch_id: int) -> Sequence[ImportLead]:
    """The leads that an undone batch left as they are, each with its reason."""
    return await tx.all(
        select(ImportLead)
        .where(col(ImportLead.corp) == tx.corp, col(ImportLead.batch_id) == batch_id, col(ImportLead.kept) != "")
        .order_by(col(ImportLead.lead_id))
    )


async def count_touched(tx: Tx, batch_id: int) -> int:
    """How many leads a batch made or changed."""
    rows = await tx.rows(
        select(func.count()).where(col(ImportLead.corp) == tx.corp, col(ImportLead.batch_id) == batch_id)
    )
    return int(rows[0][0])
