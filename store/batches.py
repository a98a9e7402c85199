"""Import batches as rows: made, moved on, looked up, their files kept and forgotten."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import col

from store import bulk
from store.batch import ImportBatch, ImportFlaw, ImportLead, ImportPart, ImportReturn
from store.tables import Lead
from store.tx import Tx

PART = 1 << 20  # bytes of a file in one row


async def find_batch(tx: Tx, batch_id: int) -> ImportBatch | None:
    """The batch with that number, or None."""
    return await tx.first(select(ImportBatch).where(col(ImportBatch.corp) == tx.corp, col(ImportBatch.id) == batch_id))


def digest_of(content: bytes, options: object) -> bytes:
    """A file with what was asked about it: the same again is the same."""
    return hashlib.sha256(content + repr(options).encode()).digest()


async def find_by_digest(tx: Tx, digest: bytes, state: str = "running") -> ImportBatch | None:
    """The latest batch of the very same file in a state; a running one was interrupted."""
    return await tx.first(
        select(ImportBatch)
        .where(
            col(ImportBatch.corp) == tx.corp,
            col(ImportBatch.state) == state,
            col(ImportBatch.digest) == digest,
        )
        .order_by(col(ImportBatch.id).desc())
    )


async def last_confirmed(tx: Tx, member_id: str, *, since: datetime) -> ImportBatch | None:
    """The batch that a member has confirmed last, if that was since an instant and it was not taken back."""
    return await tx.first(
        select(ImportBatch)
        .where(
            col(ImportBatch.corp) == tx.corp,
            col(ImportBatch.by) == member_id,
            col(ImportBatch.confirmed_at) >= since,
            col(ImportBatch.state).in_(("running", "done")),
        )
        .order_by(col(ImportBatch.confirmed_at).desc())
    )


async def list_batches(tx: Tx, *, before: int | None = None, limit: int = 20) -> Sequence[ImportBatch]:
    """Batches that have a file, newest first."""
    query = select(ImportBatch).where(col(ImportBatch.corp) == tx.corp, col(ImportBatch.state) != "awaited")
    if before is not None:
        query = query.where(col(ImportBatch.id) < before)
    return await tx.all(query.order_by(col(ImportBatch.id).desc()).limit(limit))


async def list_compared(tx: Tx, *, before: int, limit: int) -> Sequence[ImportBatch]:
    """The comparisons of the nights before this batch, latest first."""
    rows = await tx.all(
        select(ImportBatch)
        .where(
            col(ImportBatch.corp) == tx.corp, col(ImportBatch.state) == "compared", col(ImportBatch.id) < before,
        )
        .order_by(col(ImportBatch.id).desc())
        .limit(limit)
    )  # fmt: skip
    return [batch for batch in rows if batch.options.get("night")]


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


async def forget_awaited(tx: Tx, member_id: str) -> None:
    """Whatever page waits for a file of this member, waits no longer."""
    await tx.run(
        delete(ImportBatch).where(
            col(ImportBatch.corp) == tx.corp, col(ImportBatch.by) == member_id, col(ImportBatch.state) == "awaited"
        )
    )


async def keep_return(tx: Tx, batch_id: int, name: str, body: bytes) -> None:
    """Keep the file that goes back; an older one of this batch is replaced."""
    await forget_return(tx, batch_id)
    await tx.add(ImportReturn(corp=tx.corp, batch_id=batch_id, name=name, body=body))


async def find_return(tx: Tx, batch_id: int) -> ImportReturn | None:
    """The file that goes back, or None."""
    return await tx.first(
        select(ImportReturn).where(col(ImportReturn.corp) == tx.corp, col(ImportReturn.batch_id) == batch_id)
    )


async def forget_return(tx: Tx, batch_id: int) -> None:
    """There is nothing to give back (any more)."""
    await tx.run(delete(ImportReturn).where(col(ImportReturn.corp) == tx.corp, col(ImportReturn.batch_id) == batch_id))


async def forget_old(tx: Tx, *, before: datetime, limit: int) -> int:
    """What was given back and what was waited for goes after a while; a file nobody has decided about too."""
    old = await tx.all(
        select(col(ImportBatch.id))
        .where(
            col(ImportBatch.corp) == tx.corp, col(ImportBatch.created_at) < before,
            col(ImportBatch.state).in_(("awaited", "arriving", "asked")),
        )
        .limit(limit)
    )  # fmt: skip
    for batch_id in old:
        await forget_file(tx, batch_id or 0)
        await forget_flaws(tx, batch_id or 0)
    await tx.run(
        update(ImportBatch)
        .where(col(ImportBatch.corp) == tx.corp, col(ImportBatch.id).in_(old))
        .values(state="dropped", lease_until=None)
    )
    done = select(col(ImportBatch.id)).where(col(ImportBatch.corp) == tx.corp, col(ImportBatch.created_at) < before)
    gone = await tx.run(
        delete(ImportReturn).where(col(ImportReturn.corp) == tx.corp, col(ImportReturn.batch_id).in_(done))
    )
    return len(old) + gone.rowcount


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


async def look_again(tx: Tx, batch_id: int) -> bool:
    """Whether an undone batch left leads that are again as it had made them; these are looked at once more."""
    as_made = select(col(Lead.id)).where(
        col(Lead.corp) == tx.corp,
        col(Lead.id) == col(ImportLead.lead_id),
        col(Lead.version) == col(ImportLead.version_after),
    )
    done = await tx.run(
        update(ImportLead)
        .where(
            col(ImportLead.corp) == tx.corp, col(ImportLead.batch_id) == batch_id, col(ImportLead.kept) != "",
            as_made.exists(),
        )
        .values(kept="")
    )  # fmt: skip
    return done.rowcount > 0


async def list_left(tx: Tx, batch_id: int) -> Sequence[ImportLead]:
    """The leads that an undone batch left as they are, each with its reason."""
    return await tx.all(
        select(ImportLead)
        .where(col(ImportLead.corp) == tx.corp, col(ImportLead.batch_id) == batch_id, col(ImportLead.kept) != "")
        .order_by(col(ImportLead.lead_id))
    )
