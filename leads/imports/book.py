"""One slice of a list goes into the store: people, their story, and the lines that could not be used."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.rules import Rules
from leads.facts import Fact
from leads.imports.entry import book_row
from leads.imports.ledger import Ledger
from leads.imports.row import Flaw, Row
from leads.reached import Worked
from store import batches, lease
from store.batch import ImportBatch
from store.tx import Tx

CROSSED = "联系方式分属 L{0} 和 L{1},可能是同一个人,发「对比 L{0} L{1}」看看"
MOST_DOUBTS = 200  # different ones that are told; beyond it they are counted together

Item = tuple[Row | Flaw, Sequence[str]]


class BatchTaken(Exception):
    """Another process works on this batch now."""


@dataclass(frozen=True)
class Booked:
    """The batch's counts after a slice, and what is to be reacted to."""

    counts: Mapping[str, Any]
    facts: Sequence[Fact] = ()


async def book_slice(
    tx: Tx, batch: ImportBatch, items: Sequence[Item], *, rules: Rules, worked: Worked, now: datetime
) -> Booked:
    """Book the rows of a slice and note how far the batch has come, in one transaction.

    Raises BatchTaken when this process does not hold the batch any more; then nothing is written.
    """
    rows = [row for row, _ in items if isinstance(row, Row)]
    flaws = [(flaw.line, flaw.reason, cells) for flaw, cells in items if isinstance(flaw, Flaw)]
    options = batch.options
    ledger = Ledger(
        tx, batch_id=batch.id or 0, rules=rules, start=bool(options.get("start")),
        overwrite=bool(options.get("overwrite")), worked=worked, now=now,
    )  # fmt: skip
    await ledger.look_up([pair for row in rows for pair in row.pairs], [row.mark for row in rows], most_new=len(rows))
    for row in rows:
        book_row(ledger, row)
    counts = {
        "done_line": items[-1][0].line,
        "rows": batch.rows + len(items),
        "new": batch.new + ledger.new,
        "updated": batch.updated + ledger.updated,
        "skipped": batch.skipped + len(flaws),
        "doubts": more_doubts(batch.doubts, rows, [CROSSED.format(*pair) for pair in sorted(ledger.crossed)]),
    }
    if not await lease.hold(tx, batch, lease_until=now + tx.takeover, **counts):
        raise BatchTaken
    await ledger.write()
    await batches.add_flaws(tx, batch.id or 0, flaws)
    return Booked(counts, ledger.facts if options.get("start") else ())


def more_doubts(doubts: Mapping[str, int], rows: Sequence[Row], crossed: Sequence[str] = ()) -> dict[str, int]:
    """What was not understood and how often, the rows of this slice included, and who may be whom."""
    found = Counter({**doubts, **dict.fromkeys(crossed, 1)})
    for row in rows:
        for doubt in row.doubts:
            found[doubt if doubt in found or len(found) < MOST_DOUBTS else "其他"] += 1
    return dict(found)
