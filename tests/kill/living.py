"""A server process that is quickly there: forked from one that has everything imported, killed like any other."""

import multiprocessing
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["bot.app", "bot.site", "bot.commands.serve", "bot.__main__", "alembic.command", "tests.kill.living"]
)
PATIENCE = 60.0  # seconds for a command that ends by itself; one that carries a large store may take longer


class Living:
    """`serve` on a folder in a process of its own; what it writes goes to the end of a log."""

    def __init__(self, folder: Path, log: Path, environment: Mapping[str, str]) -> None:
        self._process = FORKS.Process(target=_serve, args=(folder, log, dict(environment)), daemon=True)
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        """The exit code (-9: killed), or None while it lives."""
        return self._process.exitcode

    def kill(self) -> None:
        """kill -9, and wait for the end."""
        os.kill(self.pid, signal.SIGKILL)
        self._process.join()


def begun(log: Path, *words: str | Path) -> Any:
    """Begin a command in such a process; whoever asked for it may kill it."""
    process = FORKS.Process(target=_command, args=([str(word) for word in words], log), daemon=True)
    process.start()
    return process


def said(log: Path, *words: str | Path, patience: float = PATIENCE) -> tuple[int | None, str]:
    """Run a command in such a process; returns its exit code (None: it had to be killed) and all that it wrote."""
    process = begun(log, *words)
    process.join(patience)
    code = process.exitcode
    process.kill()
    return code, log.read_text("utf-8")


def _command(words: list[str], log: Path) -> None:
    from bot.__main__ import app

    _write_to(log)
    app(words)


def _write_to(log: Path) -> None:
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(written, stream)


def _serve(folder: Path, log: Path, environment: Mapping[str, str]) -> None:
    from bot.commands.serve import run
    from config.folder import Folder
    from config.settings import load_settings
    from tests import disk

    os.environ.update(environment)
    _write_to(log)
    if "TEST_DISK" in environment:
        disk.install(environment["TEST_DISK"], environment["TEST_DISK_OF"])
    run(Folder(folder), load_settings(Folder(folder), os.environ))
