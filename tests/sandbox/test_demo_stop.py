"""A demo that is told to stop twice takes itself down once, to the end."""

import asyncio
import os
import signal

import aiohttp
from aiohttp import web

from sandbox.__main__ import until_told
from tests.ports import free_port


async def test_a_second_ctrl_c_does_not_cut_off_a_request_that_is_being_answered():
    port, listening, asked, told = free_port(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def slow(request):
        asked.set()
        await told.wait()
        ended.append("answered")
        return web.Response(text="all of it")

    async def demo():
        app = web.Application()
        app.router.add_get("/", slow)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        listening.set()
        try:
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
            ended.append("down")

    async def visitor():
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/") as answer:
            return await answer.text()

    work = asyncio.create_task(until_told(demo()))
    await listening.wait()
    visit = asyncio.create_task(visitor())
    await asked.wait()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), name)
        await asyncio.sleep(0.01)
    told.set()
    await work
    assert ended == ["answered", "down"]
    assert await visit == "all of it"
