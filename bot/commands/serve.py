"""Running the server: the lock, the tables, the bot, and the door for commands."""

from bot.app import serve
from bot.lock import hold_lock
from bot.logs import set_up_logs
from bot.loop import run_to_the_end
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
        run_to_the_end(serve(folder, settings))
        return
    with hold_lock(folder.lock):
        migrate(url)
        run_to_the_end(serve(folder, settings))
