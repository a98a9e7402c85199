"""The least that a callback server can be: it reads the body and answers 200; with --store it keeps the body first.

Kept means: durable before the answer. All bodies that wait share one transaction of the plain sqlite3 module.
"""

import argparse
import asyncio
import sqlite3
from typing import Any

import uvloop
from aiohttp import web


class Grouped:
    """One thread's worth of raw sqlite3 with FULL durability; whoever waits shares the next commit."""

    def __init__(self, path: str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")
        self._file.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body BLOB)")
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._some = asyncio.Event()

    async def keep(self, body: bytes) -> None:
        """Return once the body is durable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, done))
        self._some.set()
        await done

    async def work(self) -> None:
        """Commit what waits, group after group."""
        while True:
            await self._some.wait()
            self._some.clear()
            group, self._waiting = self._waiting, []
            await asyncio.to_thread(self._commit, [(body,) for body, _ in group])
            for _, done in group:
                done.set_result(None)

    def _commit(self, rows: list[tuple[bytes]]) -> None:
        self._file.execute("BEGIN IMMEDIATE")
        self._file.executemany("INSERT INTO kept (body) VALUES (?)", rows)
        self._file.execute("COMMIT")


def application(store: str | None) -> web.Application:
    """The server; `store` is the file to keep bodies in, None keeps nothing."""
    app = web.Application()

    async def echo(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="")

    app.router.add_post("/callback/wecom/{name}", echo)
    if store is None:
        return app
    grouped: Grouped

    async def keep(request: web.Request) -> web.Response:
        await grouped.keep(await request.read())
        return web.Response(text="")

    async def running(_: web.Application) -> Any:
        nonlocal grouped
        grouped = Grouped(store)
        task = asyncio.create_task(grouped.work())
        yield
        task.cancel()

    kept = web.Application()
    kept.router.add_post("/callback/wecom/{name}", keep)
    kept.cleanup_ctx.append(running)
    return kept


async def serve(port: int, store: str | None) -> None:
    """Serve until killed."""
    runner = web.AppRunner(application(store), access_log=None, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store")
    given = parser.parse_args()
    uvloop.run(serve(given.port, given.store))
