"""Serves the demo page: three plain files, nothing from outside."""

from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent
KINDS = {"index.html": "text/html", "demo.css": "text/css", "demo.js": "text/javascript"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def page_routes(prefix: str) -> list[web.RouteDef]:
    """The routes below a prefix such as /demo."""

    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"{prefix}/")

    async def page(request: web.Request) -> web.Response:
        name = request.match_info.get("name") or "index.html"
        if name not in KINDS:
            raise web.HTTPNotFound
        body = (HERE / name).read_bytes()
        return web.Response(body=body, headers={**HEADERS, "Content-Type": f"{KINDS[name]}; charset=utf-8"})

    return [
        web.get(prefix, redirect),
        web.get(f"{prefix}/", page),
        web.get(prefix + r"/{name:[a-z]+\.(?:html|css|js)}", page),
    ]
