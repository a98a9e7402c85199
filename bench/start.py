"""B13, B14: what `serve` takes before anybody has asked for anything: time until it is ready, and memory."""

import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from bench.company import BenchCompany, make_company
from bench.figure import Figure
from bench.past import REPS, old_company
from bench.replicas import postgres
from bench.run import ROOT, Run, cpu_s
from bench.seed import seed
from tests.postgres import new_database

PATIENCE = 60.0
RESTING = 3.0  # seconds after the start until the memory is read


def start(run: Run) -> list[Figure]:
    """B14, and B13 at rest and with many leads."""
    company = make_company(run.place() / "acme", reps=20)
    warm = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    warm["PYTHONPYCACHEPREFIX"] = str(run.place())  # what was compiled at the first start is there at the next
    serve_once(company, warm)
    _bare_start(warm)
    times, bare, rest, spent = [], [], [], []
    for number in range(run.rounds):
        run.say(f"B14: start {number + 1} of {run.rounds}")
        seconds, megabytes, cpu = serve_once(company, warm)
        spent.append(cpu)
        times.append(seconds)
        rest.append(megabytes)
        bare.append(_bare_start(warm))
    leads = run.size(1_000_000, 2000)
    many = old_company(run, leads, owned=True)
    run.say("B13: memory with many leads")
    _, full, _ = serve_once(many, warm, ask=True)
    shared_rest, shared_full = _on_postgres(run, warm, leads)
    return [
        Figure("B14", "start of serve until it is ready", statistics.median(times), "s", 2, 1, True,
               beside=f"{statistics.median(bare):.2f} s for Python to import aiohttp and SQLAlchemy alone"),
        Figure("B14 cpu", "processor time of that start", statistics.median(spent), "s", less_is_better=True,
               beside="what a start takes on a machine that does nothing else"),
        Figure("B13a", "memory of serve at rest", statistics.median(rest), "MB", 150, 100, True),
        Figure("B13b", f"memory of serve with {leads:,} leads, after looking at them", full, "MB", 250, 150, True),
        Figure("B13a PostgreSQL", "memory of serve at rest", shared_rest, "MB", 150, 100, True),
        Figure("B13b PostgreSQL", f"memory of serve with {leads:,} leads, after looking at them", shared_full, "MB",
               250, 150, True),
    ]  # fmt: skip


def _on_postgres(run: Run, environment: Mapping[str, str], leads: int) -> tuple[float, float]:
    """The memory of `serve` on PostgreSQL (MB): with an empty store, and with many leads after looking at them."""
    with postgres(run) as database:
        company = make_company(run.place() / "acme", reps=REPS, store_url=database.socket_url(new_database(database)))
        run.say("B13: memory on PostgreSQL")
        rest = statistics.median(serve_once(company, environment)[1] for _ in range(run.rounds))
        seed(company, leads, owned=True, say=run.say)
        return rest, serve_once(company, environment, ask=True)[1]


def serve_once(
    company: BenchCompany, environment: Mapping[str, str], *, ask: bool = False
) -> tuple[float, float, float]:
    """Start `serve` as people do; returns the seconds until it is ready, its memory (RSS, MB) once it rests, and the
    seconds of processor time until it is ready.
    """
    base = f"http://127.0.0.1:{company.port}"
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", str(company.folder.root)], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        while not _ready(base):
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise RuntimeError(f"serve did not start:\n{process.communicate()[1].decode()[-2000:]}")
            time.sleep(0.005)
        seconds, cpu = time.monotonic() - began, cpu_s(process)
        if ask:
            _look_around(base, company)
        time.sleep(RESTING)
        return seconds, memory_mb(process.pid), cpu
    finally:
        process.kill()
        process.communicate()


def memory_mb(pid: int) -> float:
    """The resident memory of a process (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _ready(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _look_around(base: str, company: BenchCompany) -> None:
    """What programs ask for on a day: lists, single leads, stories, clocks."""
    key = company.settings.security.admin_key.get_secret_value()
    paths = ["/leads?limit=200", "/clocks?limit=200", "/messages", *(f"/leads/L{n}" for n in range(1, 100))]
    for path in paths:
        request = urllib.request.Request(f"{base}/api/v1{path}", headers={"Authorization": f"Bearer {key}"})
        urllib.request.urlopen(request, timeout=60).read()


def _bare_start(environment: Mapping[str, str]) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import aiohttp.web, sqlalchemy.ext.asyncio"], check=True, env=environment)
    return time.monotonic() - began
