"""Imports at work: a file is taken in, looked at, booked slice by slice and taken back, beside the daily work."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bot.comparing import compare_batch, tell_compared
from bot.context import Context
from bot.opening import Ahead, check, open_batch
from bot.outgoing import ring
from bot.pipeline import tell
from config.telling import told
from leads.errors import BadFile
from leads.imports.book import BatchTaken, Booked, book_slice
from leads.imports.replay import replay_slice
from leads.imports.returned import file_of_flaws
from leads.imports.source import Options, Source, directory_of
from leads.imports.withdraw import withdraw_slice
from leads.rights import Who
from store import batches, crash, lease
from store.batch import ImportBatch
from store.db import Store
from store.members import find_member, list_everyone
from store.tables import Member
from store.timeline import audit
from store.tx import Tx

log = structlog.get_logger()

BESIDE = 0.012  # seconds of the writer that a slice may take while people work
ALONE = 2.0  # and while nobody else is there
SMALLEST, LARGEST = 20, 3000  # rows a slice
STRETCH = 1.0  # seconds of slices before the worker looks whether it shall stop
MOST_CHECKED_FLAWS = 50_000  # lines that a check remembers to give back
LONG = 10_000  # lines of a list that is worth telling how far it is
TOLD = (25, 50, 75)  # per cent
HOLD_AGAIN = 5.0  # seconds; a lease lasts for fifteen at least
BROKEN = "服务器出错了,试了几次都没有成功,原因在日志里。请管理员看看;已经导入的部分可以整批撤销。"


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
        parallel: Path = Path("parallel"),
    ) -> None:
        self.store = store
        self.share = share
        self.context = context
        self._parallel = parallel  # where an old system leaves its exports
        self._now = now
        self._monotonic = monotonic
        self._size = 100
        self._opened: tuple[int, int, Ahead] | None = None  # batch, its last line, the rows behind it

    async def take_in(
        self, source: Source, options: Options, *, state: str, by: Who | None, content: bytes, kind: str = ""
    ) -> ImportBatch:
        """Keep a file and begin (state running), or look at it first (checking). An interrupted one is gone on with."""
        digest = batches.digest_of(content, options)
        batch = ImportBatch(
            corp=self.store.corp, kind=kind or source.kind, name=source.name[:200], digest=digest,
            heading=source.heading_kept(), options=asdict(options), state="arriving",
            confirmed_at=self._now() if state == "running" else None,
            by=by.id if by is not None else None, created_at=self._now(), run_at=self._now(),
            lines=content.count(b"\n") if source.is_text else 0,
        )  # fmt: skip

        async def begin(tx: Tx) -> ImportBatch:
            unfinished = await batches.find_by_digest(tx, digest)
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
                    await self._give_up(batch, str(error))
                except Exception as error:
                    await self._stumbled(batch, error)
                return 1
        return 0

    async def _book(self, batch: ImportBatch) -> None:
        """Book slices for a stretch; the next one goes on where this one ended."""
        ctx = await self.context()
        until = self._monotonic() + STRETCH
        rows = await self._rows(batch, ctx)
        while items := await rows.take(self._size):
            crash.point("import_before_slice")
            booked = await self.store.transaction(partial(self._book_slice, batch, items, ctx, rows))
            crash.point("import_after_slice")
            for name, value in booked.counts.items():
                setattr(batch, name, value)
            self._opened = (batch.id or 0, batch.done_line, rows)
            if self._monotonic() > until:
                await self.store.transaction(lambda tx: lease.settle(tx, batch, attempts=0))
                return
        self._opened = None
        await self._end(batch, "done")

    async def _book_slice(self, batch: ImportBatch, items: Sequence[Any], ctx: Context, rows: Ahead, tx: Tx) -> Booked:
        begun = self._monotonic()
        booked = await self._booked(batch, items, ctx, tx)
        self._pace(len(items), self._monotonic() - begun)  # neither the wait for one's turn nor that for the disk
        rows.prepare(self._size)  # while the disk writes
        return booked

    async def _booked(self, batch: ImportBatch, items: Sequence[Any], ctx: Context, tx: Tx) -> Booked:
        worked = ctx.calendar.worked
        if batch.kind == "history":
            directory = directory_of(await list_everyone(tx), ctx.rules)
            return await replay_slice(tx, batch, items, directory, rules=ctx.rules, worked=worked, now=ctx.now)
        booked = await book_slice(tx, batch, items, rules=ctx.rules, worked=worked, now=ctx.now)
        await _tell_progress(tx, ctx, batch, booked.counts["done_line"])
        await tell(tx, booked.facts, ctx, origin=f"{batch.no}:{items[0][0].line}", written=True, batch=batch.no)
        return booked

    async def _rows(self, batch: ImportBatch, ctx: Context) -> Ahead:
        """The rows behind those that are booked: of the file in hand, or of the file as it was kept."""
        if self._opened is not None and self._opened[:2] == (batch.id, batch.done_line):
            return self._opened[2]
        return Ahead((await open_batch(self.store, ctx, batch)).rows(after=batch.done_line))

    def _pace(self, rows: int, seconds: float) -> None:
        """Slices as large as the writer can spare."""
        wanted = rows * self.share / max(seconds, 0.001)
        self._size = int(max(SMALLEST, min(LARGEST, self._size * 2, wanted)))

    async def _look(self, batch: ImportBatch) -> None:
        """Look at a file before anything of it is written: what it is, who would be new, what has to be mended."""
        ctx = await self.context()
        if batch.kind == "compare":
            await self._compare(batch, ctx)
            return
        async with self._holding(batch):
            source = await open_batch(self.store, ctx, batch)
            found = await check(self.store, source)
        flaws = found.flaws[:MOST_CHECKED_FLAWS]
        kept = source.heading_kept()
        back = await asyncio.to_thread(file_of_flaws, batch.name, kept, flaws)

        async def note(tx: Tx) -> None:
            await batches.forget_flaws(tx, batch.id or 0)
            await batches.add_flaws(tx, batch.id or 0, flaws)
            await batches.forget_return(tx, batch.id or 0)
            if back is not None:
                await batches.keep_return(tx, batch.id or 0, *back)

        await self.store.transaction(note)
        await self._end(
            batch, "asked", kind=source.kind, heading=kept, lines=found.done_line, rows=found.rows, new=found.new,
            updated=found.updated, skipped=found.skipped, doubts=dict(found.doubts), returns=back is not None,
        )  # fmt: skip

    async def _compare(self, batch: ImportBatch, ctx: Context) -> None:
        """Hold an old system's export against what is here; whoever waits gets the differences as a file."""
        async with self._holding(batch):
            compared = await compare_batch(self.store, ctx, batch, self._parallel)

        async def note(tx: Tx) -> None:
            await batches.forget_return(tx, batch.id or 0)
            if compared.file is not None:
                await batches.keep_return(tx, batch.id or 0, compared.file_name, compared.file)

        await self.store.transaction(note)
        await self._end(batch, "compared", **compared.values)

    @contextlib.asynccontextmanager
    async def _holding(self, batch: ImportBatch) -> AsyncIterator[None]:
        """While a large file is looked at, no other server takes it for abandoned."""

        async def hold() -> None:
            while True:
                await asyncio.sleep(HOLD_AGAIN)
                await self.store.transaction(
                    lambda tx: lease.hold(tx, batch, lease_until=self._now() + tx.takeover), ordered=False
                )

        holder = asyncio.create_task(hold())
        try:
            yield
        finally:
            holder.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await holder

    async def _withdraw(self, batch: ImportBatch) -> None:
        size, worked = SMALLEST, (await self.context()).calendar.worked
        until = self._monotonic() + STRETCH
        while self._monotonic() < until:
            begun = self._monotonic()

            async def some(tx: Tx, most: int = size) -> int:
                if not await lease.hold(tx, batch, lease_until=self._now() + tx.takeover):
                    raise BatchTaken
                return await withdraw_slice(tx, batch, limit=most, worked=worked, now=self._now())

            taken = await self.store.transaction(some)
            crash.point("import_after_withdrawing")
            if not taken:
                await self._end(batch, "undone")
                return
            size = int(
                max(SMALLEST, min(LARGEST, size * 2, taken * self.share / max(self._monotonic() - begun, 0.001)))
            )
        await self.store.transaction(lambda tx: lease.settle(tx, batch, attempts=0))

    async def _end(self, batch: ImportBatch, state: str, *, returns: bool = False, **values: Any) -> None:
        """The batch has come to a rest; whoever asked for it in chat is told, and gets back what has to be mended."""
        ctx = await self.context()

        async def settle(tx: Tx) -> None:
            if not await lease.settle(tx, batch, state=state, finished_at=ctx.now, **values):
                return
            if state != "asked":
                await batches.forget_file(tx, batch.id or 0)
            if batch.kind == "compare":
                await tell_compared(tx, ctx, batch)
                return
            member = await _asker(tx, batch)
            if member is None:
                return
            key = f"import:{batch.no}:{state}:{batch.fence}"
            if returns:
                await ring(tx, ctx, member, "returned", key=f"{key}:file", batch=batch.id)
            await ring(tx, ctx, member, "import", key=key, batch=batch.id)

        await self.store.transaction(settle)
        log.info("import", batch=batch.no, state=state)

    async def _give_up(self, batch: ImportBatch, cause: str) -> None:
        """The file turned out to be no list: what was booked of it goes out again, so that nothing of it is left."""
        self._opened = None
        if batch.state == "running" and batch.done_line:
            await self.store.transaction(
                lambda tx: lease.settle(tx, batch, state="undoing", error=cause, run_at=self._now())
            )
        else:
            await self._end(batch, "failed", error=cause)

    async def _stumbled(self, batch: ImportBatch, error: Exception) -> None:
        """Something broke: the slice was not booked; try again, and after the last try say so."""
        cause = told(error)
        log.error("an import stumbled", batch=batch.no, attempts=batch.attempts, cause=cause, exc_info=error)
        self._opened = None
        again = lease.retry_at(batch.attempts, now=self._now())
        if again is None:
            await self._end(batch, "failed", error=BROKEN)
        else:
            await self.store.transaction(lambda tx: lease.settle(tx, batch, run_at=again, error=cause))


async def _keep_part(batch_id: int, number: int, part: bytes, tx: Tx) -> None:
    await batches.keep_part(tx, batch_id, number, part)


async def _take_batch(state: str, now: datetime, tx: Tx) -> Sequence[ImportBatch]:
    return await lease.take(tx, ImportBatch, now=now, limit=1, state=state, lanes=False)


async def _asker(tx: Tx, batch: ImportBatch) -> Member | None:
    """Whoever waits for the batch in chat."""
    member_id = batch.options.get("tell")
    return await find_member(tx, member_id) if member_id else None


async def _tell_progress(tx: Tx, ctx: Context, batch: ImportBatch, line: int) -> None:
    """A long list tells a few times how far it is."""
    if batch.lines < LONG:
        return
    before, after = batch.done_line * 100 // batch.lines, line * 100 // batch.lines
    passed = [share for share in TOLD if before < share <= after]
    member = await _asker(tx, batch) if passed else None
    if member is not None:
        for share in passed:
            text = f"{batch.no} 导入中:{share}%({line:,} / {batch.lines:,} 行),不影响大家领取和跟进。"
            await ring(tx, ctx, member, "note", key=f"import:{batch.no}:{batch.fence}:{share}", text=text)
