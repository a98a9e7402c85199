"""What commands do with imports: the same few acts inside the server (admin.sock) or alone (data/lock)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from bot.importer import Importer
from bot.opening import open_file
from leads.imports.decide import OPERATOR, batch_id_of, get_batch, take_back
from leads.imports.grid import LARGEST, too_large
from leads.imports.heading import Heading
from leads.imports.source import Options
from store import batches
from store.batch import ImportBatch

Act = Callable[[Importer, Mapping[str, Any]], Awaitable[Any]]
OPEN = ("arriving", "checking", "running", "undoing")


async def start(importer: Importer, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take a file in and begin. Raises BadFile."""
    path = Path(arguments["file"])
    options = Options(**arguments["options"])
    content = await asyncio.to_thread(read_file, path)
    ctx = await importer.context()
    source = await open_file(importer.store, ctx, path.name, content, wanted=arguments["map"], options=options)
    batch = await importer.take_in(source, options, state="running", by=None, content=content)
    return report(batch)


async def look(importer: Importer, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """How far a batch has come; when it is done, with the lines that were not used. Raises NoBatch."""
    async with importer.store.read() as tx:
        batch = await get_batch(tx, batch_id_of(str(arguments["batch"])), OPERATOR)
        found = report(batch)
        if batch.state not in OPEN:
            found["bad"] = [
                {"row": line, "reason": reason} for line, reason, _ in await batches.list_flaws(tx, batch.id or 0)
            ]
        if batch.state == "undone":
            found["left"] = [
                {"lead": f"L{row.lead_id}", "reason": row.kept} for row in await batches.list_left(tx, batch.id or 0)
            ]
    return found


async def flaws(importer: Importer, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The lines of a batch that were not used, with their cells, to be given back."""
    async with importer.store.read() as tx:
        batch = await get_batch(tx, batch_id_of(str(arguments["batch"])), OPERATOR)
        rows = await batches.list_flaws(tx, batch.id or 0)
    return {"titles": batch.heading.get("titles", []), "rows": [[line, reason, cells] for line, reason, cells in rows]}


async def undo(importer: Importer, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Begin to take a batch back. Raises Refused when it cannot be."""
    batch_id = batch_id_of(str(arguments["batch"]))
    ctx = await importer.context()
    return report(await importer.store.transaction(lambda tx: take_back(tx, batch_id, OPERATOR, now=ctx.now)))


async def listing(importer: Importer, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The latest batches."""
    async with importer.store.read() as tx:
        return [report(batch) for batch in await batches.list_batches(tx)]


IMPORTS: dict[str, Act] = {
    "import start": start,
    "import look": look,
    "import flaws": flaws,
    "import undo": undo,
    "import list": listing,
}


def report(batch: ImportBatch) -> dict[str, Any]:
    """A batch as programs see it."""
    return {
        "batch": batch.no, "state": batch.state, "file": batch.name, "rows": batch.rows, "new": batch.new,
        "updated": batch.updated, "skipped": batch.skipped, "doubts": batch.doubts, "kept": batch.kept,
        "error": batch.error, "line": batch.done_line, "lines": batch.lines,
        "at": batch.created_at.isoformat(timespec="seconds"),
    }  # fmt: skip


def read_file(path: Path) -> bytes:
    """The file's bytes; one that is too large is refused before it is read. Raises BadFile, OSError."""
    size = path.stat().st_size
    if size > LARGEST:
        raise too_large(size)
    return path.read_bytes()


def shown_heading(heading: Heading) -> list[tuple[str, str, str]]:
    """(heading, what it is taken for, an example) of every column."""
    return [
        (title or "(无列名)", dict(heading.pairs()).get(title, "") if field else "", next(
            (sample[place] for sample in heading.samples if place < len(sample) and sample[place]), ""
        ))
        for place, (title, field) in enumerate(zip(heading.titles, heading.fields, strict=True))
    ]  # fmt: skip
