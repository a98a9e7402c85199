"""Files that prove to a platform that the domain is ours: put into the folder `public`, served at the root."""

import asyncio
import re
import stat
from pathlib import Path

from aiohttp import web

LARGEST = 2**20  # bytes; proofs are tiny
AT_ROOT = "/{file:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}}"
TYPES = {
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xml": "text/xml",
    ".json": "application/json",
}


def add_public(app: web.Application, folder: Path) -> None:
    """Serve the plain files of a folder; names are letters, digits, dots, dashes, underscores, not a leading dot."""

    async def serve(request: web.Request) -> web.Response:
        name = request.match_info["file"]
        if request.rel_url.raw_path != f"/{name}":
            raise web.HTTPNotFound
        content = await asyncio.to_thread(read_public, folder, name)
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type=TYPES.get(Path(name).suffix.lower(), "application/octet-stream"))

    async def refuse(request: web.Request) -> web.Response:
        """Only a file that is there wants another method; every other word at the root is no address at all."""
        await serve(request)
        raise web.HTTPMethodNotAllowed(request.method, ("GET", "HEAD"))

    app.router.add_get(AT_ROOT, serve)
    app.router.add_route("*", AT_ROOT, refuse)


def read_public(folder: Path, name: str) -> bytes | None:
    """The content of a plain file directly in the folder; None for anything else, links included."""
    if re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}", name) is None:
        return None
    path = folder / name
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            return None
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError:
        return None
