"""One run of the benchmarks: its folder, its haste, and a word to the person who waits."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load import Crowd, pack

ROOT = Path(__file__).parents[1]
START = 60.0  # seconds that a server may take until it listens


@dataclass(frozen=True)
class Run:
    """`folder` is on the disk to measure; `quick` makes everything small, to see that it runs; `say` shows progress."""

    folder: Path
    quick: bool
    say: Callable[[str], None]

    @property
    def rounds(self) -> int:
        """How often each side of a comparison is measured."""
        return 1 if self.quick else 5

    def size(self, full: int, quick: int) -> int:
        """How much of something to use."""
        return quick if self.quick else full

    def place(self) -> Path:
        """A new empty folder of this run."""
        return Path(tempfile.mkdtemp(dir=self.folder))


@contextlib.contextmanager
def server(
    command: list[str], port: int, *, environment: Mapping[str, str] | None = None, program: Path | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    """A server in a process of its own that listens on a port; killed at the end. Raises RuntimeError with its log.

    `program`: the Python to use, when it is not ours.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(program or sys.executable), *command], cwd=ROOT, env={**os.environ, **(environment or {})},
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            _await_port(process, port, log)
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await_port(process: "subprocess.Popen[bytes]", port: int, log: Any) -> None:
    ended = time.monotonic() + START
    while time.monotonic() < ended and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # it answers; that is all we ask
        except OSError:
            time.sleep(0.01)
    log.seek(0)
    raise RuntimeError(f"{process.args!r} does not serve:\n{log.read()[-3000:].decode(errors='replace')}")


def crowd(run: Run, port: int, requests: list[bytes], *, connections: int = 32, rate: float | None = None) -> Crowd:
    """Let the crowd post these requests from a process of its own."""
    with tempfile.NamedTemporaryFile(dir=run.folder) as file:
        file.write(pack(requests))
        file.flush()
        words = ["-m", "bench.load", "--port", str(port), "--file", file.name, "--connections", str(connections)]
        if rate is not None:
            words += ["--rate", str(rate)]
        done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the crowd could not post:\n{done.stderr.decode()[-2000:]}")
    seen = Crowd(**json.loads(done.stdout))
    if set(seen.statuses) != {"200"}:
        raise RuntimeError(f"not every request was answered with 200: {seen.statuses}")
    return seen


def cpu_s(process: "subprocess.Popen[bytes]") -> float:
    """Seconds of processor time that a process has used (Linux), without its children."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family_cpu_s(process: "subprocess.Popen[bytes]") -> float:
    """The same for a server started by `server` with all its workers."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[3]) == process.pid:  # its session
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def told(port: int) -> dict[str, Any]:
    """What bench/serving.py tells of itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/bench", timeout=60) as answer:
        return dict(json.load(answer))


def inside(words: list[str], **environment: str) -> dict[str, Any]:
    """Run a module of bench/ in a fresh process, so that memory and caches of measurements do not touch each other.

    With PYTHONPYCACHEPREFIX in `environment`, what Python compiles there is kept and found again.
    """
    around = {**os.environ, **environment}
    if "PYTHONPYCACHEPREFIX" in environment:
        around.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=around, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{words!r} failed:\n{done.stderr.decode()[-3000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))
