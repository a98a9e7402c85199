"""Rules tried out on the past: a hundred thousand leads live through the running rules and through a changed file."""

import json
import resource
import subprocess
import sys
import time

from bench.figure import Figure
from bench.past import old_company
from bench.run import ROOT, Run

CHANGES = (
    ("mql: {score: 60, grade: C}", "mql: {score: 40, grade: D}"), ("within: 2h", "within: 1h"),
    ("      - {at: 100, tell: [owner, team_lead]}", "      - {at: 150, tell: [owner], do: recycle}"),
)  # fmt: skip


def rehearsal(run: Run) -> list[Figure]:
    """The command from its start to its answer, the server not running."""
    leads = run.size(100_000, 600)
    folder = old_company(run, leads, owned=True).folder
    with folder.members.open("a", encoding="utf-8") as members:
        members.write("\nboss,老板,manager\n")
    _told("publish", str(folder.root))
    text = folder.rules.read_text("utf-8")
    for old, new in CHANGES:
        text = text.replace(old, new)
    folder.rules.write_text(text, "utf-8")
    run.say(f"rehearsing {leads:,} leads")
    began, spent = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    told = json.loads(_told("rehearse", str(folder.root), "--from", "2020-01-01"))
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if told["leads"] != leads:
        raise RuntimeError(f"{told['leads']} of {leads} leads were looked at")
    cpu = after.ru_utime + after.ru_stime - spent.ru_utime - spent.ru_stime
    return [
        Figure("D2", f"rehearsal of changed rules over {leads:,} leads", took, "s", 30, 15, True,
               beside=f"{cpu:.1f} s of processor time"),
    ]  # fmt: skip


def _told(*words: str) -> bytes:
    command = [sys.executable, "-m", "bot", "rules", *words, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout
