"""Running the server: the lock, the tables, the bot, until somebody stops it."""

import asyncio
import contextlib
import gc
import resource
import signal

import structlog

from bot.app import Leadbot
from bot.guard import listen
from bot.lock import hold_store
from bot.logs import hear_the_interpreter, set_up_logs
from bot.loop import run_to_the_end
from bot.memory import give_back
from bot.site import site
from config.folder import Folder
from config.settings import Settings
from store.migrate import migrate

log = structlog.get_logger()

OPEN_FILES = 8192


def run(folder: Folder, settings: Settings) -> None:
    """Serve until SIGTERM. Raises Locked, Damaged, WrongKey, TooNew, HalfMade, BadDocument, OSError …"""
    set_up_logs()
    hear_the_interpreter()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # an image of the memory would hold every key
    url = settings.store_url(folder)
    with hold_store(folder.lock, url):
        migrate(url)
        run_to_the_end(serve(folder, settings))


async def serve(folder: Folder, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stopped.set)
    bot = Leadbot(folder, settings)
    _allow_many_connections()
    runner = await listen(site(bot), settings.server.host, settings.server.port)
    gc.freeze()  # what is here now stays; collecting would only look at it again and again
    gc.enable()
    give_back()
    log.info("serving", host=settings.server.host, port=settings.server.port)
    await stopped.wait()
    log.info("stopping")
    await runner.cleanup()


def _allow_many_connections() -> None:
    """Many systems give a process 1024 open files and allow it more: slow callers alone may hold half of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < OPEN_FILES:
        with contextlib.suppress(ValueError, OSError):  # then it stays as it was
            most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
