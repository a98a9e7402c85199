"""The page on which somebody hands over one list: opened from chat, good for one file, ended by a card in chat."""

import asyncio
from html import escape
from pathlib import Path

from aiohttp import web

from bot.handlers.importing import PAGE, secret_of
from bot.opening import open_file
from bot.web.api.problem import Problem
from bot.web.desk import Desk
from bot.web.multipart import Upload, read_upload
from leads.errors import Refused
from leads.imports.decide import arrive, find_awaited
from leads.imports.source import Options
from leads.rights import Who
from store.batch import ImportBatch
from store.members import find_member
from store.tx import Tx

HERE = Path(__file__).parent / "page"
FILES = {"import.css": "text/css", "import.js": "text/javascript"}
GONE = "这个页面已经用过,或者过了 30 分钟。回到聊天里发「导入」,会给你一个新的。"
RECEIVED = "收到「{name}」,正在检查。结果会发到你的聊天里,点了「导入」才会写入。这个页面可以关了。"


def add_upload(app: web.Application, desk: Desk) -> None:
    """Serve the page behind its secret; whoever has the address may hand over a file, and only that."""

    async def show(request: web.Request) -> web.Response:
        batch = await _awaited(desk, request)
        return _page(FORM if batch is not None else _told(GONE), status=200 if batch is not None else 404)

    async def take(request: web.Request) -> web.Response:
        if await _awaited(desk, request) is None:
            return _page(_told(GONE), status=404)
        try:
            upload = await read_upload(request)
            await _look(desk, upload)
            name = await desk.store.transaction(lambda tx: _arrive(tx, request.match_info["token"], upload, desk))
        except Refused as refused:
            return _page(_told(refused.sentence, wrong=True) + FORM, status=422)
        except Problem as problem:
            return _page(_told(problem.detail, wrong=True) + FORM, status=problem.status)
        return _page(_told(RECEIVED.format(name=name)))

    async def file(request: web.Request) -> web.Response:
        name = request.match_info["file"]
        content = await asyncio.to_thread((HERE / name).read_text, "utf-8")
        return web.Response(text=content, content_type=FILES[name])

    app.router.add_get("/app/{file:import\\.(?:css|js)}", file)
    app.router.add_get(PAGE + "{token:[A-Za-z0-9_-]{1,64}}", show)
    app.router.add_post(PAGE + "{token:[A-Za-z0-9_-]{1,64}}", take)


async def _awaited(desk: Desk, request: web.Request) -> ImportBatch | None:
    async with desk.store.read() as tx:
        return await find_awaited(tx, secret_of(request.match_info["token"]), now=desk.now())


async def _look(desk: Desk, upload: Upload) -> None:
    """A file that is no list is said so on the page, which then takes another one. Raises BadFile."""
    await open_file(desk.store, await desk.context(), upload.name, upload.content, wanted={}, options=Options())


async def _arrive(tx: Tx, token: str, upload: Upload, desk: Desk) -> str:
    now = desk.now()
    batch = await find_awaited(tx, secret_of(token), now=now)
    member = await find_member(tx, batch.by) if batch is not None and batch.by else None
    if batch is None or member is None or member.state != "active":
        raise Refused(GONE)
    options = Options(source=upload.fields.get("source", "").strip()[:60], start="start" in upload.fields)
    who = Who.of(member)
    await arrive(tx, upload.name, upload.content, who, options=options, tell=who.id, into=batch, now=now)
    return upload.name


def _told(sentence: str, *, wrong: bool = False) -> str:
    return f'<p class="{"wrong" if wrong else "told"}" role="status">{escape(sentence)}</p>'


def _page(content: str, *, status: int = 200) -> web.Response:
    return web.Response(text=FRAME.format(content=content), content_type="text/html", status=status)


FORM = """
<form method="post" enctype="multipart/form-data">
<label class="file">选择文件<input type="file" name="file" accept=".xlsx,.xls,.csv,.ndjson" required></label>
<p class="hint">Excel 或 CSV,最大 100 MB。第一行写列名(姓名、手机、公司……),名字和顺序随意。</p>
<label>来源(没写来源的行记成这个)<input type="text" name="source" maxlength="60" placeholder="例如 深圳展会"></label>
<label class="tick"><input type="checkbox" name="start" value="1"> 导入后启动自动化:评级、计时、发卡片</label>
<button>上传并检查</button>
<progress max="100" value="0" hidden></progress>
</form>"""
FRAME = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>导入名单</title><link rel="stylesheet" href="/app/import.css"></head>
<body><main><h1>导入名单</h1>
{content}
</main><script src="/app/import.js"></script></body>
</html>
"""
