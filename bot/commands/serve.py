"""Running the server: the lock, the tables, the bot, and the door for commands."""

import resource

from bot.app import serve
from bot.lock import hold_store
from bot.logs import hear_the_interpreter, set_up_logs
from bot.loop import run_to_the_end
from config.folder import Folder
from config.settings import Settings
from store.migrate import migrate


def run(folder: Folder, settings: Settings) -> None:
    """Serve until SIGTERM. Raises Locked, Damaged, WrongKey, TooNew, HalfMade, BadDocument, OSError …"""
    set_up_logs()
    hear_the_interpreter()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # an image of the memory would hold every key
    url = settings.store_url(folder)
    with hold_store(folder.lock, url):
        migrate(url)
        run_to_the_end(serve(folder, settings))
