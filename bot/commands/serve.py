"""Running the server: the lock, the tables, the bot, and the door for commands."""

import sys

from bot.app import serve
from bot.lock import hold_lock
from bot.logs import set_up_logs
from config.folder import Folder
from config.settings import Settings
from store.db import sqlite_path
from store.migrate import migrate


def run(folder: Folder, settings: Settings) -> None:
    """Serve until SIGTERM. Raises Locked, WrongKey, TooNew, BadDocument, OSError (port in use)."""
    set_up_logs()
    url = settings.store_url(folder)
    if sqlite_path(url) is None:
        migrate(url)
        _loop(folder, settings)
        return
    with hold_lock(folder.lock):
        migrate(url)
        _loop(folder, settings)


def _loop(folder: Folder, settings: Settings) -> None:
    if sys.platform == "win32":
        import asyncio

        asyncio.run(serve(folder, settings))
        return
    import uvloop

    uvloop.run(serve(folder, settings))
