"""Lists brought in by a program: sent, looked at, confirmed, followed, and taken back as a whole."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from bot.cards.batch import label_of
from bot.opening import open_file
from bot.web.api.auth import acting
from bot.web.api.fields import Id, Short
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.problem import Problem
from bot.web.api.route import Call, FileReply, Reply, Route
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from bot.web.multipart import LIST
from leads.errors import NoBatch
from leads.imports.decide import OPERATOR, batch_id_of, confirm, drop, get_batch, require_importer, take_back
from leads.imports.heading import parse_map
from leads.imports.returned import file_of_flaws
from leads.imports.source import Options
from leads.mask import said
from leads.rights import Who
from store import batches
from store.batch import ImportBatch

BASE = "/api/v1/imports"
ONE = BASE + "/{batch}"
AT_REST = ("asked", "done", "undone", "dropped", "failed", "compared")
WAIT, LOOK_AGAIN = 5.0, 0.05  # seconds that an answer waits for a small file, and between two looks
MOST_BAD = 1000  # lines told in one answer; the file has them all

State = Literal[
    "arriving", "checking", "asked", "running", "done", "undoing", "undone", "dropped", "failed", "compared"
]  # fmt: skip


class NewImport(Shape):
    """The fields beside the file."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[Short, Field(description="没写来源的行记成这个来源")] = ""
    pool: Annotated[Short, Field(description="放进哪个线索池(名字或标签)")] = ""
    sheet: Annotated[Short, Field(description="读哪张工作表;不写就读第一张有内容的")] = ""
    map: Annotated[str, Field(max_length=4000, description='列名=字段,用逗号隔开,或 JSON:{"手机": "phone"}')] = ""
    overwrite: Annotated[bool, Field(description="覆盖已有的内容;不写只补空白")] = False
    start: Annotated[bool, Field(description="启动自动化:评级、计时、发卡片")] = False
    confirm: Annotated[bool, Field(description="不等确认,直接导入")] = False
    compare: Annotated[bool, Field(description="只和这里对比,不导入(旧系统并行时用)")] = False
    by: Annotated[Id, Field(description="替哪位成员做(成员编号)")] = None


class Decision(Shape):
    """Who decides; `start` may change what was asked for when the file was sent."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[Id, Field(description="替哪位成员做(成员编号)")] = None
    start: Annotated[bool | None, Field(description="启动自动化;不写就按上传时说的")] = None


class Bad(Shape):
    """A line that cannot be used: its number as Excel counts it, and why."""

    row: int
    reason: str


class Column(Shape):
    """What a column is taken for; field null: it is not imported."""

    title: str
    field: str | None
    label: str


class Left(Shape):
    """A lead that an undo has left alone, and why."""

    lead: str
    reason: str


class ImportShown(Shape):
    """A batch; rows = new + updated + skipped. `line` of `lines` tells how far it is."""

    batch: str
    state: State
    file: str
    rows: int
    new: int
    updated: int
    skipped: int
    doubts: dict[str, int]
    kept: dict[str, int]
    error: str
    line: int
    lines: int
    start: bool
    by: str | None
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None


class ImportDetail(ImportShown):
    """A batch with its columns, its lines that cannot be used (the first thousand), and what an undo left alone."""

    columns: list[Column]
    bad: list[Bad]
    left: list[Left]


class ImportPage(Shape):
    """A page of batches, newest first."""

    items: list[ImportShown]
    next_cursor: str | None


async def send(call: Call) -> Reply:
    """POST /imports: keep the file and look at it; small ones are looked at before this answers."""
    wanted: NewImport = call.body
    if call.file is None:
        raise Problem("bad_form", "没有收到文件。")
    async with call.desk.store.read() as tx:
        who = await acting(tx, wanted.by, call.caller)
    require_importer(who)
    options = Options(
        source=wanted.source, pool=wanted.pool, sheet=wanted.sheet, overwrite=wanted.overwrite, start=wanted.start
    )
    columns = parse_map(wanted.map) if wanted.map.strip() else {}
    name, content = call.file.name, call.file.content
    source = await open_file(call.desk.store, call.context, name, content, wanted=columns, options=options)
    state = "running" if wanted.confirm and not wanted.compare else "checking"
    kind = "compare" if wanted.compare else ""
    batch = await call.desk.importer.take_in(source, options, state=state, by=who, content=content, kind=kind)
    return Reply(await _rested(call, batch.id or 0), 201)


async def list_them(call: Call) -> Reply:
    """GET /imports."""
    page: Page = call.query
    before = start_of(page, "imports")
    async with call.desk.store.read() as tx:
        rows = await batches.list_batches(tx, before=before, limit=page.limit + 1)
    shown, cursor = cut(rows, page, "imports", lambda row: row.id or 0)
    return Reply(ImportPage(items=[ImportShown(**_values(call, row)) for row in shown], next_cursor=cursor))


async def get(call: Call) -> Reply:
    """GET /imports/{batch}."""
    return Reply(await _detail(call, _number(call)))


async def get_bad(call: Call) -> FileReply:
    """GET /imports/{batch}/bad: the lines to be mended with the reasons, or what a comparison found, as a file."""
    async with call.desk.store.read() as tx:
        batch = await get_batch(tx, _number(call), OPERATOR)
        flaws = await batches.list_flaws(tx, batch.id or 0)
        compared = await batches.find_return(tx, batch.id or 0) if batch.state == "compared" else None
    if compared is not None:
        return FileReply(compared.name, compared.body)
    back = await asyncio.to_thread(file_of_flaws, batch.name, batch.heading, flaws)
    if back is None:
        raise NoBatch(f"{batch.no} 里要修改的行")
    return FileReply(*back)


async def accept(call: Call) -> Reply:
    """POST /imports/{batch}/confirm."""
    decision: Decision = call.body
    batch_id, now = _number(call), call.context.now
    who = await _decider(call)
    await call.desk.store.transaction(lambda tx: confirm(tx, batch_id, who, start=decision.start, now=now))
    return Reply(await _rested(call, batch_id))


async def refuse(call: Call) -> Reply:
    """POST /imports/{batch}/drop."""
    batch_id, now = _number(call), call.context.now
    who = await _decider(call)
    await call.desk.store.transaction(lambda tx: drop(tx, batch_id, who, now=now))
    return Reply(await _detail(call, batch_id))


async def undo(call: Call) -> Reply:
    """POST /imports/{batch}/undo."""
    batch_id, now = _number(call), call.context.now
    who = await _decider(call)
    await call.desk.store.transaction(lambda tx: take_back(tx, batch_id, who, now=now))
    return Reply(await _rested(call, batch_id))


def _number(call: Call) -> int:
    return batch_id_of(call.path["batch"])


async def _decider(call: Call) -> Who:
    async with call.desk.store.read() as tx:
        return await acting(tx, call.body.by, call.caller)


async def _rested(call: Call, batch_id: int) -> ImportDetail:
    """The batch when it has come to a rest, or as it is after a few seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + WAIT
    while (found := await _detail(call, batch_id)).state not in AT_REST and loop.time() < until:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN)
    return found


async def _detail(call: Call, batch_id: int) -> ImportDetail:
    async with call.desk.store.read() as tx:
        batch = await get_batch(tx, batch_id, OPERATOR)
        flaws = await batches.list_flaws(tx, batch_id, limit=MOST_BAD) if batch.state in AT_REST else []
        left = await batches.list_left(tx, batch_id) if batch.state == "undone" else ()
    pairs = zip(batch.heading.get("titles", ()), batch.heading.get("fields", ()), strict=True)
    reveal = call.caller.reveals
    return ImportDetail(
        **_values(call, batch),
        columns=[Column(title=title, field=field, label=label_of(field, title)) for title, field in pairs],
        bad=[Bad(row=line, reason=said(reason, reveal=reveal)) for line, reason, _ in flaws],
        left=[Left(lead=f"L{row.lead_id}", reason=row.kept) for row in left],
    )


def _values(call: Call, batch: ImportBatch) -> dict[str, Any]:
    zone = call.context.rules.zone
    plain = {"state", "rows", "new", "updated", "skipped", "doubts", "kept", "error", "lines", "by"}
    return {
        **batch.model_dump(include=plain),
        "batch": batch.no,
        "file": said(batch.name, reveal=call.caller.reveals),
        "line": batch.done_line,
        "start": bool(batch.options.get("start")),
        "created_at": local(batch.created_at, zone=zone),
        "confirmed_at": local(batch.confirmed_at, zone=zone),
        "finished_at": local(batch.finished_at, zone=zone),
    }


ROUTES = (
    Route("GET", BASE, list_them, "查导入的批次", ImportPage, "any", query=Page, statuses={200: "一页批次"}),
    Route(
        "POST", BASE, send, "上传名单,先检查", ImportDetail, "acting", body=NewImport, takes_file=LIST,
        statuses={201: "收到了;state 是 asked 时等确认,checking 时再查一次"},
    ),
    Route("GET", ONE, get, "看一个批次", ImportDetail, "any", statuses={200: "批次"}, refusals=(404,)),
    Route(
        "GET", ONE + "/bad", get_bad, "下载要修改的行", None, "acting", statuses={200: "和原文件同类的文件"},
        refusals=(404,),
    ),
    Route(
        "POST", ONE + "/confirm", accept, "确认导入", ImportDetail, "acting", body=Decision,
        statuses={200: "开始了,小的名单已经导完"}, refusals=(404, 409),
    ),
    Route(
        "POST", ONE + "/drop", refuse, "取消,不导入", ImportDetail, "acting", body=Decision,
        statuses={200: "取消了"}, refusals=(404, 409),
    ),
    Route(
        "POST", ONE + "/undo", undo, "整批撤销", ImportDetail, "acting", body=Decision,
        statuses={200: "开始了,小的名单已经撤完"}, refusals=(404, 409),
    ),
)  # fmt: skip
