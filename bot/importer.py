"""Imports at work: a file is taken in, looked at, booked slice by slice and taken back, beside the daily work."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

import structlog

from bot.context import Context
from bot.outgoing import ring
from bot.pipeline import tell
from config.telling import told
from leads.errors import BadFile, Unusable
from leads.imports.book import BatchTaken, Booked, book_slice
from leads.imports.check import Check
from leads.imports.grid import open_grid
from leads.imports.history import HistorySource, is_history
from leads.imports.replay import replay_slice
from leads.imports.source import ListSource, Options, Source, directory_of, heading_of, open_list
from leads.imports.withdraw import withdraw_slice
from leads.rights import Who
from store import batches, crash, lease
from store.batch import ImportBatch
from store.db import Store
from store.members import find_member, list_everyone
from store.timeline import audit
from store.tx import Tx

log = structlog.get_logger()

BESIDE = 0.015  # seconds of the writer that a slice may take while people work
ALONE = 2.0  # and while nobody else is there
SMALLEST, LARGEST = 20, 2000  # rows a slice
STRETCH = 1.0  # seconds of slices before the worker looks whether it shall stop
MOST_CHECKED_FLAWS = 50_000  # lines that a check remembers to give back


CANNOT_UNDO = {
    "undone": "{} 已经撤销过了。",
    "asked": "{} 还没有导入,不用撤销。",
    "checking": "{} 还在检查,不用撤销。",
    "dropped": "{} 已经取消,没有导入过。",
}


class Importer:
    """Works on one batch at a time; every slice is one transaction that also notes how far it has come."""

    def __init__(
        self,
        store: Store,
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        *,
        share: float = BESIDE,
    ) -> None:
        self.store = store
        self.share = share
        self.context = context
        self._now = now
        self._monotonic = monotonic
        self._size = 100
        self._opened: tuple[int, int, Iterator[Any]] | None = None  # batch, its last line, the rows behind it

    async def open(self, name: str, content: bytes, *, wanted: Mapping[str, str], options: Options) -> Source:
        """Look what a file is and what its columns are taken for. Raises BadFile."""
        if is_history(name, content):
            return HistorySource(name, content)
        ctx = await self.context()
        async with self.store.read() as tx:
            directory = directory_of(await list_everyone(tx), ctx.rules)
        return await asyncio.to_thread(
            open_list, name, content, wanted, options, directory, rules=ctx.rules, now=ctx.now
        )

    async def take_in(
        self, source: Source, options: Options, *, state: str, by: Who | None, content: bytes, asked: str = ""
    ) -> ImportBatch:
        """Keep a file and begin (state running), or look at it first (checking). An interrupted one is gone on with."""
        digest = hashlib.sha256(content + repr(options).encode()).digest()
        batch = ImportBatch(
            corp=self.store.corp, kind=source.kind, name=source.name[:200], digest=digest,
            heading=source.heading_kept(), options={**asdict(options), "asked": asked}, state="arriving",
            by=by.id if by is not None else None, created_at=self._now(), run_at=self._now(),
            lines=content.count(b"\n") if source.is_text else 0,
        )  # fmt: skip

        async def begin(tx: Tx) -> ImportBatch:
            unfinished = await batches.find_unfinished(tx, digest)
            if unfinished is not None:
                return unfinished
            row = ImportBatch(**batch.model_dump())
            await tx.add(row)
            await audit(tx, act="import", by=batch.by, subject=row.no, at=self._now(), name=batch.name)
            return row

        row = await self.store.transaction(begin)
        if row.state != "arriving":
            return row
        for number, start in enumerate(range(0, len(content), batches.PART)):
            part = content[start : start + batches.PART]
            await self.store.transaction(partial(_keep_part, row.id or 0, number, part))

        async def arrived(tx: Tx) -> None:
            await batches.move(tx, row.id or 0, "arriving", state=state)
            tx.wake("imports")

        await self.store.transaction(arrived)
        row.state = state
        return row

    async def check(self, source: Source, tick: Callable[[int], None] = lambda line: None) -> Check:
        """What an import of this file would do; writes nothing."""
        found = Check()
        rows = source.rows()
        while items := await asyncio.to_thread(_take, rows, LARGEST):
            async with self.store.read() as tx:
                await found.look_at(tx, items)
            tick(found.done_line)
        return found

    async def undo(self, batch_id: int, *, by: Who | None) -> ImportBatch:
        """Begin to take a batch back. Raises Unusable when there is none, or none that can be taken back."""
        now = self._now()

        async def begin(tx: Tx) -> ImportBatch:
            batch = await batches.find_batch(tx, batch_id)
            if batch is None:
                raise Unusable(f"没有导入 I{batch_id}。")
            if batch.state == "undoing":
                return batch
            if batch.state not in ("done", "failed", "running"):
                raise Unusable(CANNOT_UNDO.get(batch.state, "{} 现在不能撤销。").format(batch.no))
            await batches.move(
                tx, batch_id, "done", "failed", "running", state="undoing", run_at=now, lease_until=None, attempts=0,
                fence=batch.fence + 1, error="",
            )  # fmt: skip
            await audit(tx, act="import_undo", by=by.id if by is not None else None, subject=batch.no, at=now)
            tx.wake("imports")
            batch.state = "undoing"
            return batch

        return await self.store.transaction(begin)

    async def run_once(self) -> int:
        """Go on with a batch for about a second; returns 0 when there is nothing to do."""
        for state, work in (("undoing", self._withdraw), ("running", self._book), ("checking", self._look)):
            taken = await self.store.transaction(partial(_take_batch, state, self._now()))
            for batch in taken:
                try:
                    await work(batch)
                except BatchTaken:
                    log.warning("another process works on this import", batch=batch.no)
                except BadFile as error:
                    await self._end(batch, "failed", error=str(error))
                except Exception as error:
                    await self._stumbled(batch, error)
                return 1
        return 0

    async def _book(self, batch: ImportBatch) -> None:
        """Book slices for a stretch; the next one goes on where this one ended."""
        ctx = await self.context()
        until = self._monotonic() + STRETCH
        rows = await self._rows(batch, ctx)
        while items := await asyncio.to_thread(_take, rows, self._size):
            begun = self._monotonic()
            crash.point("import_before_slice")
            booked = await self.store.transaction(partial(self._book_slice, batch, items, ctx))
            crash.point("import_after_slice")
            for name, value in booked.counts.items():
                setattr(batch, name, value)
            self._opened = (batch.id or 0, batch.done_line, rows)
            self._pace(len(items), self._monotonic() - begun)
            if self._monotonic() > until:
                await self.store.transaction(lambda tx: lease.settle(tx, batch, attempts=0))
                return
        self._opened = None
        await self._end(batch, "done")

    async def _book_slice(self, batch: ImportBatch, items: Sequence[Any], ctx: Context, tx: Tx) -> Booked:
        if batch.kind == "history":
            directory = directory_of(await list_everyone(tx), ctx.rules)
            return await replay_slice(tx, batch, items, directory, rules=ctx.rules, now=ctx.now)
        booked = await book_slice(tx, batch, items, rules=ctx.rules, now=ctx.now)
        await tell(tx, booked.facts, ctx, origin=f"{batch.no}:{items[0][0].line}", written=True)
        return booked

    async def _rows(self, batch: ImportBatch, ctx: Context) -> Iterator[Any]:
        """The rows behind those that are booked: of the file in hand, or of the file as it was kept."""
        if self._opened is not None and self._opened[:2] == (batch.id, batch.done_line):
            return self._opened[2]
        return (await self._source(batch, ctx)).rows(after=batch.done_line)

    async def _source(self, batch: ImportBatch, ctx: Context) -> Source:
        async with self.store.read() as tx:
            content = await batches.read_file(tx, batch.id or 0)
            directory = directory_of(await list_everyone(tx), ctx.rules)
        if batch.kind == "history":
            return HistorySource(batch.name, content)
        options = options_of(batch)
        grid = await asyncio.to_thread(open_grid, batch.name, content, sheet=options.sheet)
        return ListSource(grid, heading_of(batch.heading), options, directory, rules=ctx.rules, now=batch.created_at)

    def _pace(self, rows: int, seconds: float) -> None:
        """Slices as large as the writer can spare."""
        wanted = rows * self.share / max(seconds, 0.001)
        self._size = int(max(SMALLEST, min(LARGEST, self._size * 2, wanted)))

    async def _look(self, batch: ImportBatch) -> None:
        found = await self.check(await self._source(batch, await self.context()))

        async def note(tx: Tx) -> None:
            await batches.forget_flaws(tx, batch.id or 0)
            await batches.add_flaws(tx, batch.id or 0, found.flaws[:MOST_CHECKED_FLAWS])

        await self.store.transaction(note)
        await self._end(
            batch, "asked", rows=found.rows, new=found.new, updated=found.updated, skipped=found.skipped,
            doubts=dict(found.doubts),
        )  # fmt: skip

    async def _withdraw(self, batch: ImportBatch) -> None:
        size = SMALLEST
        until = self._monotonic() + STRETCH
        while self._monotonic() < until:
            begun = self._monotonic()

            async def some(tx: Tx, most: int = size) -> int:
                if not await lease.hold(tx, batch, lease_until=self._now() + lease.LEASE):
                    raise BatchTaken
                return await withdraw_slice(tx, batch, limit=most)

            taken = await self.store.transaction(some)
            crash.point("import_after_withdrawing")
            if not taken:
                await self._end(batch, "undone")
                return
            size = int(
                max(SMALLEST, min(LARGEST, size * 2, taken * self.share / max(self._monotonic() - begun, 0.001)))
            )
        await self.store.transaction(lambda tx: lease.settle(tx, batch, attempts=0))

    async def _end(self, batch: ImportBatch, state: str, **values: Any) -> None:
        """The batch has come to a rest; whoever asked for it in chat is told."""
        ctx = await self.context()

        async def settle(tx: Tx) -> None:
            if not await lease.settle(tx, batch, state=state, finished_at=ctx.now, **values):
                return
            if state != "asked":
                await batches.forget_file(tx, batch.id or 0)
            member = await find_member(tx, batch.by) if batch.by and batch.options.get("asked") == "chat" else None
            if member is not None:
                await ring(tx, ctx, member, "import", key=f"import:{batch.no}:{state}", batch=batch.id)

        await self.store.transaction(settle)
        log.info("import", batch=batch.no, state=state)

    async def _stumbled(self, batch: ImportBatch, error: Exception) -> None:
        """Something broke: the slice was not booked; try again, and after the last try say so."""
        cause = told(error)
        log.error("an import stumbled", batch=batch.no, attempts=batch.attempts, cause=cause, exc_info=error)
        self._opened = None
        again = lease.retry_at(batch.attempts, now=self._now())
        if again is None:
            await self._end(batch, "failed", error=cause)
        else:
            await self.store.transaction(lambda tx: lease.settle(tx, batch, run_at=again, error=cause))


def options_of(batch: ImportBatch) -> Options:
    """What was asked for when the batch was opened."""
    names = Options.__dataclass_fields__
    return Options(**{name: value for name, value in batch.options.items() if name in names})


async def _keep_part(batch_id: int, number: int, part: bytes, tx: Tx) -> None:
    await batches.keep_part(tx, batch_id, number, part)


async def _take_batch(state: str, now: datetime, tx: Tx) -> Sequence[ImportBatch]:
    return await lease.take(tx, ImportBatch, now=now, limit=1, state=state, lanes=False)


def _take(rows: Iterator[Any], size: int) -> list[Any]:
    return list(islice(rows, size))
