"""What the operating system was asked for, in its order: the row's sync has ended before the answer's first byte."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.folder import Folder
from tests.bot.served import ROOT
from tests.kill.harness import KillTown

CALLS = "fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg"
KEY = re.compile(r":msg:(\d{7})(?!\d)")
SYNC = re.compile(r"^(\d+) +(?:<\.\.\. )?(?:fsync|fdatasync)\b(.*)")


def why_not() -> str:
    """Why nothing can be traced here; "" when it can."""
    if shutil.which("strace") is None:
        return "strace is missing (apt-get install strace); tests/kill/test_disk.py proves the same below SQLite"
    done = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "this system forbids tracing; tests/kill/test_disk.py proves the same"


def unsafe(lines: list[str], numbers: range) -> list[int]:
    """Which messages were answered before a sync that began after their row was written had ended."""
    written: set[int] = set()
    begun: dict[str, set[int]] = {}
    safe: set[int] = set()
    waiting, wrong = list(numbers), []
    for line in lines:
        if sync := SYNC.match(line):
            thread, rest = sync.groups()
            if "resumed" not in rest:
                begun[thread] = set(written)
            if rest.rstrip().endswith("= 0"):
                safe |= begun.pop(thread, set())
        elif "-wal>" in line:
            written.update(map(int, KEY.findall(line)))
        elif '"HTTP/1.1 200' in line and written and waiting:
            number = waiting.pop(0)
            wrong += [number] if number not in safe else []
    assert not waiting, f"{len(waiting)} answers were not seen"
    return wrong


def begin(folder: Folder, trace: Path) -> "subprocess.Popen[bytes]":
    """`serve` under the eyes of strace."""
    how = ["strace", "-f", "-y", "--seccomp-bpf", "-s", "4200", "-e", f"trace={CALLS}", "-o", str(trace)]
    with trace.with_name("bot.log").open("wb") as log:
        return subprocess.Popen(
            [*how, sys.executable, "-m", "bot", "serve", str(folder.root)], cwd=ROOT, stdout=log, stderr=log
        )


def end(traced: "subprocess.Popen[bytes]", folder: Folder) -> None:
    """kill -9 for the server, whose number stands in its lock; strace ends with it."""
    if folder.lock.exists() and traced.poll() is None:
        os.kill(int(folder.lock.read_text("ascii")), signal.SIGKILL)
    try:
        traced.wait(60)
    finally:
        traced.kill()


@pytest.mark.kill
@pytest.mark.only("sqlite")
@pytest.mark.failure("C4")
async def test_the_sync_has_ended_before_the_answer_begins(tmp_path, database, soak, record_property):
    if reason := why_not():
        pytest.skip(reason)
    town = KillTown(tmp_path, 1, database)
    await town.open()
    trace, count = tmp_path / "trace", 500 if soak else 12
    numbers = range(7_000_000, 7_000_000 + count)
    traced = begin(town.folders[0], trace)
    try:
        await town.until_ready()
        for number in numbers:
            assert (await town.standin.text("rep000", f"看 L{number}", number=number)).status == 200
    finally:
        end(traced, town.folders[0])
        await town.close()
    wrong = unsafe(trace.read_text("utf-8", "replace").splitlines(), numbers)
    assert wrong == [], "called received before it was on the disk"
    record_property("R-C4 traced", f"{count} answers, each begun after the sync of its row had ended")
