"""A quote behind its link: whoever has the link sees the PDF, until it expires or the quote has a newer version."""

from urllib.parse import quote as quoted

from aiohttp import web

from bot.paper.press import LINK
from bot.web.desk import Desk
from store.quotes import find_by_token, find_quote

GONE = "这份报价的链接过期了,或者报价已经更新。请联系给你报价的销售,要一份新的。"
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>报价单</title></head><body><p>{words}</p></body></html>
"""


def add_paper(app: web.Application, desk: Desk) -> None:
    """Serve quotes behind their links; nobody else finds them."""

    async def show(request: web.Request) -> web.Response:
        async with desk.store.read() as tx:
            version = await find_by_token(tx, request.match_info["token"], now=desk.now())
            quote = await find_quote(tx, version.quote_id) if version is not None else None
        headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}
        if version is None or quote is None or version.pdf is None or quote.version != version.version:
            page = PAGE.format(words=GONE)
            return web.Response(status=410, text=page, content_type="text/html", headers=headers)
        name = quoted(f"报价单-{quote.no}-第{version.version}版.pdf")
        headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
        return web.Response(body=version.pdf, content_type="application/pdf", headers=headers)

    app.router.add_get(LINK + "{token}", show)
