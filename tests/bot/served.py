"""A server as people start it: `serve` in a process of its own, on a folder fresh from init and a free port."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.folder import Folder, create_folder
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


def python_m_bot(*words: str | Path) -> "subprocess.Popen[str]":
    """A command in a process of its own, with an environment of its own."""
    environ = {name: value for name, value in os.environ.items() if not re.match("LEADBOT_|WECOM_", name)}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *map(str, words)],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def new_folder(root: Path) -> Folder:
    """A new company whose server finds a free port, and whose WeCom is not there."""
    folder = create_folder(root).folder
    text = folder.settings.read_text("utf-8").replace("8080", str(free_port()))
    text = text.replace("  callbacks:", "  api_base: http://127.0.0.1:9\n  callbacks:", 1)
    folder.settings.write_text(text, "utf-8")
    return folder


@dataclass
class Served:
    """A running server: its process, its port, and what it logged until it served."""

    process: "subprocess.Popen[str]"
    port: int
    log: str


@contextlib.contextmanager
def served(folder: Folder) -> Iterator[Served]:
    """A server on the folder that says that it serves; at the end it is killed, if it lives."""
    process = python_m_bot("serve", folder.root)
    assert process.stderr is not None
    try:
        log = ""
        for line in process.stderr:
            log += line
            if '"serving"' in line:
                yield Served(process, json.loads(line)["port"], log)
                return
        raise AssertionError(f"the server did not start:\n{log}")
    finally:
        process.kill()
        process.communicate()
