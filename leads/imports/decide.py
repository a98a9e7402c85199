"""What a person decides about a list: send it, yes, no, other columns, or everything back out again."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from leads.errors import NoBatch, NoRight, WrongStage
from leads.imports.source import Options
from leads.rights import Who
from store import batches
from store.batch import ImportBatch
from store.timeline import audit
from store.tx import Tx

IMPORTERS = ("manager", "marketing", "admin")
OPERATOR = Who(None, "管理员", "admin")  # commands and programs, behind their own doors
PAGE_LIVES = timedelta(minutes=30)  # so long the page for one file is open
STATES: Mapping[str, str] = {
    "awaited": "等待文件", "arriving": "接收中", "checking": "检查中", "asked": "待确认", "running": "导入中",
    "done": "已导入", "undoing": "撤销中", "undone": "已撤销", "dropped": "已取消", "failed": "没导完",
    "compared": "已对比",
}  # fmt: skip
CANNOT_CONFIRM = {
    "checking": "{no} 还在检查,查完会把结果发给你,再点「导入」。",
    "running": "{no} 已经在导入了。",
    "done": "{no} 已经导入过了,不会再来一遍。",
    "dropped": "{no} 已经取消了。还要导入的话,把文件再发一次。",
    "failed": "{no} 的文件不能导入:{error}",
    "compared": "{no} 只做了对比。要导入的话,把文件再发一次。",
}
CANNOT_UNDO = {
    "undone": "{no} 已经撤销过了。",
    "asked": "{no} 还没有导入,不用撤销;不要了就点「取消」。",
    "checking": "{no} 还在检查,不用撤销。",
    "dropped": "{no} 已经取消,没有导入过。",
    "failed": "{no} 没有导入过任何一行,不用撤销。",
    "compared": "{no} 只做了对比,什么都没有写入,不用撤销。",
}
WRITTEN = re.compile(r"\s*(?:导入|批次)?\s*[#\uff03]?\s*[Ii]?-?\s*[#\uff03]?\s*(\d{1,12})\s*")
OTHERWISE = "{no} 现在是「{state}」,不能这样做。"


def may_import(who: Who) -> bool:
    """Managers, marketing and administrators bring lists in and take them back."""
    return who.role in IMPORTERS


def require_importer(who: Who) -> None:
    """Raises NoRight for everybody else."""
    if not may_import(who):
        raise NoRight("导入名单由主管、市场或管理员来做。把文件发给他们,或者发「新线索 …」一条条录入。")


def batch_id_of(text: str) -> int:
    """3 of I3, i3, 3, 导入#3. Raises NoBatch for anything else."""
    found = WRITTEN.fullmatch(text)
    if found is None:
        raise NoBatch(f"「{text.strip()[:20]}」")
    return int(found[1])


async def await_file(tx: Tx, digest: bytes, who: Who, *, now: datetime) -> ImportBatch:
    """A page waits for one file of this person's; an older page of theirs is closed. Raises NoRight."""
    require_importer(who)
    await batches.forget_awaited(tx, who.id or "")
    batch = ImportBatch(
        corp=tx.corp, kind="list", name="", digest=digest, options={**asdict(Options()), "tell": who.id},
        state="awaited", by=who.id, created_at=now, run_at=now + PAGE_LIVES,
    )  # fmt: skip
    await tx.add(batch)
    return batch


async def find_awaited(tx: Tx, digest: bytes, *, now: datetime) -> ImportBatch | None:
    """The batch that waits behind a page's secret; None when it was used, replaced, or is too old."""
    batch = await batches.find_by_digest(tx, digest, "awaited")
    return batch if batch is not None and now < batch.run_at else None


async def arrive(
    tx: Tx, name: str, content: bytes, who: Who, *, options: Options, tell: str | None = None,
    into: ImportBatch | None = None, now: datetime,
) -> ImportBatch:  # fmt: skip
    """Keep a file to be looked at; what is in it nobody knows yet. Raises NoRight.

    `tell`: who hears in chat how it ends; `into`: the batch that waits for it.
    """
    require_importer(who)
    values: dict[str, Any] = {
        "name": name[:200], "digest": batches.digest_of(content, options),
        "options": {**asdict(options), "tell": tell},
    }  # fmt: skip
    if into is None:
        batch = ImportBatch(
            corp=tx.corp, kind="list", by=who.id, created_at=now, run_at=now, state="checking", **values
        )
        await tx.add(batch)
    else:
        batch = into
        await batches.move(tx, batch.id or 0, "awaited", state="checking", run_at=now, **values)
    for number, start in enumerate(range(0, len(content), batches.PART)):
        await batches.keep_part(tx, batch.id or 0, number, content[start : start + batches.PART])
    await audit(tx, act="import", by=who.id, subject=batch.no, at=now, name=name[:200])
    tx.wake("imports")
    return batch


async def get_batch(tx: Tx, batch_id: int, who: Who) -> ImportBatch:
    """The batch of that number. Raises NoRight, NoBatch."""
    require_importer(who)
    batch = await batches.find_batch(tx, batch_id)
    if batch is None or batch.state == "awaited":
        raise NoBatch(f"I{batch_id}")
    return batch


async def confirm(
    tx: Tx, batch_id: int, who: Who, *, start: bool | None = None, tell: str | None = None, now: datetime
) -> ImportBatch:
    """Yes, these rows: begin to write. `start` says whether automations begin too; None: as it was asked before.

    Raises NoRight, NoBatch, WrongStage (it was confirmed, dropped, or cannot be used).
    """
    batch = await get_batch(tx, batch_id, who)
    options = {**batch.options, "tell": tell, **({} if start is None else {"start": start})}
    moved = await batches.move(
        tx, batch_id, "asked", state="running", options=options, confirmed_at=now, run_at=now, lease_until=None,
        fence=batch.fence + 1, attempts=0, done_line=0, rows=0, new=0, updated=0, skipped=0, doubts={}, error="",
    )  # fmt: skip
    if not moved:
        raise _refusal(batch, CANNOT_CONFIRM)
    await batches.forget_flaws(tx, batch_id)
    await audit(tx, act="import_confirm", by=who.id, subject=batch.no, at=now)
    tx.wake("imports")
    return batch


async def drop(tx: Tx, batch_id: int, who: Who, *, now: datetime) -> ImportBatch:
    """No: the file and what was seen in it are forgotten. Raises NoRight, NoBatch, WrongStage."""
    batch = await get_batch(tx, batch_id, who)
    if not await batches.move(tx, batch_id, "asked", "checking", state="dropped", finished_at=now, lease_until=None):
        raise _refusal(batch, {"done": "{no} 已经导入了。要拿回来,发「回滚 {no}」。"})
    await batches.forget_file(tx, batch_id)
    await batches.forget_flaws(tx, batch_id)
    return batch


async def look_again(
    tx: Tx, batch_id: int, who: Who, wanted: Mapping[str, str], *, tell: str | None = None, now: datetime
) -> ImportBatch:
    """The columns mean something else: look at the file once more. Raises NoRight, NoBatch, WrongStage."""
    batch = await get_batch(tx, batch_id, who)
    options = {**batch.options, "tell": tell, "map": {**batch.options.get("map", {}), **wanted}}
    moved = await batches.move(
        tx, batch_id, "asked", state="checking", options=options, heading={}, run_at=now, lease_until=None,
        fence=batch.fence + 1, attempts=0, done_line=0,
    )  # fmt: skip
    if not moved:
        raise _refusal(batch, CANNOT_CONFIRM)
    tx.wake("imports")
    return batch


async def compare(tx: Tx, batch_id: int, who: Who, *, tell: str | None = None, now: datetime) -> ImportBatch:
    """Not to be written: only held against what is here. Raises NoRight, NoBatch, WrongStage."""
    batch = await get_batch(tx, batch_id, who)
    options = {**batch.options, "tell": tell}
    moved = batch.kind == "list" and await batches.move(
        tx, batch_id, "asked", state="checking", kind="compare", options=options, run_at=now, lease_until=None,
        fence=batch.fence + 1, attempts=0, done_line=0,
    )  # fmt: skip
    if not moved:
        raise _refusal(batch, {"asked": "{no} 是一份历史,不能对比;请用旧系统导出的名单。"})
    await batches.forget_flaws(tx, batch_id)
    tx.wake("imports")
    return batch


async def compare_tonight(tx: Tx, *, now: datetime) -> ImportBatch:
    """The old system's export shall be held against what is here; it is fetched from its folder when that begins."""
    batch = ImportBatch(
        corp=tx.corp, kind="compare", name="", digest=b"", options={**asdict(Options()), "night": True},
        state="checking", created_at=now, run_at=now,
    )  # fmt: skip
    await tx.add(batch)
    tx.wake("imports")
    return batch


async def take_back(tx: Tx, batch_id: int, who: Who, *, tell: str | None = None, now: datetime) -> ImportBatch:
    """Begin to take a batch back, or what it had to leave and need not any more (a later batch has gone meanwhile).

    Raises NoRight, NoBatch, WrongStage (there is nothing to take back).
    """
    batch = await get_batch(tx, batch_id, who)
    if batch.state == "undoing":
        return batch
    begun = batch.done_line > 0 if batch.state == "failed" else True
    if batch.state == "undone":
        begun = await batches.look_again(tx, batch_id)
    moved = begun and await batches.move(
        tx, batch_id, "done", "failed", "running", "undone", state="undoing", run_at=now, lease_until=None, attempts=0,
        fence=batch.fence + 1, error="", options={**batch.options, "tell": tell},
    )  # fmt: skip
    if not moved:
        raise _refusal(batch, CANNOT_UNDO)
    await audit(tx, act="import_undo", by=who.id, subject=batch.no, at=now)
    tx.wake("imports")
    batch.state = "undoing"
    return batch


def _refusal(batch: ImportBatch, sentences: Mapping[str, str]) -> WrongStage:
    sentence = sentences.get(batch.state, OTHERWISE)
    return WrongStage(sentence.format(no=batch.no, error=batch.error, state=STATES.get(batch.state, batch.state)))
