"""A parallel run: the old system's export is held against what is here, by night or when asked; nothing is changed."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.context import Answer, Context
from bot.opening import AT_ONCE, open_file, options_of, take_rows
from bot.outgoing import ring
from bot.rest import at_work, rests
from leads.errors import BadFile
from leads.facts import Fact
from leads.imports.compare import Comparison
from leads.imports.decide import compare_tonight
from leads.imports.grid import LARGEST, too_large
from leads.imports.source import ListSource, Options
from store import batches, due
from store.batch import ImportBatch
from store.db import Store
from store.members import find_member, list_everyone, list_members
from store.queues import Due
from store.tables import Member
from store.tx import Tx

READ = (".csv", ".xlsx", ".xls", ".txt")
FRESH = timedelta(hours=24)  # an export that is older was not made for this night
HEARERS = ("marketing", "admin")


@dataclass(frozen=True)
class Export:
    """A file of the old system, and the moment at which it was made."""

    name: str
    content: bytes
    made_at: datetime


@dataclass(frozen=True)
class Compared:
    """How a comparison came out, as a batch keeps it; `file` has a line for everything that differs."""

    values: Mapping[str, Any]
    file: bytes | None

    @property
    def file_name(self) -> str:
        """How the file of differences is called."""
        return f"{Path(str(self.values['name'])).stem[:80] or '旧系统'}-对比.xlsx"


async def plan_night(tx: Tx, ctx: Context) -> None:
    """Remember the coming night's comparison, once, while rules.yaml says that an old system runs beside."""
    if ctx.rules.parallel_run is None:
        return
    hour, minute = map(int, ctx.rules.parallel_run.at.split(":"))
    at = datetime.combine(ctx.today, time(hour, minute), ctx.rules.zone)
    if at <= ctx.now:
        at = datetime.combine(ctx.today + timedelta(days=1), time(hour, minute), ctx.rules.zone)
    await due.keep(tx, kind="parallel", key=f"parallel:{at:%Y-%m-%d}", at=at)


async def on_night(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """It is time: the export is fetched and compared by the importer. After a long stop only the last night counts."""
    if ctx.rules.parallel_run is not None and ctx.now - row.run_at < FRESH:
        await compare_tonight(tx, now=ctx.now)
    await plan_night(tx, ctx)
    return []


async def compare_batch(store: Store, ctx: Context, batch: ImportBatch, folder: Path) -> Compared:
    """Compare a batch's file, or tonight's. Raises BadFile when there is none or it is no list."""
    if batch.options.get("night"):
        export = await asyncio.to_thread(find_export, folder, now=batch.created_at)
    else:
        async with store.read() as tx:
            export = Export(batch.name, await batches.read_file(tx, batch.id or 0), batch.created_at)
    wanted = batch.options.get("map", {})
    source, found = await compare(store, ctx, export, wanted=wanted, options=options_of(batch))
    tally = found.tally
    file = await asyncio.to_thread(found.file) if found.lines else None
    values = {
        "name": export.name[:200], "heading": source.heading_kept(), "lines": found.done_line, "rows": tally.rows,
        "new": tally.there, "updated": tally.same + tally.differing, "skipped": tally.skipped,
        "doubts": dict(found.doubts), "kept": tally.plain(),
    }  # fmt: skip
    return Compared(values, file)


async def compare(
    store: Store, ctx: Context, export: Export, *, wanted: Mapping[str, str], options: Options,
    tick: Callable[[int], None] = lambda line: None,
) -> tuple[ListSource, Comparison]:  # fmt: skip
    """Hold a list against what is here; only reads. Raises BadFile."""
    source = await open_file(store, ctx, export.name, export.content, wanted=wanted, options=options)
    if not isinstance(source, ListSource):
        raise BadFile("这是一份历史(.ndjson),不是名单。请让旧系统导出 Excel 或 CSV 名单来对比。")
    async with store.read() as tx:
        names = {member.id: member.name for member in await list_everyone(tx)}
    found = Comparison(source.heading, names, as_of=export.made_at)
    rows = source.rows()
    while items := await asyncio.to_thread(take_rows, rows, AT_ONCE):
        async with store.read() as tx:
            await found.look_at(tx, items)
        tick(found.done_line)
    more = True
    while more:
        async with store.read() as tx:
            more = await found.look_here(tx)
    return source, found


def find_export(folder: Path, *, now: datetime) -> Export:
    """The newest list in the folder. Raises BadFile when there is none that was made for this night."""
    seen = [path for path in folder.glob("[!.~]*") if path.suffix.lower() in READ and path.is_file()]
    if not seen:
        raise BadFile("服务器的 parallel 文件夹里没有旧系统的导出(.xlsx 或 .csv)。请检查旧系统的定时导出。")
    newest = max(seen, key=lambda path: path.stat().st_mtime)
    stat = newest.stat()
    made_at = datetime.fromtimestamp(stat.st_mtime, tz=UTC)
    if now - made_at > FRESH:
        day = made_at.astimezone(now.tzinfo)
        raise BadFile(f"旧系统没有新的导出,最新的「{newest.name}」是 {day:%m-%d} 的。请检查旧系统的定时导出。")
    if stat.st_size > LARGEST:
        raise too_large(stat.st_size)
    return Export(newest.name, newest.read_bytes(), min(made_at, now))


async def hearers(tx: Tx, batch: ImportBatch) -> list[Member]:
    """Who hears how it came out: whoever asked, else marketing and the administrators."""
    if batch.options.get("night"):
        return [member for role in HEARERS for member in await list_members(tx, role=role)]
    asker = await find_member(tx, str(batch.options.get("tell") or ""))
    return [asker] if asker is not None else []


async def tell_compared(tx: Tx, ctx: Context, batch: ImportBatch) -> None:
    """The result in chat; what came out by night is told when people's work begins."""
    for member in await hearers(tx, batch):
        key = f"compared:{batch.no}:{batch.fence}:{member.id}"
        if batch.options.get("night") and rests(member, ctx):
            payload = {"member": member.id, "batch": batch.id}
            await due.keep(tx, kind="compared", key=key, at=at_work(member, ctx), payload=payload)
        else:
            await _tell(tx, ctx, member, batch.id or 0, key=key)


async def on_compared(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """Work has begun: what the night's comparison found."""
    member = await find_member(tx, row.payload["member"])
    if member is not None and member.state == "active":
        await _tell(tx, ctx, member, int(row.payload["batch"]), key=row.key)
    return []


async def _tell(tx: Tx, ctx: Context, member: Member, batch_id: int, *, key: str) -> None:
    await ring(tx, ctx, member, "import", key=key, batch=batch_id)
    if await batches.find_return(tx, batch_id) is not None:
        await ring(tx, ctx, member, "returned", key=f"{key}:file", batch=batch_id)
