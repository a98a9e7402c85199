"""Imports as a command reaches them: through a running server, or alone under the lock."""

import asyncio
import contextlib
import gc
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.admin import NobodyThere, ask_server
from bot.app import Leadbot
from bot.commands.imports import IMPORTS, OPEN, look
from bot.comparing import Export, compare
from bot.importer import ALONE
from bot.lock import Locked, hold_store
from bot.opening import check, open_file
from config.document import BadDocument, read_text
from config.folder import Folder
from config.rules import load_rules
from config.settings import Settings
from leads.imports.check import Check
from leads.imports.compare import Comparison
from leads.imports.source import Options, labels_of
from store.engine import sqlite_path
from store.migrate import migrate
from store.soundness import BRIEFLY

T = TypeVar("T")
LOOK_AGAIN = 0.2  # seconds between two looks at a server's progress


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A list makes a million things that die with their slice; to look for rings among them costs a fifth."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(500_000, 20, 50)
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Office:
    """Imports as a command reaches them: through a running server, or alone under the lock."""

    def __init__(self, folder: Folder, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings

    def own_fields(self) -> dict[str, str]:
        """The company's own fields as rules.yaml says them (key → label), to show what a list is taken for."""
        try:
            return labels_of(load_rules(read_text(self._folder.rules), str(self._folder.rules)))
        except (BadDocument, OSError):  # the published rules decide; this is only for the eye
            return {}

    def ask(self, command: str, arguments: Mapping[str, Any], tick: Callable[[Mapping[str, Any]], None]) -> Any:
        """Do it and wait until the batch has come to its end; `tick` hears of the progress.

        Raises Locked, Refused, CommandFailed.
        """
        try:
            return self._through_server(command, arguments, tick)
        except NobodyThere:
            pass
        url = self._settings.store_url(self._folder)
        with hold_store(self._folder.lock, url):
            migrate(url, longest=BRIEFLY)
            return asyncio.run(self._alone(command, arguments, tick))

    def _through_server(
        self, command: str, arguments: Mapping[str, Any], tick: Callable[[Mapping[str, Any]], None]
    ) -> Any:
        answer = ask_server(self._folder.sock, command, arguments)
        while isinstance(answer, dict) and answer.get("state") in OPEN:
            tick(answer)
            time.sleep(LOOK_AGAIN)
            answer = ask_server(self._folder.sock, "import look", {"batch": answer["batch"]})
        if isinstance(answer, dict) and command != "import look" and "batch" in answer and "bad" not in answer:
            answer = ask_server(self._folder.sock, "import look", {"batch": answer["batch"]})
        return answer

    async def _alone(
        self, command: str, arguments: Mapping[str, Any], tick: Callable[[Mapping[str, Any]], None]
    ) -> Any:
        bot = Leadbot(self._folder, self._settings)
        await bot.open()
        bot.importer.share = ALONE
        await bot.store.make_room()
        try:
            with _undisturbed():
                answer = await IMPORTS[command](bot.importer, arguments)
                while isinstance(answer, dict) and answer.get("state") in OPEN:
                    await bot.importer.run_once()
                    answer = await look(bot.importer, {"batch": answer["batch"]})
                    tick(answer)
                if isinstance(answer, dict) and "batch" in answer and "bad" not in answer:
                    answer = await look(bot.importer, {"batch": answer["batch"]})
                return answer
        finally:
            await bot.store.close()

    def check(
        self, content: bytes, name: str, wanted: Mapping[str, str], options: Options, tick: Callable[[int], None]
    ) -> dict[str, Any]:
        """What an import would do: read beside a running server, nothing is written. Raises BadFile."""

        async def look(bot: Leadbot) -> Check:
            source = await open_file(bot.store, await bot.context(), name, content, wanted=wanted, options=options)
            return await check(bot.store, source, tick)

        found = self._beside(look)
        return {
            "batch": None, "rows": found.rows, "new": found.new, "updated": found.updated, "skipped": found.skipped,
            "doubts": dict(found.doubts), "bad": [{"row": line, "reason": reason} for line, reason, _ in found.flaws],
        }  # fmt: skip

    def compare(
        self, file: Path, content: bytes, wanted: Mapping[str, str], options: Options, tick: Callable[[int], None]
    ) -> Comparison:
        """What differs between a list and what is here; nothing is written. Raises BadFile, OSError."""
        made_at = datetime.fromtimestamp(file.stat().st_mtime, tz=UTC)

        async def look(bot: Leadbot) -> Comparison:
            export = Export(file.name, content, made_at)
            return (await compare(bot.store, await bot.context(), export, wanted=wanted, options=options, tick=tick))[1]

        return self._beside(look)

    def _beside(self, look: Callable[[Leadbot], Awaitable[T]]) -> T:
        """Look into the store beside a running server, or alone."""

        async def looked() -> T:
            bot = Leadbot(self._folder, self._settings)
            if not await bot.look_in():
                await bot.open()
            try:
                return await look(bot)
            finally:
                await bot.store.close()

        url = self._settings.store_url(self._folder)
        with contextlib.ExitStack() as held:
            if sqlite_path(url) is not None:
                with contextlib.suppress(Locked):  # a server is running, and has migrated it
                    held.enter_context(hold_store(self._folder.lock, url))
                    migrate(url, longest=BRIEFLY)
            return asyncio.run(looked())
