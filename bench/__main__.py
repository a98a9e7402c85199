"""./run bench [NAME …]: measure, print the table, and say what is below its line."""

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.capture import capture
from bench.claims import claims
from bench.door import door
from bench.figure import Figure
from bench.imports import imports
from bench.machine import look_at
from bench.odds import odds
from bench.promises import promises
from bench.rehearsal import rehearsal
from bench.replicas import replicas
from bench.reports import reports
from bench.run import ROOT, Run
from bench.sending import sending
from bench.start import start
from bench.talk import talk

Benchmark = Callable[[Run], list[Figure]]
BENCHMARKS: dict[str, tuple[Benchmark, str]] = {
    "door": (door, "B1, B2, B3: callbacks kept and answered"),
    "talk": (talk, "B4: chat lines answered"),
    "capture": (capture, "B5, B6: leads over REST"),
    "claims": (claims, "B10: many after one lead"),
    "imports": (imports, "B8: a list of a hundred thousand rows"),
    "promises": (promises, "B7: clocks that run out"),
    "sending": (sending, "B11: as much as is permitted, and no more"),
    "replicas": (replicas, "B12: two servers on one PostgreSQL"),
    "odds": (odds, "the chance of winning beside naive Bayes"),
    "reports": (reports, "B9: every report at a million leads"),
    "rehearsal": (rehearsal, "changed rules tried out on a hundred thousand leads"),
    "start": (start, "B13, B14: start and memory of serve"),
}


def main(words: list[str]) -> int:
    """Run what is named (default: everything); 0 unless a figure is below its pass line."""
    parser = argparse.ArgumentParser(prog="./run bench", description="Measure the bot beside honest references.")
    known = "; ".join(f"{name} = {what}" for name, (_, what) in BENCHMARKS.items())
    parser.add_argument("names", nargs="*", metavar="NAME", help=known)
    parser.add_argument("--quick", action="store_true", help="small sizes: only to see that everything runs")
    parser.add_argument("--json", action="store_true", help="machine-readable output on stdout")
    parser.add_argument("--dir", type=Path, default=ROOT / ".bench", help="a folder on the disk to measure")
    given = parser.parse_args(words)
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers under test are taken down too
    given.dir.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    machine = look_at(given.dir)
    figures: list[Figure] = []
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=given.dir))
    try:
        with console.status("") as status:
            run = Run(folder, given.quick, lambda line: status.update(line))
            for name in given.names or BENCHMARKS:
                run.say(name)
                figures += BENCHMARKS[name][0](run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if given.json:
        rows = [{**asdict(figure), "verdict": figure.verdict()} for figure in figures]
        print(json.dumps({"machine": asdict(machine), "quick": given.quick, "figures": rows}, ensure_ascii=False))
    else:
        show(machine.line(), figures, quick=given.quick)
    return 1 if any(figure.verdict() == "below" for figure in figures) and not given.quick else 0


def show(machine: str, figures: list[Figure], *, quick: bool) -> None:
    """The table for people."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table(title="quick form: the figures mean nothing" if quick else None)
    for head in ("", "figure", "measured", "pass", "aim", "", "beside"):
        table.add_column(head, justify="right" if head in ("measured", "pass", "aim") else "left")
    for figure in figures:
        sign = "≤ " if figure.less_is_better else "≥ "
        table.add_row(
            figure.name, figure.what, f"{number(figure.value)} {figure.unit}",
            sign + number(figure.passes) if figure.passes is not None else "",
            sign + number(figure.aim) if figure.aim is not None else "", figure.verdict(), figure.beside,
        )  # fmt: skip
    console.print(table)
    console.print(machine)


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
