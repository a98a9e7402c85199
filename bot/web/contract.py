"""The page of one contract, behind its secret: the signed file is handed in here, and can be looked at for a week."""

from html import escape
from urllib.parse import quote as quoted

from aiohttp import web

from bot.context import Context
from bot.handlers.order import PAGE
from bot.pipeline import Outcome
from bot.web.api.problem import Problem
from bot.web.desk import Desk
from bot.web.multipart import Part, read_upload
from leads.errors import Refused, Unusable
from leads.order_facts import ContractSigned
from leads.price import yuan
from store.order import Contract, change_contract, find_contract_by_token
from store.tx import Tx

LARGEST = 20 * 1024 * 1024  # bytes of a signed file
KINDS = {b"%PDF": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}
TOKEN = "{token:[A-Za-z0-9_-]{1,64}}"
GONE = "这个页面过期了。回到聊天里发「合同 商机编号」,会给你一个新的。"
WRONG = "只收 PDF、JPG、PNG。请把签好的合同扫描或拍照再传。"


def _refuse(size: int) -> Exception:
    return Unusable(f"文件有 {size // 2**20} MB,最大 {LARGEST // 2**20} MB。")


FILE = Part("file", LARGEST, _refuse)


def add_contract(app: web.Application, desk: Desk) -> None:
    """Serve the page; whoever has the address may hand the file in and read it."""

    async def show(request: web.Request) -> web.Response:
        contract = await _find(desk, request)
        return _page(_told(GONE), status=410) if contract is None else _page(_form(contract, request.path))

    async def take(request: web.Request) -> web.Response:
        contract = await _find(desk, request)
        if contract is None:
            return _page(_told(GONE), status=410)
        try:
            upload = await read_upload(request, FILE)
            kind = next((kind for mark, kind in KINDS.items() if upload.content.startswith(mark)), "")
            if not kind:
                raise Unusable(WRONG)
        except Refused as refused:
            return _page(_told(refused.sentence, wrong=True) + _form(contract, request.path), status=422)
        except Problem as problem:
            return _page(_told(problem.detail, wrong=True) + _form(contract, request.path), status=problem.status)
        name, contract_id = f"{contract.no}.{kind}".replace("/", "-"), contract.id or 0

        async def verb(tx: Tx, ctx: Context) -> Outcome:
            values = {"state": "signed", "file": name, "content": upload.content, "signed_at": ctx.now}
            if not await change_contract(tx, contract_id, states=("agreed", "signed"), **values):
                return []
            return [
                ContractSigned(
                    lead_id=contract.lead_id, at=ctx.now, by=contract.created_by, contract=contract.no, file=name,
                    opportunity_id=contract.opportunity_id,
                )
            ]  # fmt: skip

        await desk.act(verb)
        return _page(_told(f"收到了,合同 {contract.no} 已经放到 O{contract.opportunity_id} 上。这个页面可以关了。"))

    async def file(request: web.Request) -> web.Response:
        contract = await _find(desk, request)
        if contract is None or contract.content is None:
            return _page(_told(GONE), status=410)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quoted(contract.file)}",
            "Cache-Control": "private, no-store",
        }
        return web.Response(body=contract.content, content_type="application/octet-stream", headers=headers)

    app.router.add_get(PAGE + TOKEN, show)
    app.router.add_post(PAGE + TOKEN, take)
    app.router.add_get(PAGE + TOKEN + "/file", file)


async def _find(desk: Desk, request: web.Request) -> Contract | None:
    async with desk.store.read() as tx:
        return await find_contract_by_token(tx, request.match_info["token"], now=desk.now())


def _told(sentence: str, *, wrong: bool = False) -> str:
    return f'<p class="{"wrong" if wrong else "told"}" role="status">{escape(sentence)}</p>'


def _form(contract: Contract, path: str) -> str:
    known = f'<p><a href="{escape(path)}/file">看已经传的文件 {escape(contract.file)}</a></p>' if contract.file else ""
    return f"""<p>合同 {escape(contract.no)},{escape(yuan(contract.amount))},商机 O{contract.opportunity_id}</p>{known}
<form method="post" enctype="multipart/form-data">
<label class="file">签好的合同<input type="file" name="file" accept=".pdf,.jpg,.jpeg,.png" required></label>
<p class="hint">PDF、JPG 或 PNG,最大 20 MB。再传一次会换掉之前的。</p>
<button>上传</button></form>"""


def _page(content: str, *, status: int = 200) -> web.Response:
    return web.Response(text=FRAME.format(content=content), content_type="text/html", status=status)


FRAME = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>合同</title><link rel="stylesheet" href="/app/import.css"></head>
<body><main><h1>合同</h1>
{content}
</main></body>
</html>
"""
