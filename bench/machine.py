"""The machine that was measured on: without it no absolute figure means anything."""

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """`fsync_ms` is the median time of one durable 4 KiB write in the folder used; `load` the load before the run."""

    system: str
    cores: int
    python: str
    sqlite: str
    fsync_ms: float
    load: float

    def line(self) -> str:
        """One line for people."""
        return (
            f"{self.system}, {self.cores} cores, Python {self.python}, SQLite {self.sqlite}, "
            f"durable 4 KiB write {self.fsync_ms:.2f} ms, load before the run {self.load:.1f}"
        )


def look_at(folder: Path) -> Machine:
    """Describe this machine and the disk under `folder`."""
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        fsync_ms=_fsync_ms(folder),
        load=os.getloadavg()[0],
    )


def _fsync_ms(folder: Path) -> float:
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000
