"""B4, B12: a line of chat comes in, is handled in one transaction, and its answer is handed to the platform."""

import statistics
import time
from dataclasses import dataclass

from bench.company import BenchCompany, callback, make_company, text_event
from bench.figure import Figure
from bench.run import Run, crowd, server, told
from bench.seed import seed

PATIENCE = 120.0  # seconds until everything that was asked must have been answered


@dataclass(frozen=True)
class Talk:
    """Messages answered per second, and the processor time of the server for each."""

    per_second: float
    cpu_ms: float


def lines(company: BenchCompany, count: int, leads: int) -> list[bytes]:
    """What reps write on a working day: their list, a number looked up, a call logged; each gets one answer."""
    now = time.time()
    reps = company.reps
    requests = []
    for n in range(count):
        words = ("我的", f"查重 {13800000000 + n % leads}", f"跟进 L{n % len(reps) + 1} 电话聊了,要报价")[n % 3]
        requests.append(callback(company, text_event(company, reps[n % len(reps)], words, now=now), now=now))
    return requests


def converse(run: Run, company: BenchCompany, count: int, leads: int) -> Talk:
    """Post `count` lines and wait for all answers."""
    before = told(company.port)
    seen = crowd(run, company.port, lines(company, count, leads))
    ended = time.monotonic() + PATIENCE
    while (after := told(company.port))["open"]:
        if time.monotonic() > ended:
            raise RuntimeError(f"{after['open']} rows were still open after {PATIENCE:.0f} s")
        time.sleep(0.05)
    if after["handed"] - before["handed"] < count:
        raise RuntimeError(f"{count} lines were posted, {after['handed'] - before['handed']} messages handed over")
    return Talk(count / (after["last"] - seen.began), (after["cpu"] - before["cpu"]) / count * 1000)


def talk(run: Run) -> list[Figure]:
    """B4 on the embedded store."""
    reps, leads = run.size(1000, 40), run.size(10_000, 400)
    company = make_company(run.place() / "acme", reps=reps)
    seed(company, leads, owned=True, say=run.say)
    count = run.size(2400, 60)
    with server(["-m", "bench.serving", str(company.folder.root), "--hand-over"], company.port):
        converse(run, company, count // 4, leads)
        talks = []
        for number in range(run.rounds):
            run.say(f"B4: round {number + 1} of {run.rounds}")
            talks.append(converse(run, company, count, leads))
    speed = statistics.median(one.per_second for one in talks)
    cpu = statistics.median(one.cpu_ms for one in talks)
    return [
        Figure("B4", "chat lines in, handled, answers handed to the platform's client", speed, "/s", 400, 1000,
               beside=f"{cpu:.2f} ms of processor time each"),
    ]  # fmt: skip
