"""The bot as it is measured: `serve` with two switches, so that one road can be looked at without the other.

--idle leaves out the workers: callbacks are kept and answered, nothing is done with them. --hand-over replaces the
network behind WeCom's client: what is handed to it counts as sent. GET /bench tells what was handed over, and when.
"""

import argparse
import asyncio
import os
import time
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import func, select
from sqlmodel import col

from bot.app import Leadbot
from bot.guard import listen
from bot.logs import set_up_logs
from bot.loop import run_to_the_end
from bot.schedule import Schedule
from bot.site import site
from config.folder import Folder
from config.settings import load_settings
from store.db import Store
from store.queues import Inbox, Outbox


class HandedOver:
    """Counts what the bot hands to the platform's client, and remembers when the last came."""

    def __init__(self) -> None:
        self.count = 0
        self.last = 0.0

    async def exchange(self, method: str, endpoint: str, *_: Any) -> tuple[int, str, bytes]:
        """In place of the network: WeCom's usual answers at once."""
        if endpoint in ("message/send", "message/update_template_card"):
            self.count += 1
            self.last = time.monotonic()
        answer = f'{{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200,"msgid":"m{self.count}",'
        return 200, "application/json", (answer + f'"response_code":"c{self.count}"}}').encode()


async def open_work(store: Store) -> int:
    """Callbacks that wait and messages that are not out yet."""
    async with store.read() as tx:
        inbox = await tx.rows(select(func.count()).where(col(Inbox.corp) == tx.corp, col(Inbox.state) == "new"))
        outbox = await tx.rows(
            select(func.count()).where(col(Outbox.corp) == tx.corp, col(Outbox.state).in_(("queued", "sending")))
        )
    return int(inbox[0][0]) + int(outbox[0][0])


async def serve(folder: Folder, *, idle: bool, hand_over: bool, port: int | None) -> None:
    """Serve until killed."""
    bot = Leadbot(folder, load_settings(folder, {}))
    handed = HandedOver()
    if idle:
        bot.schedule = Schedule({})
        bot.store.on_hint(bot.schedule.hint)
    if hand_over:
        assert bot.wecom is not None
        bot.wecom.client._exchange = handed.exchange  # type: ignore[method-assign, assignment]
    app = site(bot)

    async def told(request: web.Request) -> web.Response:
        cpu = time.process_time()
        answer = {"handed": handed.count, "last": handed.last, "open": await open_work(bot.store), "cpu": cpu}
        return web.json_response(answer)

    app.router.add_get("/bench", told)
    await listen(app, "127.0.0.1", port or bot.settings.server.port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--idle", action="store_true")
    parser.add_argument("--hand-over", action="store_true")
    parser.add_argument("--port", type=int, help="another port than the settings name: a further replica")
    given = parser.parse_args()
    set_up_logs()
    if os.environ.get("PROFILE"):
        import cProfile

        profile = cProfile.Profile()
        profile.enable()
    run_to_the_end(serve(Folder(given.folder.absolute()), idle=given.idle, hand_over=given.hand_over, port=given.port))
