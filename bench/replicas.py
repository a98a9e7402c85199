"""B12: what a second server on one PostgreSQL brings, and what a line of chat costs there beside the embedded store.

Two servers, their database and the crowd want six cores. Where there are fewer, the second server takes from the first
what it brings, so that only processor time can be told: of a line's share in each process, and how long the company's
turn is held, for while one replica has it the others wait (docs/decisions/0009-replicas-take-turns.md).
"""

import contextlib
import os
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.company import BenchCompany, free_port, make_company
from bench.figure import Figure, ratio
from bench.machine import look_at
from bench.run import Run, crowd, server, told
from bench.seed import seed
from bench.talk import PATIENCE, lines
from tests.postgres import Server, new_database

CORES = 6  # two servers, their database with its writers, the crowd
GLANCE = 0.01  # seconds between two looks at who has the company's turn


@dataclass(frozen=True)
class Shared:
    """Lines answered per second; a line's processor time in the bots and in the database; how much the turn is held."""

    per_second: float
    bot_ms: float
    database_ms: float
    held: float


def replicas(run: Run) -> list[Figure]:
    """B12: one server, two servers and the embedded store, in turn."""
    reps, leads, count = run.size(400, 20), run.size(10_000, 200), run.size(1200, 40)
    alone = make_company(run.place() / "acme", reps=reps)
    seed(alone, leads, owned=True, say=run.say)
    one: list[Shared] = []
    two: list[Shared] = []
    embedded: list[Shared] = []
    with postgres(run) as database:
        company = make_company(run.place() / "acme", reps=reps, store_url=database.socket_url(new_database(database)))
        seed(company, leads, owned=True, say=run.say)
        second = free_port()
        serving = ["-m", "bench.serving", str(company.folder.root), "--hand-over"]
        sqlite = ["-m", "bench.serving", str(alone.folder.root), "--hand-over"]
        for number in range(run.rounds + 1):
            run.say(f"B12: round {number} of {run.rounds}")
            for ports, found in (((company.port,), one), ((company.port, second), two)):
                with contextlib.ExitStack() as servers:
                    for port in ports:
                        servers.enter_context(server([*serving, "--port", str(port)], port))
                    converse(run, company, ports, count // 4, leads, None)  # warms the servers
                    shared = converse(run, company, ports, count, leads, database)
                if number:  # the first round warms the database
                    found.append(shared)
            with server(sqlite, alone.port):
                converse(run, alone, (alone.port,), count // 4, leads, None)
                talked = converse(run, alone, (alone.port,), count, leads, None)
            if number:
                embedded.append(talked)
    cores = look_at(run.folder).cores
    enough = cores >= CORES
    doubled = ratio([b.per_second for b in two], [a.per_second for a in one])
    costs = [one.bot_ms for one in embedded]
    dearer = ratio([a.bot_ms for a in one], costs)
    sharing = ratio([b.bot_ms + b.database_ms for b in two], [a.bot_ms + a.database_ms for a in one])
    held = statistics.median(a.held for a in one)
    bot, data = statistics.median(a.bot_ms for a in one), statistics.median(a.database_ms for a in one)
    speeds = [statistics.median(x.per_second for x in found) for found in (two, one, embedded)]
    few = "" if enough else f"; {cores} cores are too few to conclude from ({CORES} are needed)"
    return [
        Figure("B12", "two replicas on PostgreSQL against one", doubled, "×", 1.6 if enough else None,
               1.9 if enough else None, beside=f"{speeds[0]:,.0f}/s against {speeds[1]:,.0f}/s{few}"),
        Figure("B12 cpu", "processor time of a line in the bot, on PostgreSQL against the embedded store", dearer, "×",
               beside=f"{bot:.2f} ms and {data:.2f} ms of the database against {statistics.median(costs):.2f} ms"),
        Figure("B12 share", "processor time of a line, all together, with two replicas against one", sharing, "×",
               less_is_better=True, beside="1 means that nothing is lost by sharing"),
        Figure("B12 turn", "part of the time in which one replica holds the company's turn", held, "share",
               less_is_better=True, beside=f"more replicas bring at most {1 / max(held, 0.01):.1f} × in changes"),
    ]  # fmt: skip


def converse(
    run: Run, company: BenchCompany, ports: Sequence[int], count: int, leads: int, database: Server | None
) -> Shared:
    """Post `count` lines to the servers, an equal part to each, and wait for all answers."""
    requests = lines(company, count, leads)
    parts = [requests[at :: len(ports)] for at in range(len(ports))]
    connections = max(32 // len(ports), 1)
    before = [told(port) for port in ports]
    server_before = _spent(database)
    with _watching(company, database) as held, ThreadPoolExecutor(len(ports)) as people:
        seen = list(people.map(lambda at: crowd(run, ports[at], parts[at], connections=connections), range(len(ports))))
        ended = time.monotonic() + PATIENCE
        while (after := [told(port) for port in ports])[0]["open"]:
            if time.monotonic() > ended:
                raise RuntimeError(f"{after[0]['open']} rows were still open after {PATIENCE:.0f} s")
            time.sleep(0.05)
    server_after = _spent(database)
    handed = sum(late["handed"] - early["handed"] for late, early in zip(after, before, strict=True))
    if handed < count:
        raise RuntimeError(f"{count} lines were posted, {handed} messages handed over")
    cpu = sum(late["cpu"] - early["cpu"] for late, early in zip(after, before, strict=True))
    took = max(late["last"] for late in after) - min(one.began for one in seen)
    share = statistics.fmean(held) if held else 0.0
    return Shared(count / took, cpu / count * 1000, (server_after - server_before) / count * 1000, share)


@contextlib.contextmanager
def postgres(run: Run) -> Iterator[Server]:
    """A durable PostgreSQL of this run; stopped at the end."""
    database = Server(run.place() / "pg", durable=True)
    for folder in (run.folder, database.home.parent):
        folder.chmod(0o755)
    database.make(free_port())
    database.start()
    try:
        database.run_sql("CREATE DATABASE template_leadbot")
        yield database
    finally:
        database.stop("fast")


@contextlib.contextmanager
def _watching(company: BenchCompany, database: Server | None) -> Iterator[list[bool]]:
    """Looks again and again whether somebody has the company's turn, from the first change to the last."""
    seen: list[bool] = []
    if database is None:
        yield seen
        return
    over = threading.Event()

    def watch() -> None:
        with psycopg.connect(company.settings.store_url(company.folder), autocommit=True) as connection:
            while not over.wait(GLANCE):
                found = connection.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                ).fetchone()
                seen.append(bool(found and found[0]))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _spent(database: Server | None) -> float:
    """Seconds of processor time that the database and all its processes, gone ones too, have used (Linux)."""
    if database is None:
        return 0.0
    parent = int((database.data / "postmaster.pid").read_text().split("\n", 1)[0])
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            fields = path.read_text().rpartition(")")[2].split()
            if int(path.parent.name) == parent:
                ticks += sum(int(field) for field in fields[11:15])
            elif int(fields[1]) == parent:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
