"""Opening a file that shall be imported: what it is, which column means what, and what an import of it would do."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from bot.context import Context
from leads.imports.check import Check
from leads.imports.grid import open_grid
from leads.imports.history import HistorySource, is_history
from leads.imports.source import ListSource, Options, Source, directory_of, heading_of, members_of, open_list
from store import batches
from store.batch import ImportBatch
from store.db import Store
from store.members import list_everyone

AT_ONCE = 2000  # rows looked at between two progress marks


async def open_file(
    store: Store, ctx: Context, name: str, content: bytes, *, wanted: Mapping[str, str], options: Options,
    now: datetime | None = None,
) -> Source:  # fmt: skip
    """Look what a file is and what its columns are taken for. Raises BadFile."""
    if is_history(name, content):
        return HistorySource(name, content)
    async with store.read() as tx:
        directory = directory_of(await list_everyone(tx), ctx.rules)
    return await asyncio.to_thread(
        open_list, name, content, wanted, options, directory, rules=ctx.rules, now=now or ctx.now
    )


async def open_batch(store: Store, ctx: Context, batch: ImportBatch) -> Source:
    """The file of a batch as it was kept, its columns as they were decided, or as they are guessed. Raises BadFile."""
    async with store.read() as tx:
        content = await batches.read_file(tx, batch.id or 0)
        directory = directory_of(await list_everyone(tx), ctx.rules)
    options = options_of(batch)
    if not batch.heading:
        wanted = batch.options.get("map", {})
        return await open_file(store, ctx, batch.name, content, wanted=wanted, options=options, now=batch.created_at)
    if batch.kind == "history":
        return HistorySource(batch.name, content)
    grid = await asyncio.to_thread(open_grid, batch.name, content, sheet=options.sheet)
    return ListSource(grid, heading_of(batch.heading), options, directory, rules=ctx.rules, now=batch.created_at)


async def check(store: Store, source: Source, tick: Callable[[int], None] = lambda line: None) -> Check:
    """What an import of this file would do; writes nothing."""
    async with store.read() as tx:
        found = Check(members_of(await list_everyone(tx)))
    rows = source.rows()
    while items := await asyncio.to_thread(take_rows, rows, AT_ONCE):
        async with store.read() as tx:
            await found.look_at(tx, items)
        tick(found.done_line)
    return found


def take_rows(rows: Iterator[Any], size: int) -> list[Any]:
    """The next rows, at most so many."""
    return list(islice(rows, size))


class Ahead:
    """The rows of a file, read slice by slice beside the loop; the next one may be read before it is asked for."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self._next: asyncio.Task[list[Any]] | None = None

    def prepare(self, size: int) -> None:
        """Begin to read the next slice, unless that has begun."""
        if self._next is None:
            self._next = asyncio.create_task(asyncio.to_thread(take_rows, self._rows, size))

    async def take(self, size: int) -> list[Any]:
        """The next slice, or nothing at the end. Raises BadFile."""
        self.prepare(size)
        reading, self._next = self._next, None
        assert reading is not None  # noqa: S101 - just begun
        return await reading


def options_of(batch: ImportBatch) -> Options:
    """What was asked for when the batch was opened."""
    names = Options.__dataclass_fields__
    return Options(**{name: value for name, value in batch.options.items() if name in names})
